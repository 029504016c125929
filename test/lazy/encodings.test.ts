import { describe, expect, it } from "vitest";
import { ingest, openCog, openDataset } from "../../src/index.js";
import { sharedPool } from "../../src/lazy/thread-pool.js";
import { createTypedArray, type TypedArray } from "../../src/ndarray/dtype.js";
import { writeScene } from "../ingest/write-scene.js";
import { createTempDir } from "../support/temp-dir.js";
import type { TiffOptions } from "../support/write-tiff.js";

/** Seven values of each type, its extremes among them; two bands of 5 × 7 pixels are made of them. */
const samples = {
  uint8: [0, 255, 1, 254, 127, 128, 7],
  int8: [0, -128, 127, -1, 1, 64, -65],
  uint16: [0, 65535, 1, 65534, 256, 32768, 7],
  int16: [0, -32768, 32767, -1, 256, -257, 7],
  uint32: [0, 4294967295, 1, 65536, 2147483648, 305419896, 7],
  int32: [0, -2147483648, 2147483647, -1, 65536, -65537, 7],
  uint64: [0n, 18446744073709551615n, 1n, 4294967296n, 9223372036854775808n, 9007199254740993n, 7n],
  int64: [0n, -9223372036854775808n, 9223372036854775807n, -1n, 4294967296n, -9007199254740993n, 7n],
  float32: [0, -1.5, 3.4028234663852886e38, 1.401298464324817e-45, 0.10000000149011612, Infinity, -7],
  float64: [0, -1.5, 1.7976931348623157e308, 5e-324, 0.1, -Infinity, 7],
} as const;
type Sampled = keyof typeof samples;

function toBand(dtype: Sampled, order: readonly (number | bigint)[]): TypedArray {
  const band = createTypedArray(dtype, 35);
  for (let i = 0; i < 35; i++) band[i] = order[i % 7] as never;
  return band;
}

/** Every way to store two bands that the test writer knows. */
function encodings(dtype: Sampled): Partial<TiffOptions>[] {
  const compressions: Partial<TiffOptions>[] = [
    { compression: "none" },
    { compression: "packbits" },
    { compression: "deflate" },
    { compression: "deflate", predictor: 2 },
  ];
  if (dtype.startsWith("float")) compressions.push({ compression: "deflate", predictor: 3 });
  const blocks: Partial<TiffOptions>[] = [
    // Seven rows: two strips of three, and one of a single row.
    { block: { kind: "strip", rows: 3 } },
    { block: { kind: "tile", width: 16, height: 16 } },
  ];
  const headers: Partial<TiffOptions>[] = [
    { byteOrder: "little" },
    { byteOrder: "big" },
    { byteOrder: "little", bigTiff: true, layout: "directories-last" },
  ];
  const interleaves: Partial<TiffOptions>[] = [{ interleave: "pixel" }, { interleave: "band" }];
  let all: Partial<TiffOptions>[] = [{}];
  for (const choices of [compressions, blocks, headers, interleaves]) {
    all = all.flatMap((one) => choices.map((choice) => ({ ...one, ...choice })));
  }
  return all;
}

// Every width of a sample is read here once, and once in threads.
describe.each([
  { dtype: "uint8", threads: 0 },
  { dtype: "int8", threads: 2 },
  { dtype: "uint16", threads: 2 },
  { dtype: "int16", threads: 0 },
  { dtype: "uint32", threads: 0 },
  { dtype: "int32", threads: 2 },
  { dtype: "uint64", threads: 2 },
  { dtype: "int64", threads: 0 },
  { dtype: "float32", threads: 0 },
  { dtype: "float32", threads: 2 },
  { dtype: "float64", threads: 2 },
] as const)("two bands of $dtype", ({ dtype, threads }) => {
  it(`are read as they were written, however they are stored, with ${threads} threads`, async () => {
    if (threads > 0) await sharedPool(threads).decode({ sources: [], encodings: [], reads: [] });
    const folder = createTempDir();
    const bands = [toBand(dtype, samples[dtype]), toBand(dtype, [...samples[dtype]].reverse())];
    const cases = encodings(dtype);
    cases.forEach((encoding, i) => {
      const name = `case-${String(i).padStart(2, "0")}.tif`;
      writeScene(`${folder}/cogs`, name, { dtype, width: 5, height: 7, bands, ...encoding });
    });
    const { failed, added } = await ingest(`${folder}/cogs`, { warehouse: `${folder}/w` });
    expect({ failed, added }).toEqual({ failed: [], added: cases.length });
    const dataset = await openDataset(`${folder}/w`);
    expect(dataset.dims).toEqual({ time: cases.length, band: 2, y: 7, x: 5 });
    expect(dataset.dtype).toBe(dtype);
    const { data, status } = await dataset.toArray().compute({ threads });
    expect(status).toBeNull();
    const wrong = dataset.coords.scene.filter((_, time) => {
      const got = data.slice(time * 70, time * 70 + 70);
      return !bands.every((band, b) => band.every((value, i) => Object.is(got[b * 35 + i], value)));
    });
    expect(wrong.map((id) => cases[Number(id.slice(-2))])).toEqual([]);
  });
});

