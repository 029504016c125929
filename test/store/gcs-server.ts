import { createHash, createVerify, type KeyObject } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

interface StoredGeneration {
  data: Buffer;
  generation: number;
  modified: Date;
}

/** Google's XML interface for one bucket, and its token service, as far as their documentation tells. */
export interface GcsServer {
  url: string;
  /** `GET /bucket/key`, in the order in which they came. */
  requests: string[];
  /** Tokens that are taken; each that the token service gives is added. */
  tokens: Set<string>;
  /** How long tokens of the token service last. */
  tokenSeconds: number;
  close(): Promise<void>;
}

/** Keys on a page of a listing: fewer than Google's thousand, so that tests have pages. */
const pageLength = 3;

/** @param publicKey of the service account whose assertions are taken. */
export async function startGcsServer(bucket: string, publicKey: KeyObject): Promise<GcsServer> {
  const objects = new Map<string, StoredGeneration>();
  let generations = 1_700_000_000_000_000;
  const server = createServer(async (request, response) => {
    const url = new URL(request.url!, "http://localhost");
    state.requests.push(`${request.method} ${url.pathname}`);
    const body = await readBody(request);
    if (url.pathname === "/token") return void giveToken(body.toString(), response);
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
    if (token === undefined || !state.tokens.has(token)) return void refuse(response, 401, "AuthenticationRequired");
    const [, name, ...rest] = url.pathname.split("/");
    if (name !== bucket) return void refuse(response, 404, "NoSuchBucket");
    const key = rest.map(decodeURIComponent).join("/");
    if (key === "") return void list(url.searchParams, response);
    serve(request, response, key, body);
  });

  function giveToken(body: string, response: ServerResponse): void {
    const form = new URLSearchParams(body);
    const isTaken =
      form.get("grant_type") === "refresh_token"
        ? form.get("refresh_token") === "refresh-secret" && form.get("client_secret") === "client-secret"
        : isAssertion(form.get("assertion") ?? "", publicKey, `${state.url}/token`);
    if (!isTaken) return void response.writeHead(400).end('{"error": "invalid_grant"}');
    const token = `token-${state.tokens.size}`;
    state.tokens.add(token);
    response
      .writeHead(200)
      .end(JSON.stringify({ access_token: token, expires_in: state.tokenSeconds, token_type: "Bearer" }));
  }

  function serve(request: IncomingMessage, response: ServerResponse, key: string, body: Buffer): ServerResponse {
    const stored = objects.get(key);
    const wanted = request.headers["x-goog-if-generation-match"];
    if (wanted !== undefined && Number(wanted) !== (stored?.generation ?? 0)) {
      return refuse(response, 412, "PreconditionFailed");
    }
    if (request.method === "PUT") {
      const generation = ++generations;
      objects.set(key, { data: body, generation, modified: new Date() });
      return response.writeHead(200, { "x-goog-generation": String(generation), etag: etagOf(body) }).end();
    }
    if (stored === undefined) return refuse(response, 404, "NoSuchKey");
    if (request.method === "DELETE") {
      objects.delete(key);
      return response.writeHead(204).end();
    }
    const headers = {
      "x-goog-generation": String(stored.generation),
      etag: etagOf(stored.data),
      "last-modified": stored.modified.toUTCString(),
    };
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
    if (range === null) {
      response.writeHead(200, { ...headers, "content-length": stored.data.length });
      return response.end(request.method === "HEAD" ? undefined : stored.data);
    }
    const [first, last] = [Number(range[1]), Math.min(Number(range[2]), stored.data.length - 1)];
    if (first >= stored.data.length) return refuse(response, 416, "InvalidRange");
    const part = stored.data.subarray(first, last + 1);
    const contentRange = `bytes ${first}-${last}/${stored.data.length}`;
    return response
      .writeHead(206, { ...headers, "content-range": contentRange, "content-length": part.length })
      .end(part);
  }

  function list(parameters: URLSearchParams, response: ServerResponse): void {
    const prefix = parameters.get("prefix") ?? "";
    const after = parameters.get("continuation-token") ?? "";
    const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    const page = keys.slice(0, pageLength);
    const isTruncated = keys.length > page.length;
    const contents = page.map((key) => {
      const { data, generation, modified } = objects.get(key)!;
      return `<Contents><Key>${encodeURIComponent(key)}</Key><Generation>${generation}</Generation><MetaGeneration>1</MetaGeneration>
        <LastModified>${modified.toISOString()}</LastModified><ETag>${etagOf(data).replaceAll('"', "&quot;")}</ETag><Size>${data.length}</Size></Contents>`;
    });
    const next = isTruncated ? `<NextContinuationToken>${escapeXml(page.at(-1)!)}</NextContinuationToken>` : "";
    response.writeHead(200, { "content-type": "application/xml" });
    response.end(
      `<?xml version='1.0' encoding='UTF-8'?><ListBucketResult xmlns='http://doc.s3.amazonaws.com/2006-03-01'>` +
        `<Name>${bucket}</Name><EncodingType>url</EncodingType><IsTruncated>${isTruncated}</IsTruncated>${next}${contents.join("")}</ListBucketResult>`,
    );
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const state: GcsServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    tokens: new Set(),
    tokenSeconds: 3600,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return state;
}

/** What Google demands of an assertion: RS256 by the account's key, for this token service, not older than an hour. */
function isAssertion(assertion: string, publicKey: KeyObject, audience: string): boolean {
  const [header = "", claims = "", signature = ""] = assertion.split(".");
  const isSigned = createVerify("RSA-SHA256").update(`${header}.${claims}`).verify(publicKey, signature, "base64url");
  const decode = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString()) as Record<string, unknown>;
  const { alg } = decode(header);
  const { iss, aud, scope, iat, exp } = decode(claims);
  const now = Date.now() / 1000;
  return (
    isSigned &&
    alg === "RS256" &&
    iss === "reader@project.iam.gserviceaccount.com" &&
    aud === audience &&
    scope === "https://www.googleapis.com/auth/devstorage.read_write" &&
    Number(iat) <= now &&
    Number(exp) > now &&
    Number(exp) - Number(iat) <= 3600
  );
}

function refuse(response: ServerResponse, status: number, code: string): ServerResponse {
  response.writeHead(status, { "content-type": "application/xml" });
  return response.end(
    `<?xml version='1.0' encoding='UTF-8'?><Error><Code>${code}</Code><Message>No.</Message></Error>`,
  );
}

function etagOf(data: Buffer): string {
  return `"${createHash("md5").update(data).digest("hex")}"`;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
