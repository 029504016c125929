import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { catalog, ingest, openCog, timeseries } from "../../src/index.js";
import { firstPixel, sceneDefaults } from "../ingest/write-scene.js";
import { createBucket, openOnServer, type Radosgw, variablesOf } from "../store/radosgw.js";
import { startTestServer } from "../store/test-server.js";
import { createSharedTempDir } from "../support/temp-dir.js";
import { writeTiff } from "../support/write-tiff.js";

const server = await startTestServer<Radosgw>("start-radosgw.mjs");

if (server === null) it.skip("needs Ceph's RADOS gateway: apt-get install ceph-mon ceph-osd ceph-common radosgw");
else describeOn(server);

const oddNames = [
  "2020-01-01 with spaces.tif",
  "2020-01-02#hash.tif",
  "2020-01-03?question.tif",
  "2020-01-04 100%.tif",
  "2020-01-05%20.tif",
  "2020-01-06 été-日本-🛰.tif",
  "2020-01-07[1]{2}(3).tif",
  "2020-01-08'quote\"double.tif",
  "2020-01-09&a=b;c+d,e.tif",
  "2020-01-10~$x^`.tif",
  "2020-01-11.TIFF",
  "deeper & deeper/#1/2020-01-12.tif",
];

function describeOn(server: Radosgw): void {
  const bucket = "pixelquery-names";
  const folder = createSharedTempDir();
  const before = { ...process.env };
  beforeAll(async () => {
    await createBucket(server, bucket);
    Object.assign(process.env, variablesOf(server));
  });
  afterAll(() => {
    process.env = before;
  });

  /** A scene whose twelve pixels have one value. */
  const sceneOf = (value: number) => writeTiff({ ...sceneDefaults, bands: [new Uint8Array(12).fill(value)] });

  /** Scenes below a prefix; the first has the value 1, and so on. */
  async function upload(prefix: string, names: readonly string[]): Promise<string> {
    const store = openOnServer(server, `s3://${bucket}/${prefix}`);
    await Promise.all(names.map((name, i) => store.put(name, sceneOf(i + 1))));
    return `s3://${bucket}/${prefix}`;
  }

  async function valuesOf(source: string | string[], name: string) {
    const warehouse = `${folder}/${name}`;
    const report = await ingest(source, { warehouse, productId: "p" });
    expect(report.failed).toEqual([]);
    const { rows } = await timeseries(warehouse, firstPixel);
    return rows.map(({ values }) => values.band_1);
  }

  describe("keys in a bucket", () => {
    it("may hold anything: all are ingested, read, shown as they are, and known again", async () => {
      const source = await upload("c o#g&s+50%25 ü", oddNames);
      expect(await valuesOf(source, "odd")).toEqual(oddNames.map((_, i) => i + 1));
      const scenes = await (await catalog(`${folder}/odd`)).scenes();
      expect(scenes.map(({ sources }) => sources)).toEqual(oddNames.map((name) => [`${source}/${name}`]));
      expect(await ingest(source, { warehouse: `${folder}/odd`, productId: "p" })).toMatchObject({ skipped: 12 });
    });

    it("may be named one by one, also where they look like patterns", async () => {
      const source = await upload("one by one", oddNames);
      const sources = oddNames.map((name) => `${source}/${name}`);
      expect(await valuesOf(sources, "named")).toEqual(oddNames.map((_, i) => i + 1));
      const pixels = await (await openCog(`${source}/${oddNames[6]}`)).band("band_1").compute();
      expect([...pixels.data].slice(0, 2)).toEqual([7, 7]);
    });

    it("may lie in a folder whose name looks like a pattern", async () => {
      const source = await upload("flight (2) [b]?", ["2020-01-01.tif", "more/2020-01-02.tif"]);
      await upload("flight 2 b", ["2020-01-03.tif"]);
      expect(await valuesOf(source, "folder")).toEqual([1, 2]);
    });

    it("are chosen by patterns, in the source or beside it", async () => {
      const names = ["a/2020-01-01_x.tif", "a/2020-01-02_y.tif", "b/2020-01-03_x.tif", "b/c/2020-01-04_x.tif"];
      const source = await upload("patterns", names);
      expect(await valuesOf(`${source}/*/*_x.tif`, "stars")).toEqual([1, 3]);
      expect(await valuesOf(`${source}/**/*_x.tif`, "deep")).toEqual([1, 3, 4]);
      expect(await valuesOf(`${source}/{a,b}/2020-01-0[23]*`, "sets")).toEqual([2, 3]);
      const report = await ingest(source, { warehouse: `${folder}/beside`, globPattern: "**/*_y.tif" });
      expect(report.added).toBe(1);
    });

    it("are named by a list in the bucket, relative to it, and an error names the line", async () => {
      const source = await upload("listed", ["2020-01-01#1.tif", "d/2020-01-02.tif", "d/2020-01-03.tif"]);
      const store = openOnServer(server, source);
      await store.put("some.txt", new TextEncoder().encode("# two of three\n2020-01-01#1.tif\nd/2020-01-03.tif\n"));
      expect(await valuesOf(`@${source}/some.txt`, "list")).toEqual([1, 3]);
      await store.put("bad.txt", new TextEncoder().encode("2020-01-01#1.tif\nd/2020-01-04.tif\n"));
      await expect(ingest(`@${source}/bad.txt`, { warehouse: `${folder}/bad` })).rejects.toMatchObject({
        name: "NotFoundError",
        message: `${source}/bad.txt, line 2: ${source}/d/2020-01-04.tif: no such file`,
      });
    });

    it("have one identity under all ways to write their bucket", async () => {
      const source = await upload("schemes", ["2020-01-01.tif"]);
      await valuesOf(source, "schemes");
      for (const other of [source.replace("s3:", "s3a:"), source.replace("s3:", "S3:"), `${source}/`]) {
        const report = await ingest(other, { warehouse: `${folder}/schemes`, productId: "p" });
        expect(report).toMatchObject({ added: 0, skipped: 1 });
      }
    });
  });
}
