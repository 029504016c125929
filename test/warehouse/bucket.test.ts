import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { catalog, ingest, openCog, openDataset, timeseries } from "../../src/index.js";
import { createBucket, openOnServer, type Radosgw, variablesOf } from "../store/radosgw.js";
import { startTestServer } from "../store/test-server.js";
import { oneGridPath } from "../support/data-path.js";
import { createSharedTempDir } from "../support/temp-dir.js";

const server = await startTestServer<Radosgw>("start-radosgw.mjs");

if (server === null) it.skip("needs Ceph's RADOS gateway: apt-get install ceph-mon ceph-osd ceph-common radosgw");
else describeOn(server);

function describeOn(server: Radosgw): void {
  const bucket = "pixelquery-warehouse";
  const folder = createSharedTempDir();
  const before = { ...process.env };
  beforeAll(async () => {
    await createBucket(server, bucket);
    Object.assign(process.env, variablesOf(server));
  });
  afterAll(() => {
    process.env = before;
  });

  describe("a warehouse in a bucket", () => {
    const [local, remote] = [`${folder}/w`, `s3://${bucket}/landsat/w`];
    const point = { lon: -73.97, lat: 40.78, bands: ["red", "nir"] };

    it("is filled from a folder, and answers as one on a disk does", { timeout: 120_000 }, async () => {
      const reports = [];
      for (const warehouse of [local, remote])
        reports.push(await ingest(oneGridPath, { warehouse, productId: "landsat" }));
      expect(reports.map(({ added, failed }) => [added, failed])).toEqual([
        [19, []],
        [19, []],
      ]);
      const [onDisk, inBucket] = await Promise.all([timeseries(local, point), timeseries(remote, point)]);
      expect(inBucket.rows).toEqual(onDisk.rows);
      const means = await Promise.all(
        [local, remote].map(async (warehouse) => {
          const mean = (await openDataset(warehouse)).index("NDVI").mean("time");
          return (await mean.compute()).data;
        }),
      );
      expect(means[1]).toEqual(means[0]);
      expect(await (await catalog(remote)).scenes()).toHaveLength(19);
    });

    it("takes nothing new from the same folder again", { timeout: 60_000 }, async () => {
      const { added, skipped } = await ingest(oneGridPath, { warehouse: remote, productId: "landsat" });
      expect([added, skipped]).toEqual([0, 19]);
    });

    it("loses nothing of two ingests at once", { timeout: 120_000 }, async () => {
      const warehouse = `s3://${bucket}/twice/w`;
      await Promise.all(["a", "b"].map((productId) => ingest(oneGridPath, { warehouse, productId })));
      expect(await (await catalog(warehouse)).scenes()).toHaveLength(38);
    });
  });

  describe("sources in a bucket", () => {
    const scenes = readdirSync(oneGridPath).filter((name) => name.endsWith(".tif"));
    const source = `s3://${bucket}/scenes of 2018/ü`;
    beforeAll(async () => {
      const store = openOnServer(server, source);
      await Promise.all(scenes.map((name) => store.put(name, readFileSync(`${oneGridPath}/${name}`))));
    }, 60_000);

    it("are ingested by listing and header, and read by ranges", { timeout: 120_000 }, async () => {
      const remote = `s3://${bucket}/of-bucket/w`;
      const report = await ingest(source, { warehouse: remote, productId: "landsat" });
      expect([report.added, report.failed]).toEqual([19, []]);
      const again = await ingest(`${source}/*_2018*.tif`, { warehouse: remote, productId: "landsat" });
      expect([again.added, again.skipped]).toEqual([0, 19]);
      const local = `${folder}/beside`;
      await ingest(oneGridPath, { warehouse: local, productId: "landsat" });
      for (const threads of [0, 2]) {
        const [here, there] = await Promise.all(
          [local, remote].map(async (warehouse) => {
            return (await openDataset(warehouse)).toArray().median("time").compute({ threads });
          }),
        );
        expect(there?.data).toEqual(here?.data);
        expect(there?.status).toEqual(here?.status);
      }
      const point = { lon: -73.97, lat: 40.78, bands: ["red", "nir"] };
      const rows = await Promise.all(
        [local, remote].map(async (warehouse) => (await timeseries(warehouse, point)).rows),
      );
      expect(rows[1]).toEqual(rows[0]);
    });

    it("are found changed where an object was overwritten", { timeout: 60_000 }, async () => {
      const name = scenes[0] ?? "";
      const place = `s3://${bucket}/changing`;
      const store = openOnServer(server, place);
      await store.put(name, readFileSync(`${oneGridPath}/${name}`));
      const warehouse = `${folder}/changing`;
      await ingest(`${place}/${name}`, { warehouse });
      await store.put(name, readFileSync(`${oneGridPath}/${scenes[1]}`));
      await expect((await openDataset(warehouse)).band("red").compute()).rejects.toMatchObject({
        name: "SourceChangedError",
        message: expect.stringContaining(`${place}/${name}`),
      });
    });

    it("are found changed by their ETag where size and second are the same", { timeout: 60_000 }, async () => {
      const name = scenes[0] ?? "";
      const place = `s3://${bucket}/of-one-second`;
      const store = openOnServer(server, place);
      const bytes = readFileSync(`${oneGridPath}/${name}`);
      const other = Buffer.from(bytes).fill(0, bytes.length - 1);
      const timeOf = async () => Math.floor(((await store.head(name))?.modifiedMs ?? 0) / 1000);
      let [warehouse, first, second] = ["", 0, 1];
      for (let attempt = 0; first !== second; attempt++) {
        // From the beginning of a second on: nearly all of it is left.
        await new Promise((resolve) => setTimeout(resolve, 1000 - (Date.now() % 1000)));
        warehouse = `${folder}/of-one-second-${attempt}`;
        await store.put(name, bytes);
        first = await timeOf();
        await ingest(`${place}/${name}`, { warehouse });
        await store.put(name, other);
        second = await timeOf();
      }
      const red = (await openDataset(warehouse)).band("red");
      for (const threads of [0, 2]) {
        await expect(red.compute({ threads })).rejects.toMatchObject({
          name: "SourceChangedError",
          message: expect.stringMatching(/changed since it was ingested \(.*ETag "\w+", now .*ETag "\w+"\)/),
        });
      }
      expect(await ingest(`${place}/${name}`, { warehouse })).toMatchObject({ updated: 1 });
      expect(await ingest(`${place}/${name}`, { warehouse })).toMatchObject({ updated: 0, skipped: 1 });
    });

    it("are opened one by one, without a warehouse", { timeout: 60_000 }, async () => {
      const name = scenes[2] ?? "";
      const [here, there] = await Promise.all(
        [oneGridPath, source].map(async (place) => (await openCog(`${place}/${name}`)).band("nir").compute()),
      );
      expect(there?.data).toEqual(here?.data);
    });

    it("leave no credential in the repository", async () => {
      const store = openOnServer(server, `s3://${bucket}/of-bucket/w`);
      for await (const { key } of store.list("")) {
        const text = Buffer.from((await store.get(key))?.data ?? []).toString("latin1");
        expect(text.includes(server.secretAccessKey), key).toBe(false);
      }
    });
  });

  it("says which bucket is not there", { timeout: 60_000 }, async () => {
    await expect(openDataset("s3://no-such-bucket-here/w")).rejects.toMatchObject({ name: "NotFoundError" });
  });
}