describe("blocks that a file leaves out", () => {
  const sparse = {
    width: 32,
    height: 16,
    bands: [Uint8Array.from({ length: 512 }, (_, i) => (i % 32 < 16 ? 0 : 5))],
    block: { kind: "tile", width: 16, height: 16 },
    sparse: true,
  } as const;

  it("read as nodata, with the nodata value where there is one, else zero", async () => {
    for (const [nodata, fill] of [
      ["9", 9],
      [undefined, 0],
    ] as const) {
      const path = writeScene(createTempDir(), "2020-01-01.tif", { ...sparse, ...(nodata && { nodata }) });
      const window = (await openCog(path)).isel({ y: 0, x: { start: 14, stop: 18 } });
      const { data, status } = await window.band("band_1").compute();
      expect([...(data as Uint8Array)]).toEqual([fill, fill, 5, 5]);
      expect([...(status ?? [])]).toEqual([2, 2, 0, 0]);
    }
  });

  it("are missing in a time series and in band math", async () => {
    const path = writeScene(createTempDir(), "2020-01-01.tif", sparse);
    const dataset = await openCog(path);
    const { rows } = await dataset.timeseries({ lon: -74.9999408590669, lat: 40.6508114716258 });
    expect(rows.map(({ values, status }) => [values, status])).toEqual([[{ band_1: null }, { band_1: "nodata" }]]);
    const sum = await dataset
      .isel({ y: 0, x: { start: 15, stop: 17 } })
      .bandmath("band_1 + 1")
      .compute();
    expect([...(sum.data as Float32Array)]).toEqual([Number.NaN, 6]);
    expect([...(sum.status ?? [])]).toEqual([2, 0]);
  });
});

describe("nodata", () => {
  const row = (dtype: Sampled, values: readonly number[], nodata: string): Partial<TiffOptions> => {
    const band = createTypedArray(dtype, values.length);
    values.forEach((value, i) => {
      band[i] = (typeof band[0] === "bigint" ? BigInt(value) : value) as never;
    });
    return { dtype, width: values.length, height: 1, bands: [band], nodata };
  };
  it.each([
    ["an integer", row("int16", [-9999, 0, 9999], "-9999"), [-9999, 0, 9999], [2, 0, 0]],
    ["a 64-bit integer", row("int64", [-9999, 0, 9999], "-9999"), [-9999n, 0n, 9999n], [2, 0, 0]],
    ["NaN", row("float32", [Number.NaN, 0, 1], "nan"), [Number.NaN, 0, 1], [2, 0, 0]],
    [
      "a number that float32 rounds",
      row("float32", [-3.4028234663852886e38, 0, 1], "-3.4028235e+38"),
      [Number.NaN, 0, 1],
      [2, 0, 0],
    ],
    ["an infinity", row("float32", [Number.NEGATIVE_INFINITY, 0, 1], "-inf"), [Number.NaN, 0, 1], [2, 0, 0]],
    ["a number no sample can be", row("uint8", [0, 1, 255], "-9999"), [0, 1, 255], null],
    [
      "another number than NaN, which is missing still",
      row("float64", [-1, Number.NaN, 1], "-1"),
      [Number.NaN, Number.NaN, 1],
      [2, 2, 0],
    ],
  ])("may be %s", async (_, tiff, data, status) => {
    const dataset = await openCog(writeScene(createTempDir(), "2020-01-01.tif", tiff));
    const got = await dataset.band("band_1").compute();
    expect([...(got.data as Float64Array)]).toEqual(data);
    expect(got.status && [...got.status]).toEqual(status);
  });
});
