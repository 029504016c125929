import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { catalog, ingest, timeseries } from "../../src/index.js";
import { startIngest } from "../ingest/start-ingest.js";
import { firstPixel, writeFlatScene } from "../ingest/write-scene.js";
import { type FaultyProxy, type ProxyFault, startFaultyProxy } from "../store/faulty-proxy.js";
import { createBucket, openOnServer, type Radosgw, variablesOf } from "../store/radosgw.js";
import { startTestServer } from "../store/test-server.js";
import { oneGridPath } from "../support/data-path.js";
import { createSharedTempDir } from "../support/temp-dir.js";

const server = await startTestServer<Radosgw>("start-radosgw.mjs");

if (server === null) it.skip("needs Ceph's RADOS gateway: apt-get install ceph-mon ceph-osd ceph-common radosgw");
else describeOn(server);

function describeOn(server: Radosgw): void {
  const bucket = "pixelquery-trouble";
  const scenes = readdirSync(oneGridPath).filter((name) => name.endsWith(".tif"));
  const bytesOf = (name: string) => readFileSync(`${oneGridPath}/${name}`);
  const folder = createSharedTempDir();
  const before = { ...process.env };
  const point = { lon: -73.97, lat: 40.78, bands: ["red", "nir"] };
  let proxy: FaultyProxy;
  let places = 0;

  beforeAll(async () => {
    await createBucket(server, bucket);
    proxy = await startFaultyProxy(server.endpoint);
  });
  afterAll(async () => {
    process.env = before;
    await proxy.close();
  });
  beforeEach(() => {
    Object.assign(process.env, variablesOf(server, proxy.url));
    proxy.fault = () => null;
    proxy.requests.length = 0;
  });

  /** Some of the scenes in a prefix of their own. */
  async function upload(names: readonly string[]) {
    const source = `s3://${bucket}/scenes-${places++}`;
    const store = openOnServer(server, source);
    await Promise.all(names.map((name) => store.put(name, bytesOf(name))));
    return { source, store, warehouse: `${folder}/w${places}` };
  }

  /** Let `change` happen between the listing and the first read of an object. */
  function changeMeanwhile(name: string, change: () => Promise<void>): void {
    let isChanged = false;
    proxy.fault = ({ method, path }) => {
      if (isChanged || method !== "GET" || !path.endsWith(`/${name}`)) return null;
      isChanged = true;
      void change();
      return { kind: "delay", ms: 500 };
    };
  }

  describe("an ingest from a bucket behind a proxy that spoils every fifth request", () => {
    it("takes all scenes all the same, and so does a point series read them", { timeout: 60_000 }, async () => {
      const { source, warehouse } = await upload(scenes);
      const faults: ProxyFault[] = [
        { kind: "answer", status: 503, code: "SlowDown" },
        { kind: "cut body", bytes: 100 },
        { kind: "answer", status: 500, code: "InternalError" },
        { kind: "cut before" },
        { kind: "cut after" },
      ];
      proxy.fault = ({ index }) => (index % 5 === 1 ? (faults[Math.floor(index / 5) % faults.length] ?? null) : null);
      expect(await ingest(source, { warehouse, productId: "p" })).toMatchObject({ added: 19, failed: [] });
      const { rows } = await timeseries(warehouse, point);
      expect(proxy.requests.length).toBeGreaterThan(40);
      await ingest(oneGridPath, { warehouse: `${folder}/beside`, productId: "p" });
      expect(rows).toEqual((await timeseries(`${folder}/beside`, point)).rows);
    });
  });

  describe("an ingest that is refused", () => {
    it("because the secret is wrong makes no warehouse, and says what to check", async () => {
      const { source, warehouse } = await upload(scenes.slice(0, 1));
      process.env.AWS_SECRET_ACCESS_KEY = "wrong-secret-0123456789";
      const error = await ingest(source, { warehouse }).catch((thrown: Error) => thrown);
      expect(error).toMatchObject({ name: "InvalidInputError" });
      expect((error as Error).message).toMatch(/^Access to s3:\/\/pixelquery-trouble\/scenes-\d+ was denied/);
      expect((error as Error).message).toContain("AWS_SECRET_ACCESS_KEY");
      expect((error as Error).message).not.toContain("wrong-secret");
      await expect(catalog(warehouse)).rejects.toMatchObject({ name: "NotFoundError" });
    });

    it("because the bucket of the sources, or of the warehouse, is not there names it", async () => {
      const { source } = await upload(scenes.slice(0, 1));
      for (const [from, to] of [
        ["s3://no-such-bucket-here/cogs", `${folder}/never`],
        [source, "s3://no-such-bucket-here/w"],
      ] as const) {
        await expect(ingest(from, { warehouse: to })).rejects.toMatchObject({
          name: "NotFoundError",
          message: expect.stringContaining("s3://no-such-bucket-here"),
        });
      }
    });

    it("because an object that was named is not there names it", async () => {
      const { source, warehouse } = await upload(scenes.slice(0, 1));
      const sources = [`${source}/${scenes[0]}`, `${source}/${scenes[1]}`];
      await expect(ingest(sources, { warehouse })).rejects.toMatchObject({
        name: "NotFoundError",
        message: `${source}/${scenes[1]}: no such file`,
      });
    });
  });

  describe("an object that changes while it is ingested", () => {
    const [first = "", second = "", third = ""] = scenes;

    it("is left out with an error that names it, and the others are taken", { timeout: 30_000 }, async () => {
      const { source, store, warehouse } = await upload([first, second]);
      changeMeanwhile(first, () => store.put(first, bytesOf(third)));
      const report = await ingest(source, { warehouse, productId: "p" });
      expect(report.added).toBe(1);
      expect(report.failed).toMatchObject([{ path: `${source}/${first}`, error: { name: "SourceChangedError" } }]);
      proxy.fault = () => null;
      expect(await ingest(source, { warehouse, productId: "p" })).toMatchObject({ added: 1, skipped: 1, failed: [] });
    });

    it("and is deleted is reported so", { timeout: 30_000 }, async () => {
      const { source, store, warehouse } = await upload([first, second]);
      changeMeanwhile(first, () => store.delete(first));
      const report = await ingest(source, { warehouse, productId: "p" });
      expect(report.added).toBe(1);
      expect(report.failed).toMatchObject([{ path: `${source}/${first}`, error: { name: "NotFoundError" } }]);
    });
  });

  describe("an object that is deleted after it was ingested", () => {
    it("is an error that names it; another ingest forgets it when asked to", async () => {
      const [first = "", second = ""] = scenes;
      const { source, store, warehouse } = await upload([first, second]);
      await ingest(source, { warehouse, productId: "p" });
      await store.delete(first);
      await expect(timeseries(warehouse, point)).rejects.toMatchObject({
        name: "SourceChangedError",
        message: expect.stringContaining(`${source}/${first}: is gone`),
      });
      expect(await ingest(source, { warehouse, productId: "p", prune: true })).toMatchObject({ pruned: 1, skipped: 1 });
      expect((await timeseries(warehouse, point)).rows).toHaveLength(1);
    });
  });

  describe("twenty processes that ingest into one warehouse in a bucket at once", () => {
    it("lose nothing and double nothing", { timeout: 180_000 }, async () => {
      const warehouse = `s3://${bucket}/by-twenty/w`;
      Object.assign(process.env, variablesOf(server));
      const sources = Array.from({ length: 20 }, (_, n) => {
        for (const day of [1, 2]) writeFlatScene(`${folder}/twenty/${n}`, `2020-01-0${day}.tif`, 10 * n + day);
        return `${folder}/twenty/${n}`;
      });
      const processes = await Promise.all(sources.map((source) => startIngest(source, warehouse)));
      try {
        const reports = await Promise.all(processes.map((process) => process.run()));
        expect(reports.map(({ added, failed }) => [added, failed])).toEqual(sources.map(() => [2, []]));
      } finally {
        await Promise.all(processes.map((process) => process.kill()));
      }
      const { rows } = await timeseries(warehouse, firstPixel);
      const values = rows.map(({ values }) => values.band_1 ?? 0).sort((a, b) => Number(a) - Number(b));
      expect(values).toEqual(sources.flatMap((_, n) => [10 * n + 1, 10 * n + 2]));
      expect(await (await catalog(warehouse)).snapshots()).toHaveLength(21);
    });
  });
}
