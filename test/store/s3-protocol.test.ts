import { describe, expect, test } from "vitest";
import { type OpenStoreOptions, openStore } from "../../src/store/open-store.js";
import { failureOf, listAll, listKeys } from "./collect.js";
import { fakeEnvironment } from "./fake-environment.js";

const bytes = (...values: number[]) => Uint8Array.from(values);
const keys = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "secret-of-the-key" };

interface Asked {
  method: string;
  url: string;
  headers: Record<string, string>;
}

/** A store whose requests are answered by `answer`, and what it asked. */
function openWith(
  location: string,
  variables: Record<string, string>,
  answer: (asked: Asked, index: number) => Response,
  more: OpenStoreOptions = {},
) {
  const asked: Asked[] = [];
  const fetch = async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = {
      method: init?.method ?? "GET",
      url: String(input),
      headers: init?.headers as Record<string, string>,
    };
    asked.push(request);
    return answer(request, asked.length - 1);
  };
  const environment = fakeEnvironment({ variables });
  return { asked, store: openStore(location, { environment, fetch, retries: { firstWaitMs: 1 }, ...more }) };
}

const ok = (body = "") => new Response(body, { headers: { etag: '"e"', "content-length": String(body.length) } });
const refusal = (status: number, code: string, more = "", headers: Record<string, string> = {}) =>
  new Response(`<Error><Code>${code}</Code>${more}</Error>`, { status, headers });

describe("the address of a bucket", () => {
  test.each<[string, Record<string, string>, string]>([
    ["s3://photos/2024/a b", {}, "https://photos.s3.us-east-1.amazonaws.com/2024/a%20b/x%2By"],
    ["s3://photos", { AWS_REGION: "eu-central-1" }, "https://photos.s3.eu-central-1.amazonaws.com/x%2By"],
    ["s3://photos", { AWS_DEFAULT_REGION: "cn-north-1" }, "https://photos.s3.cn-north-1.amazonaws.com.cn/x%2By"],
    ["s3://my.photos", { AWS_REGION: "eu-west-1" }, "https://s3.eu-west-1.amazonaws.com/my.photos/x%2By"],
    ["s3://photos", { AWS_ENDPOINT_URL: "http://localhost:9000" }, "http://localhost:9000/photos/x%2By"],
    [
      "s3://photos",
      { AWS_ENDPOINT_URL: "http://a", AWS_ENDPOINT_URL_S3: "https://b/s3/" },
      "https://b/s3/photos/x%2By",
    ],
    ["s3://photos", { AWS_ENDPOINT_URL: "https://b.c", AWS_VIRTUAL_HOSTING: "TRUE" }, "https://photos.b.c/x%2By"],
    ["s3://photos", { AWS_VIRTUAL_HOSTING: "FALSE" }, "https://s3.us-east-1.amazonaws.com/photos/x%2By"],
  ])("%s with %j", async (location, variables, url) => {
    const { asked, store } = openWith(location, { ...keys, ...variables }, () => ok("1"));
    await store.get("x+y");
    expect(asked.map((request) => request.url)).toEqual([url]);
  });

  test.each(["no url", "ftp://host", "https://user:pass@host", "https://host?x=1"])(
    "an endpoint that is none (%s) is refused, and no password shown",
    async (endpoint) => {
      const { store } = openWith("s3://photos", { ...keys, AWS_ENDPOINT_URL: endpoint }, () => ok());
      const error = await failureOf(store.get("a"));
      expect(error).toMatchObject({ name: "InvalidInputError" });
      expect(String(error)).not.toContain("pass@");
    },
  );
});

