import { describe, expect, test } from "vitest";
import type { BlockEncoding, YCbCrEncoding } from "../../src/codec/block-encoding.js";
import { unpackYCbCr, ycbcrLengthBytes } from "../../src/codec/ycbcr/unpack-ycbcr.js";
import { CorruptDataError, UnsupportedError } from "../../src/errors.js";
import { hashInside, readFixtures } from "./sample-fixtures.js";

const cases = readFixtures("ycbcr");

const encodingOf = (ycbcr: Partial<YCbCrEncoding>, other: Partial<BlockEncoding> = {}): BlockEncoding => ({
  dtype: "uint8",
  byteOrder: "little",
  rows: 2,
  cols: 3,
  samples: 3,
  compression: "NONE",
  predictor: 1,
  ycbcr: {
    subsampling: [2, 2],
    coefficients: [0.299, 0.587, 0.114],
    referenceBlackWhite: [0, 255, 128, 255, 128, 255],
    ...ycbcr,
  },
  ...other,
});

describe("samples equal GDAL's:", () => {
  test.each(cases.map((c) => [c.name, c] as const))("%s", (_name, { encoding, blocks }) => {
    for (const block of blocks) {
      expect(ycbcrLengthBytes(encoding, block.storedRows)).toBe(block.bytes.length);
      const samples = unpackYCbCr(block.bytes, encoding, block.storedRows);
      expect(hashInside(samples, encoding, block)).toBe(block.sha256);
    }
  });
});

test("a unit's luma samples lie row by row, and what pads the last unit is dropped", () => {
  const units = [1, 2, 4, 5, 128, 128, 3, 99, 6, 99, 128, 128];
  const gray = [1, 2, 3, 4, 5, 6].flatMap((luma) => [luma, luma, luma]);
  expect([...unpackYCbCr(Uint8Array.from(units), encodingOf({}), 2)]).toEqual(gray);
  expect(ycbcrLengthBytes(encodingOf({}), 2)).toBe(12);
});

describe("refused:", () => {
  test("too few bytes", () => {
    expect(() => unpackYCbCr(new Uint8Array(11), encodingOf({}), 2)).toThrow(
      expect.objectContaining({ name: "CorruptDataError", message: "YCbCr block: 11 of 12 bytes are there" }),
    );
  });

  test.each([
    ["a luma coefficient of 0 for green", { coefficients: [0.5, 0, 0.5] }],
    ["a coefficient that is no number", { coefficients: [Number.NaN, 0.5, 0.5] }],
    ["an endless reference", { referenceBlackWhite: [0, 255, 128, Number.POSITIVE_INFINITY, 128, 255] }],
    ["too few references", { referenceBlackWhite: [0, 255] }],
  ] as const)("%s", (_name, ycbcr) => {
    expect(() => unpackYCbCr(new Uint8Array(12), encodingOf(ycbcr), 2)).toThrow(CorruptDataError);
  });

  test.each([
    ["samples of 16 bits", { dtype: "uint16" }],
    ["four samples", { samples: 4 }],
    ["packed samples", { bitsPerSample: 4 }],
  ] as const)("%s", (_name, other) => {
    expect(() => unpackYCbCr(new Uint8Array(99), encodingOf({}, other), 2)).toThrow(UnsupportedError);
  });
});
