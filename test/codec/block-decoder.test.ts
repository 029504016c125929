import { deflateRawSync, deflateSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { BlockDecoder, type BlockEncoding, type BlockWindow, type Compression } from "../../src/codec/index.js";
import { isPixelQueryError } from "../../src/errors.js";

const bytes = (...values: number[]) => Uint8Array.from(values);

function encodingOf(changes: Partial<BlockEncoding>): BlockEncoding {
  const plain = {
    dtype: "uint8",
    byteOrder: "little",
    rows: 2,
    cols: 3,
    samples: 1,
    compression: "NONE",
    predictor: 1,
  };
  return { ...(plain as BlockEncoding), ...changes };
}

function wholeOf({ rows, cols, samples }: BlockEncoding): BlockWindow {
  const every = Array.from({ length: samples }, (_, index) => index);
  return { rowStart: 0, rowStop: rows, colStart: 0, colStop: cols, samples: every, storedRows: rows };
}

function errorOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return null;
}

describe.each([
  ["WebAssembly", true],
  ["plain JavaScript", false],
])("a decoder in %s", (_engine, simd) => {
  let decoder: BlockDecoder;
  beforeAll(async () => {
    decoder = await BlockDecoder.load(["NONE", "DEFLATE", "LZW", "PACKBITS", "ZSTD"], { simd });
  });

  function decode(stored: Uint8Array, encoding: BlockEncoding, window = wholeOf(encoding), whole = true) {
    decoder.input(stored.length).set(stored);
    return decoder.decode(encoding, stored.length, window, { whole });
  }

  test("splits interleaved pixels into bands, in the order asked for", () => {
    const encoding = encodingOf({ samples: 2 });
    const stored = bytes(1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60);
    expect(decode(stored, encoding)).toEqual(bytes(1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60));
    const window = { ...wholeOf(encoding), rowStart: 1, colStart: 1, samples: [1, 0] };
    expect(decode(stored, encoding, window)).toEqual(bytes(50, 60, 5, 6));
  });

  test("reads big-endian samples", () => {
    const encoding = encodingOf({ dtype: "int16", byteOrder: "big", rows: 1, cols: 2 });
    expect(decode(bytes(0xff, 0xfe, 0x01, 0x02), encoding)).toEqual(Int16Array.of(-2, 258));
  });

  test("undoes horizontal differences row by row, wrapping around", () => {
    const encoding = encodingOf({ compression: "DEFLATE", predictor: 2 });
    const stored = deflateSync(bytes(250, 10, 1, 5, 255, 0));
    expect(decode(stored, encoding)).toEqual(bytes(250, 4, 5, 5, 4, 4));
  });

  test("undoes differences of 64-bit integers beyond 2^53", () => {
    const encoding = encodingOf({ dtype: "uint64", rows: 1, cols: 2, compression: "DEFLATE", predictor: 2 });
    const stored = deflateSync(new Uint8Array(BigUint64Array.of(2n ** 64n - 2n, 5n).buffer));
    expect(decode(stored, encoding)).toEqual(BigUint64Array.of(2n ** 64n - 2n, 3n));
  });

  test("undoes the floating point predictor", () => {
    // 1 = 3f800000 and -2 = c0000000: byte planes 3f c0, 80 00, 00 00, 00 00, then differences of neighbours.
    const encoding = encodingOf({ dtype: "float32", rows: 1, cols: 2, compression: "DEFLATE", predictor: 3 });
    expect(decode(deflateSync(bytes(0x3f, 0x81, 0xc0, 0x80, 0, 0, 0, 0)), encoding)).toEqual(Float32Array.of(1, -2));
  });

  test("widens float16 to float32", () => {
    const encoding = encodingOf({ dtype: "float16", rows: 1 });
    expect(decode(bytes(0x00, 0x3c, 0x00, 0xc1, 0x01, 0x00), encoding)).toEqual(Float32Array.of(1, -2.5, 2 ** -24));
  });

  test("ignores a predictor where the compression has none, as GDAL does", () => {
    expect(decode(bytes(1, 1, 1, 1, 1, 1), encodingOf({ predictor: 2 }))).toEqual(bytes(1, 1, 1, 1, 1, 1));
    const packed = encodingOf({ predictor: 2, compression: "PACKBITS" });
    expect(decode(bytes(251, 1), packed)).toEqual(bytes(1, 1, 1, 1, 1, 1));
  });

  test("returns memory of its own, which the next block does not touch", () => {
    const encoding = encodingOf({});
    const first = decode(bytes(1, 2, 3, 4, 5, 6), encoding);
    decode(bytes(9, 9, 9, 9, 9, 9), encoding);
    expect(first).toEqual(bytes(1, 2, 3, 4, 5, 6));
  });

  test("reads a last strip that is stored short", () => {
    const encoding = encodingOf({ rows: 8, compression: "DEFLATE" });
    const window = { ...wholeOf(encoding), rowStop: 2, storedRows: 2 };
    expect(decode(deflateSync(bytes(1, 2, 3, 4, 5, 6)), encoding, window)).toEqual(bytes(1, 2, 3, 4, 5, 6));
  });

  test("takes a strip that holds more rows than the image has left", () => {
    const encoding = encodingOf({ rows: 3, compression: "DEFLATE" });
    const window = { ...wholeOf(encoding), rowStop: 2, storedRows: 2 };
    const stored = deflateSync(bytes(1, 2, 3, 4, 5, 6, 7, 8, 9));
    expect(decode(stored, encoding, window)).toEqual(bytes(1, 2, 3, 4, 5, 6));
  });

  test("a stream that goes on behind its block is an error", () => {
    const stored = deflateSync(bytes(1, 2, 3, 4, 5, 6, 7));
    expect(errorOf(() => decode(stored, encodingOf({ compression: "DEFLATE" })))).toMatchObject({
      name: "CorruptDataError",
      details: { fault: "the block expands to more bytes than it should" },
    });
  });

  test("reads a block whose checksum was cut off", () => {
    const stored = deflateSync(bytes(1, 2, 3, 4, 5, 6)).subarray(0, -4);
    expect(decode(stored, encodingOf({ compression: "DEFLATE" }))).toEqual(bytes(1, 2, 3, 4, 5, 6));
  });

  test("says null for a prefix that is too short, and goes on when the rest is there", () => {
    const raw = Uint8Array.from({ length: 64 * 64 }, (_, index) => (index * index * 7) >> 3);
    const stored = deflateSync(raw);
    const encoding = encodingOf({ rows: 64, cols: 64, compression: "DEFLATE" });
    const window = { ...wholeOf(encoding), rowStart: 40, rowStop: 41 };
    decoder.input(50).set(stored.subarray(0, 50));
    expect(decoder.decode(encoding, 50, window, { whole: false })).toBeNull();
    decoder.input(stored.length).set(stored.subarray(50), 50);
    expect(decoder.decode(encoding, stored.length, window)).toEqual(raw.subarray(40 * 64, 41 * 64));
  });

  test.each<[Compression, Uint8Array]>([
    ["NONE", bytes(1, 2, 3, 4)],
    ["PACKBITS", bytes(3, 1, 2, 3, 4)],
    ["DEFLATE", deflateSync(bytes(1, 2, 3, 4, 5, 6)).subarray(0, 6)],
    ["LZW", bytes(0x80, 0x00, 0x20)],
    ["ZSTD", bytes(0x28, 0xb5, 0x2f, 0xfd, 0x20)],
  ])("a %s block that ends too early is an error, and null as a prefix", (compression, stored) => {
    const encoding = encodingOf({ compression });
    expect(decode(stored, encoding, wholeOf(encoding), false)).toBeNull();
    const error = errorOf(() => decode(stored, encoding));
    expect(isPixelQueryError(error, "CorruptDataError") && error.details).toMatchObject({
      compression,
      fault: "the bytes end too early",
      lengthBytes: stored.length,
      expectedBytes: 6,
    });
  });

  test("a stream that ends properly but holds too few bytes is an error even as a prefix", () => {
    const stored = zstdRaw(bytes(1, 2, 3, 4));
    const encoding = encodingOf({ compression: "ZSTD" });
    expect(errorOf(() => decode(stored, encoding, wholeOf(encoding), false))).toMatchObject({
      name: "CorruptDataError",
      details: { fault: "the block is too short", expandedBytes: 4 },
    });
  });

  test("a flipped bit that still inflates is found by the checksum", () => {
    const stored = deflateSync(bytes(1, 2, 3, 4, 5, 6), { level: 0 });
    stored[9]! ^= 1;
    expect(errorOf(() => decode(stored, encodingOf({ compression: "DEFLATE" })))).toMatchObject({
      name: "CorruptDataError",
    });
  });

  test.each<[Compression, Uint8Array]>([
    ["DEFLATE", deflateRawSync(bytes(1, 2, 3, 4, 5, 6))],
    ["DEFLATE", bytes(0x78, 0x9c, 0x07, 0, 0, 0, 0, 0)],
    // CLEAR, then a code that is not in the table yet.
    ["LZW", bytes(0x80, 0x7f, 0xff, 0xff)],
    ["ZSTD", bytes(1, 2, 3, 4, 5, 6, 7, 8)],
  ])("%s bytes of another format are an error", (compression, stored) => {
    expect(errorOf(() => decode(stored, encodingOf({ compression })))).toMatchObject({ name: "CorruptDataError" });
  });

  test("a few bytes cannot ask for much memory", () => {
    const encoding = encodingOf({ rows: 30_000, cols: 30_000, compression: "LZW" });
    expect(errorOf(() => decode(bytes(0x80, 0, 0), encoding))).toMatchObject({
      name: "CorruptDataError",
      details: { expectedBytes: 900_000_000, expandedBytes: 0 },
    });
  });

  test("a block beyond 1 GiB is refused, but not its first rows", () => {
    const encoding = encodingOf({ rows: 2 ** 21, cols: 1024, compression: "DEFLATE" });
    const stored = deflateSync(new Uint8Array(1024).fill(7));
    expect(errorOf(() => decode(stored, encoding))).toMatchObject({ name: "UnsupportedError" });
    expect(errorOf(() => decoder.input(2 ** 30 + 1))).toMatchObject({ name: "UnsupportedError" });
    const first = { ...wholeOf(encoding), rowStop: 1, colStop: 2 };
    expect(decode(stored, encoding, first)).toEqual(bytes(7, 7));
  });

  test.each<[string, Partial<BlockWindow>]>([
    ["no rows", { rowStart: 1, rowStop: 1 }],
    ["rows behind the stored ones", { storedRows: 1 }],
    ["columns behind the block", { colStop: 4 }],
    ["a sample that is not there", { samples: [1] }],
    ["no samples", { samples: [] }],
  ])("a window with %s is the caller's error", (_what, changes) => {
    const encoding = encodingOf({});
    const window = { ...wholeOf(encoding), ...changes };
    expect(errorOf(() => decode(bytes(1, 2, 3, 4, 5, 6), encoding, window))).toMatchObject({
      name: "InvalidInputError",
    });
  });
});

