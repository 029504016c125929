import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** An answer that a test gives instead of the server's own; false to let the server answer. */
export type Interception = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A web server with a few objects, which counts what it is asked. */
export interface HttpServer {
  url: string;
  objects: Map<string, Uint8Array>;
  /** `GET /a bytes=0-3`, in the order in which they came. */
  requests: string[];
  /** Called for each request first. */
  intercept: Interception;
  close(): Promise<void>;
}

/** Serve objects with ETag, Last-Modified and ranges, as web servers do. */
export async function startHttpServer(): Promise<HttpServer> {
  const server = createServer((request, response) => {
    const { range } = request.headers;
    state.requests.push(`${request.method} ${request.url}${range ? ` ${range}` : ""}`);
    if (!state.intercept(request, response)) answer(state.objects, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const state: HttpServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects: new Map(),
    requests: [],
    intercept: () => false,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return state;
}

function answer(objects: Map<string, Uint8Array>, request: IncomingMessage, response: ServerResponse): void {
  const key = decodeURIComponent(new URL(request.url!, "http://localhost").pathname.slice(1));
  const data = objects.get(key);
  if (!data) {
    response.writeHead(404).end("no such object");
    return;
  }
  const headers = {
    etag: `"${createHash("md5").update(data).digest("hex")}"`,
    "last-modified": "Wed, 01 Jan 2025 00:00:00 GMT",
    "accept-ranges": "bytes",
  };
  const wanted = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
  if (!wanted) {
    response.writeHead(200, { ...headers, "content-length": data.length });
    response.end(request.method === "HEAD" ? undefined : data);
    return;
  }
  const [first, last] = [Number(wanted[1]), Math.min(Number(wanted[2]), data.length - 1)];
  if (first >= data.length) {
    response.writeHead(416, { "content-range": `bytes */${data.length}` }).end();
    return;
  }
  const part = data.subarray(first, last + 1);
  const contentRange = `bytes ${first}-${last}/${data.length}`;
  response.writeHead(206, { ...headers, "content-range": contentRange, "content-length": part.length }).end(part);
}
