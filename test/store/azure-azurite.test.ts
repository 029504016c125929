import { createHmac } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import { Repository } from "../../src/icechunk/index.js";
import type { ByteStore } from "../../src/store/index.js";
import { openStore } from "../../src/store/open-store.js";
import { exampleArray } from "../icechunk/example-array.js";
import { describeByteStore } from "./byte-store-contract.js";
import { failureOf, listKeys } from "./collect.js";
import { fakeEnvironment } from "./fake-environment.js";
import { type FaultyProxy, startFaultyProxy } from "./faulty-proxy.js";
import { startTestServer } from "./test-server.js";

/** What scripts/servers/start-azurite.mjs prints. */
interface Azurite {
  endpoint: string;
  account: string;
  accountKey: string;
}

const bytes = (...values: number[]) => Uint8Array.from(values);
const container = "pixelquery-test";
const server = await startTestServer<Azurite>("start-azurite.mjs");

if (server === null) it.skip("needs Azurite: npm ci --prefix scripts/servers/azurite");
else describeOn(server);

function describeOn(server: Azurite): void {
  let count = 0;
  const newLocation = () => `az://${server.account}/${container}/run ${count++}/ü+(1)`;
  const open = (location: string, variables: Record<string, string>, endpoint = server.endpoint): ByteStore =>
    openStore(location, {
      environment: fakeEnvironment({ variables: { AZURE_STORAGE_ENDPOINT: endpoint, ...variables }, now: Date.now }),
      retries: { firstWaitMs: 2 },
    });
  const byKey = (location = newLocation(), endpoint = server.endpoint) =>
    open(location, { AZURE_STORAGE_KEY: server.accountKey }, endpoint);

  beforeAll(() => createContainer(server));

  describeByteStore("an Azure store with an account key", byKey);

  describe("an Azure store", () => {
    test("is found by a connection string", async () => {
      const { account, accountKey, endpoint } = server;
      const connection = `DefaultEndpointsProtocol=http;AccountName=${account};AccountKey=${accountKey};BlobEndpoint=${endpoint};`;
      const store = openStore(newLocation(), {
        environment: fakeEnvironment({ variables: { AZURE_STORAGE_CONNECTION_STRING: connection } }),
      });
      await store.put("a", bytes(1));
      expect((await store.get("a"))?.data).toEqual(bytes(1));
    });

    test("takes a shared access signature, which shows in no message", async () => {
      const location = newLocation();
      await byKey(location).put("a", bytes(1, 2, 3));
      const signature = accountSignature(server, "rl");
      const store = open(location, { AZURE_STORAGE_SAS_TOKEN: `?${signature}` });
      expect((await store.get("a", { offset: 1, length: 1 }))?.data).toEqual(bytes(2));
      expect(await listKeys(store)).toEqual(["a"]);
      const error = await failureOf(store.put("b", bytes(1)));
      expect(error).toMatchObject({ name: "InvalidInputError", details: { status: 403 } });
      const shown = `${String(error)} ${JSON.stringify(error)} ${(error as Error).stack}`;
      expect(shown).not.toContain(new URLSearchParams(signature).get("sig"));
      expect(shown).not.toContain("sig=");
    });

    test("says that the container does not exist, for reading, writing and listing", async () => {
      const store = byKey(`az://${server.account}/no-such-container`);
      const requests = [
        () => store.get("a"),
        () => store.put("a", bytes(1)),
        () => store.putIf("a", bytes(1), null),
        () => listKeys(store),
      ];
      for (const request of requests) {
        expect(await failureOf(request())).toMatchObject({
          name: "NotFoundError",
          details: { code: "ContainerNotFound" },
        });
      }
    });

    test("says that a key is wrong", async () => {
      const store = open(newLocation(), { AZURE_STORAGE_KEY: Buffer.from("wrong").toString("base64") });
      expect(await failureOf(store.get("a"))).toMatchObject({ name: "InvalidInputError", details: { status: 403 } });
    });

    test("lists keys that XML and URLs treat in their own ways", async () => {
      const store = byKey();
      const keys = ["a b", "a+b", "a%20b", "a&b<c>", "ä/ö", "日本", "a?b#c", "(a)!~$@", "q=1"];
      for (const key of keys) await store.put(key, bytes(1));
      expect(await listKeys(store)).toEqual(keys.sort());
      for (const key of keys) expect((await store.get(key))?.data).toEqual(bytes(1));
    });

    test("of eight writers one wins each round", async () => {
      const location = newLocation();
      const writers = Array.from({ length: 8 }, () => byKey(location));
      for (let round = 0; round < 5; round++) {
        const created = await Promise.all(writers.map((writer, i) => writer.putIf(`${round}`, bytes(i), null)));
        expect(created.filter(Boolean)).toHaveLength(1);
        const { version } = (await writers[0]!.get(`${round}`))!;
        const replaced = await Promise.all(writers.map((writer, i) => writer.putIf(`${round}`, bytes(i), version)));
        expect(replaced.filter(Boolean)).toHaveLength(1);
      }
    });

    test("holds a repository that four writers commit to at once", async () => {
      const location = newLocation();
      await Repository.create(byKey(location));
      const commit = async (i: number) => {
        const repository = await Repository.open(byKey(location));
        await repository.transact((session) => session.setArray(`/a${i}`, exampleArray([1], [1])), { message: `${i}` });
      };
      await Promise.all([0, 1, 2, 3].map(commit));
      const repository = await Repository.open(byKey(location));
      expect((await repository.history()).map(({ message }) => message).sort()).toEqual([
        "0",
        "1",
        "2",
        "3",
        "Repository initialized",
      ]);
    });
  });

  describe("an Azure store through a proxy that spoils requests", () => {
    let proxy: FaultyProxy;
    let store: ByteStore;
    beforeAll(async () => {
      proxy = await startFaultyProxy(new URL(server.endpoint).origin);
    });
    afterAll(() => proxy.close());
    beforeEach(async () => {
      proxy.fault = () => null;
      store = byKey(newLocation(), `${proxy.url}/${server.account}`);
      await store.put("a", bytes(1, 2, 3));
      proxy.requests.length = 0;
    });

    test("reads what a busy server refused at first, and lists what was cut off", async () => {
      proxy.fault = ({ index }) => (index === 0 ? { kind: "answer", status: 503, code: "ServerBusy" } : null);
      expect((await store.get("a"))?.data).toEqual(bytes(1, 2, 3));
      proxy.requests.length = 0;
      proxy.fault = ({ index }) => (index === 0 ? { kind: "cut body", bytes: 40 } : null);
      expect(await listKeys(store)).toEqual(["a"]);
      expect(proxy.requests).toHaveLength(2);
    });

    test("does not know what became of a conditional write whose answer is lost", async () => {
      const { version } = (await store.head("a"))!;
      await store.putIf("a", bytes(0), '"0x1"');
      proxy.fault = () => ({ kind: "cut after" });
      expect(await failureOf(store.putIf("a", bytes(9), version))).toMatchObject({
        name: "UnavailableError",
        details: { written: "unknown" },
      });
      proxy.fault = () => null;
      expect((await store.get("a"))?.data).toEqual(bytes(9));
    });
  });
}

/** An account SAS (version 2018-11-09, "Create an account SAS") for objects and lists of the blob service, an hour long. */
function accountSignature({ account, accountKey }: Azurite, permissions: string): string {
  const expiry = `${new Date(Date.now() + 3_600_000).toISOString().slice(0, 19)}Z`;
  const version = "2018-11-09";
  const text = [account, permissions, "b", "sco", "", expiry, "", "https,http", version, ""].join("\n");
  const sig = createHmac("sha256", Buffer.from(accountKey, "base64")).update(text, "utf8").digest("base64");
  const fields = { sv: version, ss: "b", srt: "sco", sp: permissions, se: expiry, spr: "https,http", sig };
  return new URLSearchParams(fields).toString();
}

/** Make the container with a request signed here, not by the code under test. */
async function createContainer(server: Azurite): Promise<void> {
  const query = `${accountSignature(server, "cw")}&restype=container`;
  const response = await fetch(`${server.endpoint}/${container}?${query}`, {
    method: "PUT",
    headers: { "x-ms-version": "2021-12-02" },
  });
  if (response.status !== 201) throw new Error(`container: ${response.status} ${await response.text()}`);
}