describe("requests to S3", () => {
  test("carry a signature and the session's token, or neither for public data", async () => {
    const signed = openWith("s3://b12", { ...keys, AWS_SESSION_TOKEN: "session" }, () => ok());
    await signed.store.get("a", { offset: 0, length: 4 });
    expect(signed.asked[0]!.headers).toMatchObject({
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/us-east-1\/s3\/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$/,
      ) as string,
      "x-amz-security-token": "session",
      range: "bytes=0-3",
    });
    const anonymous = openWith("s3://b12", { ...keys, AWS_NO_SIGN_REQUEST: "YES" }, () => ok());
    await anonymous.store.get("a");
    expect(anonymous.asked[0]!.headers).toEqual({ "accept-encoding": "identity" });
  });

  test("say that the reader pays, signed along", async () => {
    const { asked, store } = openWith("s3://b12", { ...keys, AWS_REQUEST_PAYER: "requester" }, () => ok());
    await store.get("a");
    expect(asked[0]!.headers["x-amz-request-payer"]).toBe("requester");
    expect(asked[0]!.headers.authorization).toContain("x-amz-request-payer");
  });

  test("go where the bucket lies, once the server has told its region", async () => {
    const { asked, store } = openWith("s3://b12", keys, ({ url }) =>
      url.includes("us-east-1")
        ? refusal(301, "PermanentRedirect", "", { "x-amz-bucket-region": "ap-south-1" })
        : ok("1"),
    );
    await store.get("a");
    await store.get("b");
    expect(asked.map(({ url }) => url)).toEqual([
      "https://b12.s3.us-east-1.amazonaws.com/a",
      "https://b12.s3.ap-south-1.amazonaws.com/a",
      "https://b12.s3.ap-south-1.amazonaws.com/b",
    ]);
    expect(asked[1]!.headers.authorization).toContain("/ap-south-1/s3/");
  });

  test("are signed for another region where an endpoint wants that, and end with its name where that fails", async () => {
    const malformed = () => refusal(400, "AuthorizationHeaderMalformed", "<Region>garage</Region>");
    const { asked, store } = openWith("s3://b12", { ...keys, AWS_ENDPOINT_URL: "http://host" }, malformed);
    expect(await failureOf(store.get("a"))).toMatchObject({
      name: "InvalidInputError",
      details: { code: "AuthorizationHeaderMalformed", region: "garage" },
    });
    expect(asked.map(({ headers }) => headers.authorization?.split("/")[2])).toEqual(["us-east-1", "garage"]);
  });

  test("are made again with fresh credentials where the server calls them expired", async () => {
    let fetched = 0;
    const credentials = async () => ({
      accessKeyId: `KEY${fetched++}`,
      secretAccessKey: "s",
      sessionToken: null,
      expiresAtMs: null,
    });
    const { asked, store } = openWith(
      "s3://b12",
      {},
      ({ headers }) => (headers.authorization?.includes("KEY0") ? refusal(400, "ExpiredToken") : ok("1")),
      { s3: { credentials } },
    );
    expect((await store.get("a"))?.data).toEqual(bytes(0x31));
    expect([asked.length, fetched]).toEqual([2, 2]);
  });

  test("for conditional writes are not preceded by questions where Amazon answers", async () => {
    const { asked, store } = openWith("s3://b12", keys, () => ok());
    expect(await store.putIf("a", bytes(1), null)).toBe(true);
    expect(await store.putIf("a", bytes(2), '"e"')).toBe(true);
    expect(asked.map(({ method, headers }) => [method, headers["if-none-match"], headers["if-match"]])).toEqual([
      ["PUT", "*", undefined],
      ["PUT", undefined, '"e"'],
    ]);
  });
});

describe("a caller who cancels", () => {
  test("does not wait for credentials that are slow to come, which others still get", async () => {
    let give = () => {};
    const slow = new Promise<void>((resolve) => {
      give = resolve;
    });
    const credentials = async () => {
      await slow;
      return { accessKeyId: "A", secretAccessKey: "s", sessionToken: null, expiresAtMs: null };
    };
    const { asked, store } = openWith("s3://b12", {}, () => ok("1"), { s3: { credentials } });
    const controller = new AbortController();
    const cancelled = failureOf(store.get("a", undefined, { signal: controller.signal }));
    const patient = store.get("a");
    setTimeout(() => controller.abort(new Error("enough")), 10);
    expect(await cancelled).toMatchObject({ message: "enough" });
    expect(asked).toHaveLength(0);
    give();
    expect((await patient)?.data).toEqual(bytes(0x31));
    expect(asked).toHaveLength(1);
  });

  test.each([0, -1, 1.5])("a limit of %d requests is refused, since none would ever be made", async (concurrency) => {
    const { store } = openWith("s3://b12", keys, () => ok(), { concurrency });
    expect(await failureOf(store.get("a"))).toMatchObject({ name: "InvalidInputError" });
  });
});

