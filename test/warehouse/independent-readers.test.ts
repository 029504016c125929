import { utimesSync } from "node:fs";
import { dirname } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { createVirtualFetch, createZarrStore } from "../../src/icechunk/index.js";
import { ingest } from "../../src/index.js";
import { createTypedArray, type DType, type TypedArray } from "../../src/ndarray/dtype.js";
import { openRepository, openWarehouseStore } from "../../src/warehouse/open-repository.js";
import { openSourceStores } from "../../src/warehouse/sources.js";
import { loadOfficialEngine } from "../icechunk/oracle/official-engine.js";
import { writeBand } from "../ingest/write-landsat.js";
import { writeScene } from "../ingest/write-scene.js";
import { readPointOracle } from "../support/point-oracle.js";
import { createSharedTempDir } from "../support/temp-dir.js";
import { registerPublishedCodecs } from "./published-codecs.js";
import { hashBands, openArray, openGroup, type Readable, readAll, readableOf } from "./zarr-readers.js";

registerPublishedCodecs();
const engine = loadOfficialEngine();

async function openOurs(warehouse: string): Promise<Readable> {
  const repository = await openRepository(openWarehouseStore(warehouse));
  const { containers, storeOf } = await openSourceStores(repository);
  return createZarrStore(await repository.session(), { fetchVirtual: createVirtualFetch(containers, storeOf) });
}

async function openOfficial(warehouse: string, sources: string): Promise<Readable> {
  const storage = await engine!.Storage.newLocalFilesystem(warehouse);
  const repository = await engine!.Repository.open(storage, undefined, { [`file://${sources}/`]: null });
  return readableOf(repository);
}

const readers = [
  { reader: "zarrita over our store", open: openOurs, skip: false },
  { reader: "zarrita over the official Icechunk engine", open: openOfficial, skip: engine === null },
];

