import { beforeAll, describe, expect, it } from "vitest";
import { type Dataset, ingest, openCog, openDataset } from "../../src/index.js";
import type { TypedArray } from "../../src/ndarray/dtype.js";
import { firstPixel, writeScene } from "../ingest/write-scene.js";
import { createSharedTempDir, createTempDir } from "../support/temp-dir.js";
import type { TiffOptions } from "../support/write-tiff.js";

const list = (values: TypedArray | null) => values && [...(values as Float64Array)];

describe("arithmetic of two bands, red 10 0 7 255 and nir 30 0 7 5, nodata 255", () => {
  const folder = createSharedTempDir();
  let dataset: Dataset;
  beforeAll(async () => {
    const bands = [Uint8Array.of(10, 0, 7, 255), Uint8Array.of(30, 0, 7, 5)];
    const tiff = { width: 4, height: 1, bands, bandNames: ["red", "nir"], nodata: "255" };
    dataset = await openCog(writeScene(folder, "2020-01-01.tif", tiff));
  });

  // Values worked out by hand; 0/0 has no value, and a pixel that the file calls missing stays so.
  it.each([
    ["nir + red", [40, 0, 14, Number.NaN], [0, 0, 0, 2]],
    ["nir - red", [20, 0, 0, Number.NaN], [0, 0, 0, 2]],
    ["nir * red", [300, 0, 49, Number.NaN], [0, 0, 0, 2]],
    ["nir / red", [3, Number.NaN, 1, Number.NaN], [0, 4, 0, 2]],
    ["nir ** 2", [900, 0, 49, 25], null],
    ["(nir - red) / (nir + red)", [0.5, Number.NaN, 0, Number.NaN], [0, 4, 0, 2]],
  ])("%s is the same by methods and by text", async (text, data, status) => {
    const [red, nir] = [dataset.band("red"), dataset.band("nir")];
    const byMethods = {
      "nir + red": nir.add(red),
      "nir - red": nir.sub(red),
      "nir * red": nir.mul(red),
      "nir / red": nir.div(red),
      "nir ** 2": nir.pow(2),
      "(nir - red) / (nir + red)": nir.sub(red).div(nir.add(red)),
    }[text];
    expect(byMethods?.name).toBe(text);
    for (const array of [byMethods, dataset.bandmath(text)]) {
      const got = await array?.compute();
      expect({ data: list(got?.data ?? null), status: list(got?.status ?? null) }).toEqual({ data, status });
      expect([array?.dtype, got?.dtype, array?.nodata]).toEqual(["float32", "float32", null]);
      expect(array?.dims).toEqual(["time", "y", "x"]);
    }
  });

  it("is done in double precision, and stored as float32 unless float64 is asked for", async () => {
    const third = dataset.bandmath("nir / 9 * 3").isel({ x: 0 });
    expect(list((await third.compute()).data)).toEqual([10]);
    const [single] = list((await dataset.bandmath("nir / 9").compute()).data) ?? [];
    expect(single).toBe(Math.fround(30 / 9));
    const double = await dataset.bandmath("nir / 9").compute({ dtype: "float64" });
    expect([double.dtype, list(double.data)?.[0]]).toEqual(["float64", 30 / 9]);
  });

  it("leaves a band alone in the file's own type, with its nodata value", async () => {
    const red = dataset.band("red");
    const { data, status, dtype } = await red.compute();
    expect([red.dtype, dtype, red.nodata, data.constructor.name]).toEqual(["uint8", "uint8", 255, "Uint8Array"]);
    expect([list(data), list(status)]).toEqual([
      [10, 0, 7, 255],
      [0, 0, 0, 2],
    ]);
  });

  it("stacks bands into one array, with labels on every dimension", async () => {
    const array = dataset.select(["nir", "red"]).toArray();
    expect([array.dims, array.shape]).toEqual([
      ["time", "band", "y", "x"],
      [1, 2, 1, 4],
    ]);
    const { data, coords } = await array.compute();
    expect(list(data)).toEqual([30, 0, 7, 5, 10, 0, 7, 255]);
    expect(coords.band).toEqual({ dims: ["band"], values: ["nir", "red"] });
    expect(coords.time).toEqual({ dims: ["time"], values: [new Date("2020-01-01T00:00:00Z")] });
    expect(coords.x).toEqual({ dims: ["x"], values: Float64Array.of(500005, 500015, 500025, 500035) });
    expect(coords.y).toEqual({ dims: ["y"], values: Float64Array.of(4499995) });
    expect(array.attrs).toMatchObject({ crs: "EPSG:32618", transform: [10, 0, 500000, 0, -10, 4500000] });
  });

  it("joins arrays of different selections by their pixels, and repeats one that lost a dimension", async () => {
    const [red, nir] = [dataset.band("red"), dataset.band("nir")];
    const left = await red
      .isel({ x: { start: 0, stop: 3 } })
      .add(nir.isel({ x: { start: 1, stop: 4 } }))
      .compute();
    expect([left.shape, list(left.data)]).toEqual([
      [1, 1, 2],
      [0, 14],
    ]);
    const repeated = await red.isel({ x: 0 }).add(nir).compute();
    expect([repeated.dims, list(repeated.data)]).toEqual([
      ["time", "y", "x"],
      [40, 10, 17, 15],
    ]);
    expect(() => red.isel({ x: { start: 0, stop: 1 } }).add(nir.isel({ x: { start: 2 } }))).toThrow(
      expect.objectContaining({ name: "SelectionError" }),
    );
    expect(list((await dataset.toArray().add(1).compute()).data)).toEqual([11, 1, 8, Number.NaN, 31, 1, 8, 6]);
  });

  it("is refused for bands that are not there, with a mark under the fault", () => {
    expect(() => dataset.bandmath("(nir - rde)")).toThrow(expect.objectContaining({ name: "ExpressionError" }));
  });
});