describe("a server that is not there", () => {
  test("is asked again, also for a conditional write: nothing was sent", async () => {
    let attempts = 0;
    const { store } = openWith("s3://b12", keys, () => ok(), {
      retries: { attempts: 3, firstWaitMs: 1 },
      fetch: async () => {
        attempts += 1;
        throw new TypeError("fetch failed", {
          cause: Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { code: "ECONNREFUSED" }),
        });
      },
    });
    const error = await failureOf(store.putIf("a", bytes(1), null));
    expect(error).toMatchObject({
      name: "UnavailableError",
      message: "s3://b12/a cannot be reached (connect ECONNREFUSED 127.0.0.1:1).",
      details: { url: "s3://b12/a" },
    });
    expect((error as { details: object }).details).not.toHaveProperty("written");
    expect(attempts).toBe(3);
  });
});

describe("a server that ignores conditions", () => {
  const variables = { ...keys, AWS_ENDPOINT_URL: "http://mock" };

  test.each([
    [null, "If-None-Match"],
    ['"version"', "If-Match"],
  ])("is not written to under the condition %s, and keeps nothing", async (version, header) => {
    const objects = new Set<string>();
    const { store } = openWith("s3://b12", variables, ({ method, url }) => {
      if (method === "PUT") objects.add(url);
      if (method === "DELETE") objects.delete(url);
      return ok();
    });
    expect(await failureOf(store.putIf("a", bytes(1), version))).toMatchObject({
      name: "UnsupportedError",
      message: expect.stringContaining(`s3://b12 ignores conditional writes (${header})`) as string,
    });
    expect(objects.size).toBe(0);
  });

  test("but refuses what it does not know is told by that", async () => {
    const { store } = openWith("s3://b12", variables, () => refusal(501, "NotImplemented"));
    expect(await failureOf(store.putIf("a", bytes(1), null))).toMatchObject({ details: { code: "NotImplemented" } });
  });
});

describe("answers that are no S3", () => {
  const listing = (xml: string) => openWith("s3://b12", keys, () => ok(xml)).store;

  test.each([
    ["cut off", "<ListBucketResult><Contents><Key>a</Key>"],
    ["another document", "<html><body>Welcome</body></html>"],
    ["no XML", '{"objects": []}'],
    ["nothing", ""],
    ["an entity bomb", '<!DOCTYPE a [<!ENTITY b "bb">]><ListBucketResult>&b;</ListBucketResult>'],
    [
      "an object without its size",
      "<ListBucketResult><Contents><Key>a</Key><ETag>e</ETag></Contents></ListBucketResult>",
    ],
    ["more pages, nowhere", "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"],
    ["a thousand elements inside each other", "<a>".repeat(1000)],
  ])("are told apart from an empty listing: %s", async (_what, xml) => {
    expect(await failureOf(listAll(listing(xml)))).toMatchObject({ name: "CorruptDataError" });
  });

  test("a listing that leads to itself ends", async () => {
    const xml =
      "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken></ListBucketResult>";
    expect(await failureOf(listAll(listing(xml)))).toMatchObject({ name: "CorruptDataError" });
  });

  test("objects that no key of a store names, and what a question left, are not listed", async () => {
    const xml = ["folder/", "a//b", "ok.tif", ".pixelquery-probe-1", "../x"]
      .map((key) => `<Contents><Key>${key}</Key><Size>1</Size><ETag>"e"</ETag></Contents>`)
      .join("");
    expect(await listKeys(listing(`<ListBucketResult>${xml}</ListBucketResult>`))).toEqual(["ok.tif"]);
  });

  test("an error page of a proxy is told by its status", async () => {
    const { store } = openWith("s3://b12", keys, () => new Response("<html><p>No</html>", { status: 407 }));
    expect(await failureOf(store.get("a"))).toMatchObject({ name: "InvalidInputError", details: { status: 407 } });
  });
});
