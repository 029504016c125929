import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { BlockDecoder, type Compression } from "../../src/codec/index.js";
import type { CogInfo, ImageLevel } from "../../src/cog/cog-info.js";
import { isNeedBytes } from "../../src/cog/header-bytes.js";
import { parseCog } from "../../src/cog/parse.js";
import {
  bytesPerSample,
  createTypedArray,
  type DType,
  type TypedArray,
  viewTypedArray,
} from "../../src/ndarray/dtype.js";

/** See make_odd_tiffs.py beside the fixture: small files, and the pixels that GDAL reads from them. */
interface OddTiff {
  name: string;
  tiff: string;
  dtype: DType;
  bands: number;
  pixels: string;
}

const cases: OddTiff[] = JSON.parse(
  readFileSync(new URL("../fixtures/codec/odd/odd-tiffs.json", import.meta.url), "utf8"),
);
const compressions: Compression[] = ["NONE", "DEFLATE", "LZW", "PACKBITS", "LZMA"];

/** Rows and columns of a window. */
interface Part {
  rowStart: number;
  rowStop: number;
  colStart: number;
  colStop: number;
}

function parse(data: Uint8Array): CogInfo {
  const info = parseCog({ sizeBytes: data.length, parts: [{ offset: 0, data }] });
  if (isNeedBytes(info)) throw new RangeError("the whole file was given");
  return info;
}

/** The bands of a part of an image, one behind another: what GDAL's ReadAsArray gives. Blocks that are left out are 0. */
function readPart(decoder: BlockDecoder, file: Uint8Array, level: ImageLevel, part: Part): TypedArray {
  const { encoding, planes, blocksDown, height } = level;
  const [rows, cols] = [part.rowStop - part.rowStart, part.colStop - part.colStart];
  const out = createTypedArray(encoding.dtype, planes * encoding.samples * rows * cols);
  for (let block = 0; block < planes * blocksDown; block++) {
    const top = (block % blocksDown) * encoding.rows;
    const storedRows = Math.min(encoding.rows, height - top);
    const rowStart = Math.max(part.rowStart - top, 0);
    const rowStop = Math.min(part.rowStop - top, storedRows);
    const length = level.byteCounts[block] ?? 0;
    if (length === 0 || rowStart >= rowStop) continue;
    decoder.input(length).set(file.subarray(level.offsets[block], (level.offsets[block] ?? 0) + length));
    const samples = Array.from({ length: encoding.samples }, (_, sample) => sample);
    const got = decoder.decode(encoding, length, { ...part, rowStart, rowStop, samples, storedRows });
    const blockLength = (rowStop - rowStart) * cols;
    for (const sample of samples) {
      const band = Math.floor(block / blocksDown) * encoding.samples + sample;
      const to = (band * rows + top + rowStart - part.rowStart) * cols;
      out.set(got?.subarray(sample * blockLength, (sample + 1) * blockLength) as never, to);
    }
  }
  return out;
}

function gdalPixels({ pixels, dtype }: OddTiff): TypedArray {
  const bytes = Uint8Array.from(Buffer.from(pixels, "base64"));
  return viewTypedArray(dtype, bytes.buffer, 0, bytes.length / bytesPerSample(dtype));
}

function crop(pixels: TypedArray, bands: number, width: number, height: number, part: Part): TypedArray {
  return pixels.filter((_: unknown, i: number) => {
    const [row, col] = [Math.floor(i / width) % height, i % width];
    return row >= part.rowStart && row < part.rowStop && col >= part.colStart && col < part.colStop && bands > 0;
  });
}

test("the fixture holds every width that GDAL reads, and every colour that it converts", () => {
  expect(cases).toHaveLength(124);
  const widths = cases.map(({ tiff }) => parse(Buffer.from(tiff, "base64")).levels[0]?.encoding.bitsPerSample);
  const all = [
    1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
  ];
  expect([...new Set(widths)].filter(Number.isInteger).sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual(all);
});

describe.each([
  ["WebAssembly", true],
  ["plain JavaScript", false],
])("in %s, pixels equal GDAL's:", (_engine, simd) => {
  let decoder: BlockDecoder;
  beforeAll(async () => {
    decoder = await BlockDecoder.load(compressions, { simd });
  });

  test.each(cases.map((c) => [c.name, c] as const))("%s", (_name, oddTiff) => {
    const file = Uint8Array.from(Buffer.from(oddTiff.tiff, "base64"));
    const { width, height, count, levels, dtype } = parse(file);
    const level = levels[0] as ImageLevel;
    expect([count, dtype === "float16" ? "float32" : dtype]).toEqual([oddTiff.bands, oddTiff.dtype]);
    const pixels = gdalPixels(oddTiff);
    const whole = { rowStart: 0, rowStop: height, colStart: 0, colStop: width };
    expect(readPart(decoder, file, level, whole)).toEqual(pixels);
    const part = { rowStart: 2, rowStop: 4, colStart: 3, colStop: 10 };
    expect(readPart(decoder, file, level, part)).toEqual(crop(pixels, count, width, height, part));
  });
});