/** A zstd frame of one raw block, its content size in the header. */
function zstdRaw(content: Uint8Array): Uint8Array {
  return bytes(0x28, 0xb5, 0x2f, 0xfd, 0x20, content.length, (content.length << 3) | 1, 0, 0, ...content);
}

test("a partial read touches nothing behind the row: faults there stay unseen", async () => {
  const decoder = await BlockDecoder.load(["DEFLATE"], { simd: true });
  const raw = Uint8Array.from({ length: 256 * 256 }, (_, index) => (index * index * 31) >> 7);
  const stored = deflateSync(raw);
  stored.fill(0xff, stored.length >> 1);
  const encoding = encodingOf({ rows: 256, cols: 256, compression: "DEFLATE" });
  const row = { ...wholeOf(encoding), rowStart: 20, rowStop: 21 };
  decoder.input(stored.length).set(stored);
  expect(decoder.decode(encoding, stored.length, row)).toEqual(raw.subarray(20 * 256, 21 * 256));
  decoder.input(stored.length).set(stored);
  expect(errorOf(() => decoder.decode(encoding, stored.length, wholeOf(encoding)))).toMatchObject({
    name: "CorruptDataError",
  });
});

test("memory that a large block took is given back", async () => {
  const decoder = await BlockDecoder.load(["DEFLATE"], { simd: true });
  const large = encodingOf({ rows: 16_384, cols: 16_384, compression: "DEFLATE" });
  const stored = deflateSync(new Uint8Array(2 ** 28));
  decoder.input(stored.length).set(stored);
  decoder.decode(large, stored.length, { ...wholeOf(large), colStop: 1 });
  expect(decoder.input(16).buffer.byteLength).toBeLessThan(2 ** 20);
});