describe("scenes of different types in one product", () => {
  async function open(...tiffs: Partial<TiffOptions>[]) {
    const folder = createTempDir();
    tiffs.forEach((tiff, i) => {
      writeScene(`${folder}/cogs`, `2020-01-0${i + 1}.tif`, { width: 3, height: 1, ...tiff });
    });
    await ingest(`${folder}/cogs`, { warehouse: `${folder}/w` });
    return openDataset(`${folder}/w`);
  }

  it("come in the smallest type that holds them all, each with its own nodata", async () => {
    const dataset = await open(
      { dtype: "uint8", bands: [Uint8Array.of(0, 1, 255)], nodata: "0" },
      { dtype: "int16", bands: [Int16Array.of(0, -1, 255)], nodata: "255" },
    );
    const { data, status, dtype } = await dataset.band("band_1").compute();
    expect(dtype).toBe("float32");
    expect([list(data), list(status)]).toEqual([
      [Number.NaN, 1, 255, 0, -1, Number.NaN],
      [2, 0, 0, 0, 0, 2],
    ]);
  });

  it("come as double precision where 64-bit integers are among them, and nodata is still told", async () => {
    const dataset = await open(
      { dtype: "int64", bands: [BigInt64Array.of(-9999n, 1n, 1n << 40n)], nodata: "-9999" },
      { dtype: "uint8", bands: [Uint8Array.of(7, 8, 9)] },
    );
    const { data, status, dtype } = await dataset.band("band_1").compute();
    expect(dtype).toBe("float64");
    expect([list(data), list(status)]).toEqual([
      [Number.NaN, 1, 1099511627776, 7, 8, 9],
      [2, 0, 0, 0, 0, 0],
    ]);
  });

  it("keep a missing pixel's own nodata value in an integer cube", async () => {
    const dataset = await open(
      { bands: [Uint8Array.of(255, 1, 2)], nodata: "255" },
      { bands: [Uint8Array.of(255, 1, 9)], nodata: "9" },
    );
    const { data, status, dtype } = await dataset.band("band_1").compute();
    expect([dtype, list(data), list(status)]).toEqual(["uint8", [255, 1, 2, 255, 1, 9], [2, 0, 0, 0, 0, 2]]);
    expect(dataset.band("band_1").nodata).toBeNull();
  });

  it("answer with the bands that each has: a band that a scene lacks is uncovered there", async () => {
    const dataset = await open(
      { bands: [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6)], bandNames: ["red", "nir"] },
      { bands: [Uint8Array.of(7, 8, 9)], bandNames: ["red"] },
    );
    expect(dataset.bands).toEqual(["red", "nir"]);
    const { data, status } = await dataset.band("nir").compute();
    expect([list(data), list(status)]).toEqual([
      [4, 5, 6, 0, 0, 0],
      [0, 0, 0, 1, 1, 1],
    ]);
    const { rows } = await dataset.timeseries(firstPixel);
    expect(rows.map((row) => [row.values, row.status])).toEqual([
      [
        { red: 1, nir: 4 },
        { red: "valid", nir: "valid" },
      ],
      [
        { red: 7, nir: null },
        { red: "valid", nir: "uncovered" },
      ],
    ]);
  });
});

