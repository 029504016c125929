import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ingest, openDataset, timeseries } from "../../src/index.js";
import { sceneDefaults } from "../ingest/write-scene.js";
import { type FaultyProxy, type ProxiedRequest, startFaultyProxy } from "../store/faulty-proxy.js";
import { createBucket, openOnServer, type Radosgw, variablesOf } from "../store/radosgw.js";
import { startTestServer } from "../store/test-server.js";
import { oneGridPath } from "../support/data-path.js";
import { createSharedTempDir } from "../support/temp-dir.js";
import { writeTiff } from "../support/write-tiff.js";

const server = await startTestServer<Radosgw>("start-radosgw.mjs");

if (server === null) it.skip("needs Ceph's RADOS gateway: apt-get install ceph-mon ceph-osd ceph-common radosgw");
else describeOn(server);

/** Requests by kind; a page of a listing is a `LIST`. */
function countsOf(requests: readonly ProxiedRequest[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { method, path } of requests) {
    const kind = path.includes("list-type=2") ? "LIST" : method;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

function describeOn(server: Radosgw): void {
  const bucket = "pixelquery-requests";
  const scenes = readdirSync(oneGridPath).filter((name) => name.endsWith(".tif"));
  const folder = createSharedTempDir();
  const before = { ...process.env };
  let proxy: FaultyProxy;
  let warehouses = 0;
  const isWarehouse = ({ path }: ProxiedRequest) => path.includes("warehouse-");
  const taken = () => {
    const all = proxy.requests.splice(0);
    return {
      sources: countsOf(all.filter((request) => !isWarehouse(request))),
      warehouse: countsOf(all.filter(isWarehouse)),
    };
  };

  beforeAll(async () => {
    await createBucket(server, bucket);
    proxy = await startFaultyProxy(server.endpoint);
    Object.assign(process.env, variablesOf(server, proxy.url));
    const store = openOnServer(server, `s3://${bucket}`);
    await Promise.all(
      scenes.flatMap((name, i) => {
        const bytes = readFileSync(`${oneGridPath}/${name}`);
        return [store.put(`many/${name}`, bytes), ...(i < 5 ? [store.put(`few/${name}`, bytes)] : [])];
      }),
    );
  }, 60_000);
  afterAll(async () => {
    process.env = before;
    await proxy.close();
  });
  beforeEach(() => {
    proxy.requests.length = 0;
  });

  describe("an ingest from a bucket", () => {
    it("lists, and reads each new header with one request; the second time it only lists", async () => {
      const warehouse = `${folder}/requests`;
      expect(await ingest(`s3://${bucket}/many`, { warehouse })).toMatchObject({ added: 19 });
      expect(taken().sources).toEqual({ LIST: 1, GET: 19 });
      expect(await ingest(`s3://${bucket}/many`, { warehouse })).toMatchObject({ added: 0, skipped: 19 });
      expect(taken().sources).toEqual({ LIST: 1 });
    });

    it("takes two requests for each file that is named by itself, world files beside it included", async () => {
      const sources = scenes.map((name) => `s3://${bucket}/many/${name}`);
      expect(await ingest(sources, { warehouse: `${folder}/named` })).toMatchObject({ added: 19 });
      expect(taken().sources).toEqual({ LIST: 19, GET: 19 });
    });

    it("into a warehouse in the bucket takes as many requests for the commit, however many files there are", async () => {
      const counts = [];
      for (const place of ["few", "many"]) {
        const report = await ingest(`s3://${bucket}/${place}`, {
          warehouse: `s3://${bucket}/warehouse-${warehouses++}`,
        });
        expect(report.failed).toEqual([]);
        counts.push(taken());
      }
      expect(counts.map(({ sources }) => sources)).toEqual([
        { LIST: 1, GET: 5 },
        { LIST: 1, GET: 19 },
      ]);
      const [few, many] = counts.map(({ warehouse }) => warehouse);
      expect(many).toEqual(few);
      // To see that nothing is there: the object "repo", that of version 1 twice over, and one listing.
      expect(many).toMatchObject({ LIST: 1, HEAD: 5 });
      expect(Object.values(many ?? {}).reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(50);
    });
  });

  describe("reading scenes of a bucket", () => {
    it("takes one request a scene for a point, which tells as well that the scene is unchanged", async () => {
      const warehouse = `${folder}/point`;
      await ingest(`s3://${bucket}/many`, { warehouse });
      taken();
      const { rows } = await timeseries(warehouse, { lon: -73.97, lat: 40.78, bands: ["red", "nir"] });
      expect(rows).toHaveLength(19);
      expect(taken().sources).toEqual({ GET: 19 });
    });

    it.each([0, 2])(
      "merges blocks that lie beside each other into one request a scene, with %i threads",
      async (threads) => {
        const store = openOnServer(server, `s3://${bucket}/tiled${threads}`);
        const width = 64;
        for (const day of [1, 2, 3]) {
          const bands = [Uint8Array.from({ length: width * width }, (_, i) => (i % 50) + day)];
          const block = { kind: "tile", width: 16, height: 16 } as const;
          const tiff = writeTiff({ ...sceneDefaults, width, height: width, bands, block });
          await store.put(`2020-01-0${day}.tif`, tiff);
        }
        const warehouse = `${folder}/tiled${threads}`;
        await ingest(`s3://${bucket}/tiled${threads}`, { warehouse });
        taken();
        const dataset = await openDataset(warehouse);
        const { data } = await dataset.band("band_1").mean("time").compute({ threads });
        // Sixteen blocks in each of three files.
        expect(taken().sources).toEqual({ GET: 3 });
        expect([...data].slice(0, 51)).toEqual(Array.from({ length: 51 }, (_, i) => (i % 50) + 2));
      },
    );
  });
}