test("a compression that nobody reads is refused by name", async () => {
  await expect(BlockDecoder.load(["NONE", "JXL" as Compression])).rejects.toMatchObject({
    name: "UnsupportedError",
    message: expect.stringContaining("JXL"),
    details: { compression: "JXL" },
  });
});

describe.each(["JPEG", "WEBP", "LERC", "LERC_DEFLATE", "LERC_ZSTD"] as const)("%s blocks", (compression) => {
  test("that are cut short wait for the rest, and are an error where there is none", async () => {
    const decoder = await BlockDecoder.load([compression]);
    const encoding = encodingOf({ compression, samples: 3 });
    decoder.input(4).fill(0);
    expect(decoder.decode(encoding, 4, wholeOf(encoding), { whole: false })).toBeNull();
    expect(errorOf(() => decoder.decode(encoding, 4, wholeOf(encoding)))).toMatchObject({ name: "CorruptDataError" });
  });
});

test("bits that were turned around for bytes that did not suffice are turned back", async () => {
  const decoder = await BlockDecoder.load(["DEFLATE"]);
  const encoding = encodingOf({ rows: 64, cols: 64, compression: "DEFLATE", isBitReversed: true });
  const raw = Uint8Array.from({ length: 4096 }, (_, i) => (i * i * 7) % 251);
  const stored = deflateSync(raw).map((byte) =>
    Number.parseInt(byte.toString(2).padStart(8, "0").split("").reverse().join(""), 2),
  );
  decoder.input(100).set(stored.subarray(0, 100));
  expect(decoder.decode(encoding, 100, wholeOf(encoding), { whole: false })).toBeNull();
  decoder.input(stored.length).set(stored.subarray(100), 100);
  expect(decoder.decode(encoding, stored.length, wholeOf(encoding))).toEqual(raw);
});