describe("64-bit integers", () => {
  it("come as they are, beyond what a double holds", async () => {
    const bands = [BigInt64Array.of(9007199254740993n, -9223372036854775808n, 5n)];
    const path = writeScene(createTempDir(), "2020-01-01.tif", {
      dtype: "int64",
      width: 3,
      height: 1,
      bands,
      nodata: "5",
    });
    const band = (await openCog(path)).band("band_1");
    expect(band.nodata).toBe(5n);
    const { data, status } = await band.compute();
    expect(data).toEqual(BigInt64Array.of(9007199254740993n, -9223372036854775808n, 5n));
    expect(list(status)).toEqual([0, 0, 2]);
  });
});

describe("a time series", () => {
  it("gives the file's own numbers, or scaled ones when asked", async () => {
    const tiff = {
      bands: [new Uint8Array(12).fill(100), new Uint8Array(12).fill(7)],
      scale: [0.01, 2],
      offset: [-0.5, 0],
    };
    const dataset = await openCog(writeScene(createTempDir(), "2020-01-01.tif", tiff));
    expect((await dataset.timeseries(firstPixel)).rows[0]?.values).toEqual({ band_1: 100, band_2: 7 });
    expect((await dataset.timeseries({ ...firstPixel, scaled: true })).rows[0]?.values).toEqual({
      band_1: 0.5,
      band_2: 14,
    });
  });

  it("has the time, the scene and the reason of every missing value", async () => {
    const tiff = { bands: [new Uint8Array(12), new Uint8Array(12).fill(7)], bandNames: ["red", "nir"], nodata: "0" };
    const dataset = await openCog(writeScene(createTempDir(), "field_20200102T030405.tif", tiff));
    const { rows, bands, lon, lat } = await dataset.timeseries({ ...firstPixel, bands: ["nir", "red"] });
    expect({ bands, lon, lat }).toEqual({ bands: ["nir", "red"], ...firstPixel });
    expect(rows).toEqual([
      {
        time: "2020-01-02T03:04:05.000Z",
        scene: "field_20200102T030405",
        values: { nir: 7, red: null },
        status: { nir: "valid", red: "nodata" },
      },
    ]);
    const computed = await dataset.timeseries({ ...firstPixel, expr: "red / nir" });
    expect([computed.bands, computed.rows[0]?.values, computed.rows[0]?.status]).toEqual([
      ["expr"],
      { expr: null },
      { expr: "nodata" },
    ]);
    const undefinedRatio = await dataset.timeseries({ ...firstPixel, expr: "nir / (nir - 7)" });
    expect(undefinedRatio.rows[0]?.status).toEqual({ expr: "undefined" });
  });

  it.each([
    [{ lat: 91 }, "InvalidInputError"],
    [{ lon: Number.NaN }, "InvalidInputError"],
    [{ bands: ["rde"] }, "SelectionError"],
    [{ expr: "rde * 2" }, "ExpressionError"],
    [{ expr: "red *" }, "ExpressionError"],
    [{ cloudMask: true }, "SelectionError"],
  ])("refuses %o", async (options, name) => {
    const dataset = await openCog(writeScene(createTempDir(), "2020-01-01.tif", { bandNames: ["red"] }));
    await expect(dataset.timeseries({ ...firstPixel, ...options })).rejects.toMatchObject({ name });
  });
});

describe("openCog", () => {
  it("opens one file, and says what it does not open", async () => {
    const folder = createTempDir();
    const path = writeScene(folder, "2020-01-01.tif");
    await expect(openCog(path, { overview: 1 })).rejects.toMatchObject({ name: "SelectionError" });
    await expect(openCog(`${folder}/none.tif`)).rejects.toMatchObject({ name: "NotFoundError" });
    await expect(openCog(path, { bandNames: ["a", "b"] })).rejects.toMatchObject({ name: "InvalidInputError" });
    expect((await openCog(path, { bandNames: ["a"] })).bands).toEqual(["a"]);
    writeScene(folder, "2020-01-02.tif");
    await expect(openCog(folder)).rejects.toMatchObject({ name: "NotFoundError" });
  });
});