describe.each(readers)("$reader", ({ open, skip }) => {
  describe.skipIf(skip)("reads a warehouse of real scenes", () => {
    // The openeo and Slovenian scenes lie in the checkout; the oracle's other ones need the large data set.
    it.each([
      { set: "one-grid", id: "one_grid" },
      { set: "openeo", id: "openeo" },
      { set: "slovenia", id: "ndvi" },
    ] as const)("$set: every pixel is GDAL's", async ({ set, id }) => {
      const folder = createSharedTempDir();
      const all = readPointOracle(set);
      const sources = dirname(all[0]?.path ?? "");
      const scenes = all.filter(({ path }) => dirname(path) === sources);
      await ingest(
        scenes.map(({ path }) => path),
        { warehouse: `${folder}/w`, productId: id },
      );
      const store = await open(`${folder}/w`, sources);
      const stacks = ((await openGroup(store, "/scenes")).attrs.pixelquery as { stacks: string[] }).stacks;
      const seen = await Promise.all(stacks.map((stack) => hashBands(store, stack)));
      expect(new Map(seen.flatMap((hashes) => [...hashes]))).toEqual(
        new Map(scenes.map(({ name, bandSha256 }) => [name.split("/").at(-1), bandSha256])),
      );
    });
  });

  it.skipIf(skip)("reads scenes of a file for each band, also those that came later", async () => {
    const folder = createSharedTempDir();
    const sources = `${folder}/in`;
    writeBand(sources, "B4", 400);
    await ingest(sources, { warehouse: `${folder}/w` });
    writeBand(sources, "B4", 401, { date: "20180216" });
    writeBand(sources, "B5", 501, { date: "20180216" });
    await ingest(sources, { warehouse: `${folder}/w` });
    const store = await open(`${folder}/w`, sources);
    const stack = "/landsat_c1/exact-00";
    const pixels = await openArray(store, `${stack}/0`);
    expect([pixels.shape, pixels.chunks]).toEqual([
      [2, 2, 3, 4],
      [1, 1, 3, 4],
    ]);
    const values = (await readAll(store, `${stack}/0`)) as TypedArray;
    // One value a plane; band 5 of the first scene has no file, and nothing refers to it: fill.
    const planes = [0, 12, 24, 36].map((start) => [...new Set(Array.from(values.subarray(start, start + 12), Number))]);
    expect(planes).toEqual([[400], [0], [401], [501]]);
    expect(await readAll(store, `${stack}/band`)).toEqual(["B4", "B5"]);
    const sourceNames = (await readAll(store, `${stack}/slot_source`)) as string[];
    expect(sourceNames.map((source) => source.replace(/.*_/, ""))).toEqual(["B4.TIF", "", "B4.TIF", "B5.TIF"]);
    const sizes = await readAll(store, `${stack}/slot_size`);
    expect(Array.from(sizes as unknown as BigInt64Array, (size) => size > 0n)).toEqual([true, false, true, true]);
    expect(await readAll(store, "/scenes/id")).toEqual(["LC08_013032_20180131", "LC08_013032_20180216"]);
  });

  describe.skipIf(skip)("reads a warehouse of scenes with overviews, scale and nodata", () => {
    const folder = createSharedTempDir();
    let store: Readable;
    beforeAll(async () => {
      const full = Int16Array.from({ length: 24 }, (_, i) => i - 3);
      const tiff = {
        width: 6,
        height: 4,
        dtype: "int16",
        bands: [full, full.map((value) => value * 2)],
        bandNames: ["red", "nir"],
        overviews: [{ width: 3, height: 2, bands: [Int16Array.of(1, 2, 3, 4, 5, 6), Int16Array.of(6, 5, 4, 3, 2, 1)] }],
        block: { kind: "tile", width: 16, height: 16 },
        compression: "deflate",
        predictor: 2,
        nodata: "-3",
        scale: [0.5, 0.5],
        offset: [10, 10],
      } as const;
      writeScene(`${folder}/cogs`, "b_2020-01-02.tif", tiff);
      writeScene(`${folder}/cogs`, "c_20200101T101112.tif", tiff);
      await ingest(`${folder}/cogs`, { warehouse: `${folder}/w`, productId: "p" });
      store = await open(`${folder}/w`, `${folder}/cogs`);
    });

    it("with coordinates: times in the order of ingest, band names, pixel centres", async () => {
      expect(await readAll(store, "/p/exact-00/time")).toEqual(
        BigInt64Array.of(BigInt(Date.UTC(2020, 0, 2)), BigInt(Date.UTC(2020, 0, 1, 10, 11, 12))),
      );
      expect(await readAll(store, "/p/exact-00/band")).toEqual(["red", "nir"]);
      expect(await readAll(store, "/p/exact-00/x")).toEqual(
        Float64Array.of(500005, 500015, 500025, 500035, 500045, 500055),
      );
      expect(await readAll(store, "/p/exact-00/y")).toEqual(Float64Array.of(4499995, 4499985, 4499975, 4499965));
    });

    it("with CF attributes", async () => {
      const attrs = async (path: string) => (await openArray(store, `/p/exact-00/${path}`)).attrs;
      expect(await attrs("time")).toEqual({
        standard_name: "time",
        axis: "T",
        units: "milliseconds since 1970-01-01T00:00:00Z",
        calendar: "proleptic_gregorian",
      });
      expect(await attrs("x")).toEqual({ standard_name: "projection_x_coordinate", axis: "X" });
      expect(await attrs("y")).toEqual({ standard_name: "projection_y_coordinate", axis: "Y" });
      expect(await attrs("0")).toEqual({
        grid_mapping: "spatial_ref",
        _FillValue: -3,
        scale_factor: 0.5,
        add_offset: 10,
      });
      expect(await attrs("spatial_ref")).toMatchObject({ GeoTransform: "500000 10 0 4500000 0 -10" });
      expect((await openArray(store, "/p/exact-00/0")).dimensionNames).toEqual(["time", "band", "y", "x"]);
      expect((await openArray(store, "/p/exact-00/1")).dimensionNames).toEqual(["time", "band", "y_1", "x_1"]);
    });

    it("with GeoZarr attributes: the conventions by their ids, grid, CRS and the layout of overviews", async () => {
      const { attrs } = await openGroup(store, "/p/exact-00");
      const conventions = attrs.zarr_conventions as { uuid: string; name: string }[];
      // The ids that the conventions' own pages give.
      expect(conventions.map(({ uuid, name }) => [name, uuid]).sort()).toEqual([
        ["multiscales", "d35379db-88df-4056-af3a-620245f8e347"],
        ["proj:", "f17cb550-5864-4468-aeb7-f3180cfb622f"],
        ["spatial:", "689b58e2-cf7b-45e0-9fff-9cfc0883d6b4"],
      ]);
      expect(attrs).toMatchObject({
        "proj:code": "EPSG:32618",
        "spatial:dimensions": ["y", "x"],
        "spatial:transform": [10, 0, 500000, 0, -10, 4500000],
        "spatial:shape": [4, 6],
        "spatial:bbox": [500000, 4499960, 500060, 4500000],
        "spatial:registration": "pixel",
        multiscales: {
          layout: [
            {
              asset: "0",
              transform: { scale: [1, 1] },
              "spatial:shape": [4, 6],
              "spatial:transform": [10, 0, 500000, 0, -10, 4500000],
            },
            {
              asset: "1",
              derived_from: "0",
              transform: { scale: [2, 2] },
              "spatial:shape": [2, 3],
              "spatial:transform": [20, 0, 500000, 0, -20, 4500000],
            },
          ],
        },
      });
    });

    it("with the pixels of every level", async () => {
      const full = Array.from({ length: 24 }, (_, i) => i - 3);
      const both = [...full, ...full.map((value) => value * 2)];
      expect([...((await readAll(store, "/p/exact-00/0")) as Int16Array)]).toEqual([...both, ...both]);
      const overview = [1, 2, 3, 4, 5, 6, 6, 5, 4, 3, 2, 1];
      expect([...((await readAll(store, "/p/exact-00/1")) as Int16Array)]).toEqual([...overview, ...overview]);
    });

    it("with the scene table, whose rows lead to the slots", async () => {
      const table = (name: string) => readAll(store, `/scenes/${name}`);
      expect(await table("id")).toEqual(["b_2020-01-02", "c_20200101T101112"]);
      expect(await table("time")).toEqual(await readAll(store, "/p/exact-00/time"));
      expect([...((await table("stack")) as Int32Array)]).toEqual([0, 0]);
      expect([...((await table("slot")) as Int32Array)]).toEqual([0, 1]);
      expect((await openGroup(store, "/scenes")).attrs.pixelquery).toEqual({ stacks: ["/p/exact-00"] });
      // West, south, east, north by GDAL's gdaltransform of the corners.
      const [west = 0, south = 0, east = 0, north = 0] = (await table("bbox")) as Float64Array;
      expect(west).toBeCloseTo(-75, 9);
      expect(south).toBeCloseTo(40.6504961, 6);
      expect(east).toBeCloseTo(-74.9992903, 6);
      expect(north).toBeCloseTo(40.6508565, 6);
    });
  });

  describe.skipIf(skip)("reads the ways to store pixels that differ in their codecs", () => {
    const values = { uint16: [0, 65535, 1, 300, 40000], float32: [0, -1.5, 3.25e30, 1e-30, 7] } as const;
    const band = (dtype: keyof typeof values): TypedArray => {
      const out = createTypedArray(dtype as DType, 35);
      for (let i = 0; i < 35; i++) out[i] = values[dtype][i % 5]!;
      return out;
    };
    it.each([
      ["a short last strip", { dtype: "uint16", block: { kind: "strip", rows: 3 } }],
      [
        "a short last strip, compressed",
        { dtype: "uint16", block: { kind: "strip", rows: 3 }, compression: "deflate" },
      ],
      ["PackBits", { dtype: "uint16", compression: "packbits" }],
      ["big-endian", { dtype: "uint16", byteOrder: "big" }],
      ["big-endian differences", { dtype: "uint16", byteOrder: "big", compression: "deflate", predictor: 2 }],
      ["differences of floats", { dtype: "float32", compression: "deflate", predictor: 2 }],
      ["separate planes", { dtype: "uint16", interleave: "band", compression: "deflate", predictor: 2 }],
      ["floating point prediction", { dtype: "float32", interleave: "band", compression: "deflate", predictor: 3 }],
      [
        "floating point prediction, big-endian",
        { dtype: "float32", interleave: "band", byteOrder: "big", compression: "deflate", predictor: 3 },
      ],
      ["floating point prediction over interleaved bands", { dtype: "float32", compression: "deflate", predictor: 3 }],
      [
        "floating point prediction over interleaved bands, big-endian",
        { dtype: "float32", byteOrder: "big", compression: "deflate", predictor: 3 },
      ],
      ["BigTIFF tiles", { dtype: "uint16", bigTiff: true, block: { kind: "tile", width: 16, height: 16 } }],
    ] as const)("%s", async (_, tiff) => {
      const folder = createSharedTempDir();
      const bands = [band(tiff.dtype), band(tiff.dtype).reverse()] as TypedArray[];
      writeScene(`${folder}/cogs`, "2020-01-01.tif", { width: 5, height: 7, bands, ...tiff });
      await ingest(`${folder}/cogs`, { warehouse: `${folder}/w`, productId: "p" });
      const pixels = (await readAll(await open(`${folder}/w`, `${folder}/cogs`), "/p/exact-00/0")) as TypedArray;
      expect([...(pixels as Uint16Array)]).toEqual(bands.flatMap((values) => [...(values as Uint16Array)]));
    });

    it("files in folders with spaces and letters beyond ASCII, under names with anything", async () => {
      const folder = createSharedTempDir();
      const sources = `${folder}/c o+g's ü`;
      writeScene(sources, "2020-01-01 #1?%20 é.tif", { bands: [new Uint8Array(12).fill(7)] });
      await ingest(sources, { warehouse: `${folder}/w`, productId: "p" });
      const pixels = await readAll(await open(`${folder}/w`, sources), "/p/exact-00/0");
      expect([...(pixels as Uint8Array)]).toEqual(new Array(12).fill(7));
    });

    it("a file that was written in the first millisecond of a second", async () => {
      const folder = createSharedTempDir();
      const path = writeScene(`${folder}/in`, "2020-01-01.tif", { bands: [new Uint8Array(12).fill(7)] });
      utimesSync(path, 1_700_000_000.0004, 1_700_000_000.0004);
      await ingest(`${folder}/in`, { warehouse: `${folder}/w`, productId: "p" });
      const pixels = await readAll(await open(`${folder}/w`, `${folder}/in`), "/p/exact-00/0");
      expect([...(pixels as Uint8Array)]).toEqual(new Array(12).fill(7));
    });

    it("the nodata value of floats as xarray writes it: base64 of the little-endian double", async () => {
      const folder = createSharedTempDir();
      const bands = [Float32Array.of(-9999, 1)];
      writeScene(`${folder}/cogs`, "2020-01-01.tif", { dtype: "float32", width: 2, height: 1, bands, nodata: "-9999" });
      await ingest(`${folder}/cogs`, { warehouse: `${folder}/w`, productId: "p" });
      const pixels = await openArray(await open(`${folder}/w`, `${folder}/cogs`), "/p/exact-00/0");
      // Python: base64.b64encode(struct.pack("<d", -9999.0))
      expect([pixels.attrs._FillValue, pixels.fillValue]).toEqual(["AAAAAICHw8A=", -9999]);
    });

    it("blocks that a file leaves out, as the fill value", async () => {
      const folder = createSharedTempDir();
      const bands = [Uint8Array.from({ length: 512 }, (_, i) => (i % 32 < 16 ? 0 : 5))];
      const block = { kind: "tile", width: 16, height: 16 } as const;
      writeScene(`${folder}/cogs`, "2020-01-01.tif", {
        width: 32,
        height: 16,
        bands,
        block,
        sparse: true,
        nodata: "9",
      });
      await ingest(`${folder}/cogs`, { warehouse: `${folder}/w`, productId: "p" });
      const pixels = (await readAll(await open(`${folder}/w`, `${folder}/cogs`), "/p/exact-00/0")) as Uint8Array;
      expect([...pixels.subarray(14, 18)]).toEqual([9, 9, 5, 5]);
    });
  });
});