test("a deflated LERC blob is expanded to the most that a blob can have, and no further", async () => {
  const decoder = await BlockDecoder.load(["LERC_DEFLATE"]);
  const encoding = encodingOf({ compression: "LERC_DEFLATE", rows: 64, cols: 64 });
  const bomb = deflateSync(new Uint8Array(2 ** 26));
  decoder.input(bomb.length).set(bomb);
  expect(errorOf(() => decoder.decode(encoding, bomb.length, wholeOf(encoding)))).toMatchObject({
    name: "CorruptDataError",
    details: { compression: "LERC_DEFLATE", fault: "the block expands to more bytes than it should" },
  });
  expect(decoder.input(16).buffer.byteLength).toBeLessThan(2 ** 20);
});

test("a compression that was not loaded is the caller's error", async () => {
  const decoder = await BlockDecoder.load(["NONE"]);
  const encoding = encodingOf({ compression: "ZSTD" });
  decoder.input(8);
  expect(errorOf(() => decoder.decode(encoding, 8, wholeOf(encoding)))).toMatchObject({
    name: "InvalidInputError",
    details: { compression: "ZSTD", loaded: ["NONE"] },
  });
});

test("the floating point predictor is refused for integers", async () => {
  const decoder = await BlockDecoder.load(["DEFLATE"]);
  const encoding = encodingOf({ compression: "DEFLATE", predictor: 3 });
  decoder.input(8);
  expect(errorOf(() => decoder.decode(encoding, 8, wholeOf(encoding)))).toMatchObject({ name: "UnsupportedError" });
});
