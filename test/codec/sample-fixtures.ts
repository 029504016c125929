import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { BlockEncoding } from "../../src/codec/block-encoding.js";
import { fixturePath } from "../support/data-path.js";

/** A block of a TIFF, and the hash of what GDAL reads from it: see test/fixtures/codec/jpeg/tiff_blocks.py. */
export interface FixtureBlock {
  bytes: Uint8Array;
  storedRows: number;
  /** The part inside the image. */
  rows: number;
  cols: number;
  /** Of that part's samples, interleaved. */
  sha256: string;
}

/** Blocks of one file. */
export interface FixtureCase {
  name: string;
  encoding: BlockEncoding;
  blocks: FixtureBlock[];
}

type StoredBlock = [offset: number, lengthBytes: number, storedRows: number, rows: number, cols: number, hash: string];

/** The cases of a folder of test/fixtures/codec. */
export function readFixtures(folder: string): FixtureCase[] {
  // A Buffer's slices would share its memory.
  const blob = new Uint8Array(readFileSync(fixturePath("codec", folder, "blocks.bin")));
  const text = readFileSync(fixturePath("codec", folder, "cases.json"), "utf8");
  const cases = JSON.parse(text) as { name: string; encoding: BlockEncoding; blocks: StoredBlock[] }[];
  return cases.map(({ name, encoding, blocks }) => ({
    name,
    encoding,
    blocks: blocks.map(([offset, lengthBytes, storedRows, rows, cols, sha256]) => {
      return { bytes: blob.subarray(offset, offset + lengthBytes), storedRows, rows, cols, sha256 };
    }),
  }));
}

/** Hash of the upper left part of a block's samples, as {@link FixtureBlock} has it. */
export function hashInside(samples: Uint8Array, encoding: BlockEncoding, { rows, cols }: FixtureBlock): string {
  const hash = createHash("sha256");
  const rowBytes = encoding.cols * encoding.samples;
  for (let row = 0; row < rows; row++) {
    hash.update(samples.subarray(row * rowBytes, row * rowBytes + cols * encoding.samples));
  }
  return hash.digest("hex");
}
