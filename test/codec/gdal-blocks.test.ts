import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { BlockDecoder, type BlockEncoding, type BlockWindow } from "../../src/codec/index.js";
import type { TypedArray } from "../../src/ndarray/dtype.js";

/** See make_fixtures.py beside the fixtures: blocks that GDAL wrote, and hashes of the pixels that GDAL reads. */
interface FixtureWindow {
  rows: [number, number];
  cols: [number, number];
  samples: number[];
  sha256: string;
}
interface FixtureCase {
  name: string;
  encoding: BlockEncoding;
  blocks: [offset: number, lengthBytes: number, storedRows: number, windows: FixtureWindow[]][];
}

const folder = new URL("../fixtures/codec/", import.meta.url);
const bytes = readFileSync(new URL("blocks.bin", folder));
const cases: FixtureCase[] = JSON.parse(readFileSync(new URL("cases.json", folder), "utf8"));
const compressions = ["NONE", "PACKBITS", "DEFLATE", "LZW", "ZSTD"] as const;

function sha256(samples: TypedArray): string {
  const { buffer, byteOffset, byteLength } = samples;
  return createHash("sha256")
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest("hex");
}

function windowOf({ rows, cols, samples }: FixtureWindow, storedRows: number): BlockWindow {
  return { rowStart: rows[0], rowStop: rows[1], colStart: cols[0], colStop: cols[1], samples, storedRows };
}

test("the fixtures hold every data type with every compression and predictor", () => {
  const kinds = cases.map(({ encoding: e }) => `${e.dtype} ${e.compression} ${e.predictor}`);
  expect(cases.length).toBe(189);
  expect(new Set(kinds).size).toBe(94);
});

describe.each([
  ["WebAssembly", true],
  ["plain JavaScript", false],
])("in %s, pixels equal GDAL's:", (_engine, simd) => {
  let decoder: BlockDecoder;
  beforeAll(async () => {
    decoder = await BlockDecoder.load(compressions, { simd });
  });

  test.each(cases.map((c) => [c.name, c] as const))("%s", (_name, { encoding, blocks }) => {
    for (const [offset, lengthBytes, storedRows, windows] of blocks) {
      for (const window of windows) {
        decoder.input(lengthBytes).set(bytes.subarray(offset, offset + lengthBytes));
        const samples = decoder.decode(encoding, lengthBytes, windowOf(window, storedRows));
        expect(sha256(samples!)).toBe(window.sha256);
      }
    }
  });
});
