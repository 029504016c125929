import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import type { ByteStore } from "../../src/store/index.js";
import { openStore } from "../../src/store/open-store.js";
import { describeByteStore } from "./byte-store-contract.js";
import { failureOf, listAll, listKeys } from "./collect.js";
import { fakeEnvironment } from "./fake-environment.js";
import { type FaultyProxy, type ProxiedRequest, startFaultyProxy } from "./faulty-proxy.js";
import { createBucket, openOnServer, type Radosgw, variablesOf } from "./radosgw.js";
import { startTestServer } from "./test-server.js";

const bytes = (...values: number[]) => Uint8Array.from(values);
const server = await startTestServer<Radosgw>("start-radosgw.mjs");

if (server === null) it.skip("needs Ceph's RADOS gateway: apt-get install ceph-mon ceph-osd ceph-common radosgw");
else describeOn(server);

function describeOn(server: Radosgw): void {
  const bucket = "pixelquery-test";
  let count = 0;
  const newLocation = () => `s3://${bucket}/run ${count++}/ü+(1)`;
  beforeAll(() => createBucket(server, bucket));

  describeByteStore("an S3 store on Ceph", () => openOnServer(server, newLocation()), { versionsFollowBytes: true });

  describe("an S3 store on Ceph with more than a page of objects", () => {
    const keys = Array.from({ length: 1005 }, (_, i) => `scenes/${String(i).padStart(4, "0")}.tif`);

    test("lists them all, with the size, time and version that get and head tell", { timeout: 60_000 }, async () => {
      const store = openOnServer(server, newLocation());
      await Promise.all(keys.map((key) => store.put(key, bytes(1, 2, 3))));
      const listed = await listAll(store, "scenes/");
      expect(listed.map(({ key }) => key)).toEqual(keys);
      const head = await store.head(keys[7]!);
      expect(listed[7]).toEqual({ ...head, modifiedMs: listed[7]!.modifiedMs });
      expect(Math.abs(listed[7]!.modifiedMs! - head!.modifiedMs!)).toBeLessThan(1000);
      expect((await store.get(keys[7]!))?.version).toBe(listed[7]!.version);
    });
  });

  describe("keys with letters that URLs, forms and XML treat in their own ways", () => {
    test.each([
      "a b",
      "a+b",
      "a%20b",
      "a%2Fb",
      "100%",
      "a&b<c>\"d\"'e'",
      "ä/ö/ß",
      "日本",
      "a?b#c",
      "a;b=c,d",
      "(a)!*~$@:",
      "emoji 🌍",
      " lead",
      "trail ",
    ])("%j is written, read and listed", async (key) => {
      const store = openOnServer(server, newLocation());
      await store.put(key, bytes(1, 2));
      expect((await store.get(key, { offset: 1, length: 1 }))?.data).toEqual(bytes(2));
      expect(await listKeys(store)).toEqual([key]);
      await store.delete(key);
      expect(await store.get(key)).toBeNull();
    });
  });

  describe("eight writers at once", () => {
    test("have one winner a round, for ten rounds of creating and of replacing", { timeout: 60_000 }, async () => {
      const location = newLocation();
      const writers = Array.from({ length: 8 }, () => openOnServer(server, location));
      for (let round = 0; round < 10; round++) {
        const created = await Promise.all(writers.map((writer, i) => writer.putIf(`key ${round}`, bytes(i), null)));
        expect(created.filter(Boolean)).toHaveLength(1);
        const stored = (await writers[0]!.get(`key ${round}`))!;
        expect(stored.data).toEqual(bytes(created.indexOf(true)));
        const replaced = await Promise.all(
          writers.map((writer, i) => writer.putIf(`key ${round}`, bytes(100 + i), stored.version)),
        );
        expect(replaced.filter(Boolean)).toHaveLength(1);
        expect((await writers[0]!.get(`key ${round}`))!.data).toEqual(bytes(100 + replaced.indexOf(true)));
      }
      expect(await listKeys(writers[0]!)).toHaveLength(10);
    });
  });

  describe("an object that was overwritten", () => {
    test("has another version, which get, head and list agree on, and the old one is refused", async () => {
      const store = openOnServer(server, newLocation());
      await store.put("a", bytes(1));
      const before = (await store.head("a"))!;
      await store.put("a", bytes(2));
      const after = (await store.get("a"))!;
      expect(after.version).not.toBe(before.version);
      expect((await listAll(store))[0]).toMatchObject({ version: after.version, etag: after.version });
      expect(await store.putIf("a", bytes(3), before.version)).toBe(false);
    });
  });

  describe("what people get wrong", () => {
    const withVariables = (variables: Record<string, string>, location = `s3://${bucket}/x`) =>
      openStore(location, {
        environment: fakeEnvironment({ variables: { ...variablesOf(server), ...variables }, now: Date.now }),
        retries: { attempts: 2, firstWaitMs: 2 },
      });

    test("a wrong secret: says so, and shows neither secret", async () => {
      const store = withVariables({ AWS_SECRET_ACCESS_KEY: "not-the-secret-of-this-key" });
      const error = await failureOf(store.get("a"));
      expect(error).toMatchObject({
        name: "InvalidInputError",
        message:
          `Access to s3://${bucket}/x/a was denied (HTTP status 403, SignatureDoesNotMatch). ` +
          "The secret access key does not belong to the access key. Check AWS_SECRET_ACCESS_KEY or the profile.",
        details: { url: `s3://${bucket}/x/a`, status: 403, code: "SignatureDoesNotMatch", endpoint: server.endpoint },
      });
    });

    test("an access key that nobody has", async () => {
      const error = await failureOf(withVariables({ AWS_ACCESS_KEY_ID: "NOBODY" }).put("a", bytes(1)));
      expect(error).toMatchObject({ name: "InvalidInputError", details: { code: "InvalidAccessKeyId" } });
    });

    test("a bucket that does not exist: for reading, writing and listing", async () => {
      const store = withVariables({}, "s3://no-such-bucket");
      const requests = [
        () => store.get("a"),
        () => store.put("a", bytes(1)),
        () => store.putIf("a", bytes(1), null),
        () => listAll(store),
      ];
      for (const request of requests) {
        expect(await failureOf(request())).toMatchObject({
          name: "NotFoundError",
          message: expect.stringContaining("s3://no-such-bucket") as string,
          details: { code: "NoSuchBucket" },
        });
      }
    });

    test("a private bucket without credentials", async () => {
      const store = openStore(`s3://${bucket}/x`, {
        environment: fakeEnvironment({ variables: { AWS_ENDPOINT_URL: server.endpoint, AWS_NO_SIGN_REQUEST: "YES" } }),
      });
      expect(await failureOf(store.get("a"))).toMatchObject({
        name: "InvalidInputError",
        details: { status: 403, code: "AccessDenied" },
      });
    });

    test("a clock that is an hour behind: says by how much", async () => {
      const error = await failureOf(skewedRequest(server, bucket));
      expect(error).toMatchObject({ name: "InvalidInputError", details: { code: "RequestTimeTooSkewed" } });
      expect((error as Error).message).toMatch(/clock is (59|60|61) minutes behind the server's/);
    });
  });

  describe("through a proxy that spoils requests", () => {
    let proxy: FaultyProxy;
    let store: ByteStore;
    beforeAll(async () => {
      proxy = await startFaultyProxy(server.endpoint);
    });
    afterAll(() => proxy.close());
    beforeEach(() => {
      proxy.fault = () => null;
      proxy.requests.length = 0;
      store = openOnServer(server, newLocation(), proxy.url, { retries: { firstWaitMs: 2 }, idleTimeoutMs: 5000 });
    });
    const methods = () => proxy.requests.map(({ method }) => method);
    const isProbe = ({ path }: ProxiedRequest) => path.includes("pixelquery-probe");

    test("a range is one request, and so is an object, a head, a write and a page of a listing", async () => {
      await store.put("a", new Uint8Array(20_000));
      await store.get("a", { offset: 0, length: 16_384 });
      await store.get("a");
      await store.head("a");
      await listAll(store);
      await store.delete("a");
      expect(methods()).toEqual(["PUT", "GET", "GET", "HEAD", "GET", "DELETE"]);
      expect(proxy.requests[1]!.range).toBe("bytes=0-16383");
    });

    test("a conditional write asks first whether conditions are honoured, once for each kind, and leaves nothing", async () => {
      expect(await store.putIf("a", bytes(1), null)).toBe(true);
      expect(proxy.requests.map((request) => `${request.method}${isProbe(request) ? " probe" : ""}`)).toEqual([
        "PUT probe",
        "PUT probe",
        "DELETE probe",
        "PUT",
      ]);
      proxy.requests.length = 0;
      expect(await store.putIf("b", bytes(1), null)).toBe(true);
      expect(methods()).toEqual(["PUT"]);
      const { version } = (await store.head("a"))!;
      proxy.requests.length = 0;
      expect(await store.putIf("a", bytes(2), version)).toBe(true);
      // This server compares ETags without their quotes, which is found out by its refusal.
      expect(proxy.requests.map((request) => `${request.method}${isProbe(request) ? " probe" : ""}`)).toEqual([
        "PUT probe",
        "PUT",
        "HEAD",
        "PUT",
      ]);
      proxy.requests.length = 0;
      expect(await store.putIf("a", bytes(3), version)).toBe(false);
      expect(methods()).toEqual(["PUT"]);
      expect(await listKeys(store)).toEqual(["a", "b"]);
    });

    test.each([
      { kind: "answer", status: 503, code: "SlowDown" },
      { kind: "answer", status: 429 },
      { kind: "answer", status: 500, code: "InternalError" },
      { kind: "cut before" },
      { kind: "cut after" },
    ] as const)("what fails once in passing (%j) is done all the same", async (fault) => {
      await store.put("a", bytes(1, 2, 3, 4));
      const operations: [() => Promise<unknown>, (answer: unknown) => void][] = [
        [() => store.get("a"), (answer) => expect(answer).toMatchObject({ data: bytes(1, 2, 3, 4) })],
        [
          () => store.get("a", { offset: 1, length: 2 }),
          (answer) => expect(answer).toMatchObject({ data: bytes(2, 3) }),
        ],
        [() => store.head("a"), (answer) => expect(answer).toMatchObject({ sizeBytes: 4 })],
        [() => store.put("b", bytes(5)), () => {}],
        [() => listAll(store), (answer) => expect(answer).toMatchObject([{ key: "a" }, { key: "b" }])],
        [() => store.delete("b"), () => {}],
      ];
      for (const [operation, check] of operations) {
        proxy.requests.length = 0;
        proxy.fault = ({ index }) => (index === 0 ? fault : null);
        check(await operation());
        expect(proxy.requests).toHaveLength(2);
      }
      expect(await store.get("b")).toBeNull();
    });

    test("a body that is cut off is read again, never taken for the whole", async () => {
      const data = Uint8Array.from({ length: 50_000 }, (_, i) => i % 251);
      await store.put("a", data);
      proxy.requests.length = 0;
      proxy.fault = ({ index }) => (index < 3 ? { kind: "cut body", bytes: 20_000 * index } : null);
      expect((await store.get("a"))?.data).toEqual(data);
      expect(proxy.requests).toHaveLength(4);
      proxy.fault = () => ({ kind: "cut body", bytes: 100 });
      expect(await failureOf(store.get("a", { offset: 10, length: 40_000 }))).toMatchObject({
        name: "UnavailableError",
      });
    });

    test("a later page of a listing that fails is asked for again, and no object is left out or doubled", async () => {
      const keys = Array.from({ length: 1003 }, (_, i) => `k${1000 + i}`);
      await Promise.all(keys.map((key) => store.put(key, bytes(1))));
      proxy.requests.length = 0;
      proxy.fault = ({ index }) =>
        index === 1 || index === 2 ? { kind: "answer", status: 503, code: "SlowDown" } : null;
      expect(await listKeys(store)).toEqual(keys);
      expect(proxy.requests).toHaveLength(4);
    });

    test("a server that asks to wait is given that long, up to the longest wait", async () => {
      const started = performance.now();
      proxy.fault = ({ index }) =>
        index === 0 ? { kind: "answer", status: 503, code: "SlowDown", headers: { "retry-after": "1" } } : null;
      expect(await store.get("nothing")).toBeNull();
      expect(performance.now() - started).toBeGreaterThanOrEqual(990);
    });

    test("a server that stays overloaded is given up on, with its own word for it", async () => {
      proxy.fault = () => ({ kind: "answer", status: 503, code: "SlowDown" });
      expect(await failureOf(store.get("a"))).toMatchObject({
        name: "UnavailableError",
        details: { status: 503, code: "SlowDown" },
      });
      expect(proxy.requests).toHaveLength(5);
    });

    test("a conditional write that was surely not done is asked for again", async () => {
      for (const [i, fault] of [
        { kind: "answer", status: 503, code: "SlowDown" } as const,
        { kind: "answer", status: 429 } as const,
        { kind: "answer", status: 409, code: "ConditionalRequestConflict" } as const,
      ].entries()) {
        let faults = 0;
        proxy.fault = (request) => (request.method === "PUT" && !isProbe(request) && faults++ < 2 ? fault : null);
        expect(await store.putIf(`a${i}`, bytes(1), null)).toBe(true);
        expect(faults).toBe(3);
      }
    });

    test.each([
      { kind: "cut before" },
      { kind: "cut after" },
      { kind: "answer", status: 500, code: "InternalError" },
      { kind: "answer", status: 504 },
    ] as const)("a conditional write whose answer is lost (%j) is not asked for again: nobody knows", async (fault) => {
      await store.putIf("before", bytes(1), null);
      proxy.requests.length = 0;
      proxy.fault = () => fault;
      const error = await failureOf(store.putIf("a", bytes(1), null));
      expect(error).toMatchObject({ name: "UnavailableError", details: { written: "unknown" } });
      expect((error as Error).message).toMatch(/^Nobody knows whether s3:.*\/a was written: the answer was lost\./);
      expect(proxy.requests).toHaveLength(1);
      proxy.fault = () => null;
      expect((await store.get("a"))?.data ?? null).toEqual(fault.kind === "cut after" ? bytes(1) : null);
    });

    test("a probe whose answer is lost is made again", async () => {
      proxy.fault = ({ index }) => (index < 2 ? { kind: "cut after" } : null);
      expect(await store.putIf("a", bytes(1), null)).toBe(true);
      expect(await listKeys(store)).toEqual(["a"]);
    });

    test("a request that is cancelled while the server is slow ends at once, with the signal's reason", async () => {
      proxy.fault = () => ({ kind: "delay", ms: 3000 });
      const started = performance.now();
      const signal = AbortSignal.timeout(50);
      expect(await failureOf(store.get("a", undefined, { signal }))).toBe(signal.reason);
      const listing = AbortSignal.timeout(50);
      expect(await failureOf(store.list("", { signal: listing })[Symbol.asyncIterator]().next())).toBe(listing.reason);
      expect(performance.now() - started).toBeLessThan(2500);
    });
  });
}

/** A read an hour late by its own clock. */
async function skewedRequest(server: Radosgw, bucket: string): Promise<unknown> {
  const realDate = Date;
  const hourMs = 3_600_000;
  const store = openStore(`s3://${bucket}/x`, {
    environment: fakeEnvironment({ variables: variablesOf(server) }),
    retries: { attempts: 1 },
  });
  class LateDate extends realDate {
    constructor(...parts: [] | [number | string]) {
      if (parts.length === 0) super(realDate.now() - hourMs);
      else super(parts[0]);
    }
    static override now(): number {
      return realDate.now() - hourMs;
    }
  }
  globalThis.Date = LateDate as DateConstructor;
  try {
    return await store.get("a");
  } finally {
    globalThis.Date = realDate;
  }
}
