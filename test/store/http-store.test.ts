import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HttpStore, withRetries } from "../../src/store/index.js";
import { type HttpServer, startHttpServer } from "./http-server.js";

const bytes = (...values: number[]) => Uint8Array.from(values);
/** Waits of a few milliseconds, so that tests are quick. */
const quick = { firstWaitMs: 2 };

let server: HttpServer;
let store: HttpStore;
beforeEach(async () => {
  server = await startHttpServer();
  server.objects.set("folder/a b.bin", bytes(0, 1, 2, 3, 4));
  store = new HttpStore(`${server.url}/folder/`);
});
afterEach(() => server.close());

describe("HttpStore", () => {
  test("reads an object whole and in ranges, with one request each", async () => {
    expect((await store.get("a b.bin"))?.data).toEqual(bytes(0, 1, 2, 3, 4));
    expect((await store.get("a b.bin", { offset: 1, length: 2 }))?.data).toEqual(bytes(1, 2));
    expect((await store.get("a b.bin", { offset: 3, length: 10 }))?.data).toEqual(bytes(3, 4));
    expect(server.requests).toEqual([
      "GET /folder/a%20b.bin",
      "GET /folder/a%20b.bin bytes=1-2",
      "GET /folder/a%20b.bin bytes=3-12",
    ]);
  });

  test("has empty bytes for a range that is empty or begins behind the end", async () => {
    const { version } = (await store.head("a b.bin"))!;
    expect(await store.get("a b.bin", { offset: 5, length: 1 })).toEqual({ data: bytes(), version });
    expect(await store.get("a b.bin", { offset: 2, length: 0 })).toEqual({ data: bytes(), version });
    expect(await store.get("nothing", { offset: 2, length: 0 })).toBeNull();
  });

  test("knows an empty object from a missing one", async () => {
    server.objects.set("folder/empty", bytes());
    expect((await store.get("empty"))?.data).toEqual(bytes());
    expect((await store.get("empty", { offset: 0, length: 4 }))?.data).toEqual(bytes());
    expect(await store.head("empty")).toMatchObject({ sizeBytes: 0 });
    expect(await store.get("missing")).toBeNull();
    expect(await store.get("missing", { offset: 0, length: 4 })).toBeNull();
    expect(await store.head("missing")).toBeNull();
  });

  test("tells size, time, ETag and the version that get tells", async () => {
    const { version } = (await store.get("a b.bin", { offset: 0, length: 1 }))!;
    expect(await store.head("a b.bin")).toEqual({
      key: "a b.bin",
      sizeBytes: 5,
      modifiedMs: Date.UTC(2025, 0, 1),
      etag: version,
      version,
    });
    server.objects.set("folder/a b.bin", bytes(9));
    expect((await store.head("a b.bin"))?.version).not.toBe(version);
  });

  test("sends its headers and the query of its URL, and shows neither", async () => {
    const seen: (string | undefined)[] = [];
    server.intercept = ({ headers, url }, response) => {
      seen.push(headers.authorization, url);
      response.writeHead(403).end();
      return true;
    };
    const signed = new HttpStore(`${server.url}/folder?sig=secret`, { headers: { authorization: "Bearer secret" } });
    expect(signed.url).toBe(`${server.url}/folder`);
    const failure = await signed.get("x y").catch((error: unknown) => error);
    expect(failure).toMatchObject({
      name: "InvalidInputError",
      message: `Access to ${server.url}/folder/x%20y was denied (HTTP status 403).`,
    });
    expect(JSON.stringify(failure)).not.toContain("secret");
    expect(seen).toEqual(["Bearer secret", "/folder/x%20y?sig=secret"]);
  });

  test("takes forbidden for missing only where it is told to", async () => {
    server.intercept = (_request, response) => {
      response.writeHead(403).end();
      return true;
    };
    await expect(store.head("a")).rejects.toMatchObject({ name: "InvalidInputError" });
    const bucket = new HttpStore(server.url, { forbiddenIsMissing: true });
    expect(await bucket.get("a")).toBeNull();
    expect(await bucket.head("a")).toBeNull();
  });

  test("follows redirects, ranges and all", async () => {
    server.intercept = ({ url }, response) => {
      if (!url!.startsWith("/moved/")) return false;
      response.writeHead(302, { location: url!.replace("/moved/", "/folder/") }).end();
      return true;
    };
    const moved = new HttpStore(`${server.url}/moved`);
    expect((await moved.get("a b.bin", { offset: 1, length: 2 }))?.data).toEqual(bytes(1, 2));
    expect(server.requests.at(-1)).toBe("GET /folder/a%20b.bin bytes=1-2");
  });

  test("asks for the first byte where a server does not know HEAD", async () => {
    server.intercept = ({ method }, response) => {
      if (method !== "HEAD") return false;
      response.writeHead(405).end();
      return true;
    };
    expect(await store.head("a b.bin")).toMatchObject({ sizeBytes: 5, modifiedMs: Date.UTC(2025, 0, 1) });
    server.objects.set("folder/empty", bytes());
    expect(await store.head("empty")).toMatchObject({ sizeBytes: 0 });
    expect(await store.head("missing")).toBeNull();
  });

  test("takes a range out of the whole where a server knows no ranges, and reads no further than its end", async () => {
    let sentBytes = 0;
    const megabyte = new Uint8Array(2 ** 20).fill(7);
    server.intercept = (_request, response) => {
      response.writeHead(200, { "content-length": 400 * megabyte.length, etag: '"x"' });
      const send = () => {
        while (!response.destroyed && sentBytes < 400 * megabyte.length) {
          sentBytes += megabyte.length;
          if (!response.write(megabyte)) {
            response.once("drain", send);
            return;
          }
        }
      };
      send();
      return true;
    };
    const stored = await store.get("large", { offset: 1_500_000, length: 3 });
    const info = { key: "large", sizeBytes: 400 * megabyte.length, modifiedMs: null, etag: '"x"', version: '"x"' };
    expect(stored).toEqual({ data: bytes(7, 7, 7), version: '"x"', info });
    expect(sentBytes).toBeLessThan(100 * megabyte.length);
    await expect(store.get("large", { offset: 100_000_000, length: 3 })).rejects.toMatchObject({
      name: "UnsupportedError",
      message: expect.stringContaining("does not serve ranges"),
    });
  });

  test("refuses another range than the one it asked for", async () => {
    server.intercept = (_request, response) => {
      response.writeHead(206, { "content-range": "bytes 0-1/5" }).end(bytes(0, 1));
      return true;
    };
    await expect(store.get("a", { offset: 2, length: 2 })).rejects.toMatchObject({
      name: "CorruptDataError",
      message: `Asked for bytes 2 to 3 of ${server.url}/folder/a, the server sent bytes 0 to 1.`,
    });
  });

  test("refuses more bytes than it asked for, and a part where it asked for all", async () => {
    server.intercept = (_request, response) => {
      response.writeHead(206, { "content-range": "bytes 2-3/5" }).end(bytes(2, 3, 4));
      return true;
    };
    await expect(store.get("a", { offset: 2, length: 2 })).rejects.toThrow("the server sent more bytes than that");
    await expect(store.get("a")).rejects.toThrow("the server sent a part");
  });

  test("takes the length for it where a browser hides which range came", async () => {
    server.intercept = (_request, response) => {
      response.writeHead(206).end(bytes(2, 3));
      return true;
    };
    expect((await store.get("a", { offset: 2, length: 2 }))?.data).toEqual(bytes(2, 3));
  });

  test("says that a connection was cut in the middle of the bytes", async () => {
    server.intercept = (_request, response) => {
      response.writeHead(200, { "content-length": 1000 });
      response.write(bytes(1, 2, 3), () => response.destroy());
      return true;
    };
    await expect(store.get("a")).rejects.toMatchObject({
      name: "UnavailableError",
      message: expect.stringMatching(/\/folder\/a was cut off \(.+\)\.$/),
    });
  });

  test("says that a range came short of what was announced", async () => {
    server.intercept = (_request, response) => {
      response.writeHead(206, { "content-range": "bytes 0-3/5", "transfer-encoding": "chunked" }).end(bytes(0, 1));
      return true;
    };
    await expect(store.get("a", { offset: 0, length: 4 })).rejects.toMatchObject({
      name: "UnavailableError",
      message: `${server.url}/folder/a was cut off: 2 of 4 bytes came.`,
    });
  });

  test("says that nobody listens", async () => {
    await server.close();
    await expect(store.get("a")).rejects.toMatchObject({
      name: "UnavailableError",
      message: expect.stringMatching(/\/folder\/a cannot be reached \(.*ECONNREFUSED.*\)\.$/),
    });
  });

  test("does not wait for ever, neither for an answer nor for the rest of it", async () => {
    const impatient = new HttpStore(server.url, { idleTimeoutMs: 60 });
    server.intercept = ({ url }, response) => {
      if (url === "/half") response.writeHead(200, { "content-length": 10 }).write(bytes(1));
      return true;
    };
    for (const key of ["silent", "half"]) {
      await expect(impatient.get(key)).rejects.toMatchObject({
        name: "UnavailableError",
        message: `${server.url}/${key} sent nothing for 0.06 s.`,
      });
    }
  });

  test("stops when it is cancelled, with the caller's reason", async () => {
    const controller = new AbortController();
    server.intercept = (_request, response) => {
      response.writeHead(200, { "content-length": 10 }).write(bytes(1));
      setTimeout(() => controller.abort(new Error("no longer wanted")), 20);
      return true;
    };
    await expect(store.get("a", undefined, controller)).rejects.toThrow("no longer wanted");
    await expect(store.get("a", undefined, controller)).rejects.toThrow("no longer wanted");
    expect(server.requests).toHaveLength(1);
  });

  test.each([
    [400, "InvalidInputError", "refused the request (HTTP status 400)"],
    [401, "InvalidInputError", "was denied (HTTP status 401)"],
    [429, "UnavailableError", "cannot answer now (HTTP status 429); it asks to wait 7 s"],
    [500, "UnavailableError", "cannot answer now (HTTP status 500); it asks to wait 7 s"],
    [503, "UnavailableError", "cannot answer now (HTTP status 503); it asks to wait 7 s"],
  ])("status %i is an error that says what to do", async (status, name, message) => {
    server.intercept = (_request, response) => {
      response.writeHead(status, { "retry-after": "7" }).end();
      return true;
    };
    for (const request of [() => store.get("a"), () => store.head("a")]) {
      await expect(request()).rejects.toMatchObject({ name, message: expect.stringContaining(message) });
    }
  });

  test("neither writes nor lists", async () => {
    const list = async () => {
      for await (const _ of store.list("")) return;
    };
    for (const call of [() => store.put("a"), () => store.putIf("a"), () => store.delete("a"), list]) {
      await expect(call()).rejects.toMatchObject({ name: "UnsupportedError" });
    }
    expect(server.requests).toEqual([]);
  });

  test.each(["ftp://example.org/x", "/folder", "http://user:word@example.org/"])("refuses the URL %s", (url) => {
    expect(() => new HttpStore(url)).toThrow(expect.objectContaining({ name: "InvalidInputError" }));
  });

  test.each(["../a", "/a", "a//b", ""])('refuses the key "%s"', async (key) => {
    await expect(store.get(key)).rejects.toMatchObject({ name: "InvalidInputError" });
    await expect(store.head(key)).rejects.toMatchObject({ name: "InvalidInputError" });
  });
});

describe("withRetries over HTTP", () => {
  /** Answer the first requests with these statuses (0: cut the connection), all others as usual. */
  function failFirst(...statuses: number[]): void {
    server.intercept = (_request, response) => {
      const status = statuses.shift();
      if (status === undefined) return false;
      if (status === 0) response.destroy();
      else response.writeHead(status).end();
      return true;
    };
  }

  test("gets the bytes in the end, through broken connections and overload", async () => {
    failFirst(0, 503, 429);
    expect((await withRetries(store, quick).get("a b.bin"))?.data).toEqual(bytes(0, 1, 2, 3, 4));
    expect(server.requests).toHaveLength(4);
  });

  test.each([400, 401, 403])("does not ask twice after status %i", async (status) => {
    failFirst(status);
    await expect(withRetries(store, quick).get("a b.bin")).rejects.toMatchObject({ details: { status } });
    expect(server.requests).toHaveLength(1);
  });

  test("gives up after so many attempts, with the last failure", async () => {
    failFirst(503, 503, 500);
    await expect(withRetries(store, { ...quick, attempts: 3 }).head("a b.bin")).rejects.toThrow("HTTP status 500");
    expect(server.requests).toHaveLength(3);
  });
});
