import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { BlockEncoding } from "../../src/codec/block-encoding.js";
import { WebpDecoder } from "../../src/codec/webp/webp-decoder.js";
import { isPixelQueryError } from "../../src/errors.js";
import { hashInside, readFixtures } from "./sample-fixtures.js";

const cases = readFixtures("webp");
const blockOf = (name: string) => {
  const { encoding, blocks } = cases.find((c) => c.name === name)!;
  return { encoding, bytes: blocks[0]!.bytes };
};
/** Tiles of 32 × 32 pixels. */
const lossy = blockOf("lossy RGB");
const lossyAlpha = blockOf("lossy RGBA");
const lossless = blockOf("lossless RGB");

let decoder: WebpDecoder;
beforeAll(async () => {
  decoder = await WebpDecoder.load();
});

/** What decoding ends with: an error's name and message, or null. */
function faultOf(stream: Uint8Array, encoding: BlockEncoding, storedRows = encoding.rows): string | null {
  try {
    decoder.decode(stream, encoding, storedRows);
    return null;
  } catch (error) {
    if (!isPixelQueryError(error)) throw error;
    return `${error.name}: ${error.message}`;
  }
}

describe("samples equal GDAL's:", () => {
  test.each(cases.map((c) => [c.name, c] as const))("%s", (_name, { encoding, blocks }) => {
    for (const block of blocks) {
      const samples = decoder.decode(block.bytes, encoding, block.storedRows);
      expect(samples.length).toBe(block.storedRows * encoding.cols * encoding.samples);
      expect(hashInside(samples, encoding, block)).toBe(block.sha256);
    }
  });

  test("a stream without alpha read as four samples is opaque, as GDAL has it", () => {
    const three = decoder.decode(lossless.bytes, lossless.encoding, 32).slice();
    const four = decoder.decode(lossless.bytes, { ...lossless.encoding, samples: 4 }, 32);
    expect(four.filter((_, i) => i % 4 < 3)).toEqual(three);
    expect(new Set(four.filter((_, i) => i % 4 === 3))).toEqual(new Set([255]));
  });
});

describe("a stream that is not what the encoding says is refused:", () => {
  test.each([
    [
      "fewer columns",
      { ...lossy, encoding: { ...lossy.encoding, cols: 31 } },
      32,
      "it holds 32 × 32 pixels, expected 31 × 32",
    ],
    ["fewer rows", lossless, 30, "it holds 32 × 32 pixels, expected 32 × 30"],
    [
      "alpha in three samples",
      { ...lossyAlpha, encoding: lossy.encoding },
      32,
      "it holds alpha, expected three samples",
    ],
  ])("%s", (_name, { bytes, encoding }, storedRows, fault) => {
    expect(faultOf(bytes, encoding, storedRows)).toBe(`CorruptDataError: WebP block: ${fault}`);
  });

  test("two samples a pixel", () => {
    expect(faultOf(lossy.bytes, { ...lossy.encoding, samples: 2 })).toBe(
      "UnsupportedError: WebP block: 2 × uint8 a pixel is not read",
    );
  });

  test("an animation", () => {
    const copy = lossyAlpha.bytes.slice();
    expect(String.fromCharCode(...copy.subarray(12, 16))).toBe("VP8X");
    copy[20]! |= 2;
    expect(faultOf(copy, lossyAlpha.encoding)).toBe("UnsupportedError: WebP block: an animation is not read");
  });
});

describe("whatever the bytes are, there are samples or an error of ours:", () => {
  const streams = [
    ["lossy", lossy],
    ["lossy with alpha", lossyAlpha],
    ["lossless", lossless],
  ] as const;

  test.each(streams)("a %s stream cut anywhere is corrupt", (_name, { bytes, encoding }) => {
    // The last bytes may be padding: the pixels are there without them.
    for (let length = 0; length < bytes.length - 8; length++) {
      expect(faultOf(bytes.subarray(0, length), encoding)).toMatch(/^CorruptDataError: WebP block: ./);
    }
  });

  test.each(streams)("a %s stream with bytes changed", (_name, { bytes, encoding }) => {
    const mutations = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(mutations, (changes) => {
        const copy = bytes.slice();
        for (const [at, value] of changes) copy[at % copy.length] = value;
        const fault = faultOf(copy, encoding);
        if (fault !== null) expect(fault).toMatch(/^(CorruptData|Unsupported)Error: WebP block: ./);
        else expect(decoder.decode(copy, encoding, 32).length).toBe(32 * 32 * encoding.samples);
      }),
      { numRuns: 500, seed: 4 },
    );
  });

  test("random bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(faultOf(bytes, lossy.encoding)).toMatch(/^CorruptDataError: WebP block: ./);
      }),
    );
  });

  test("a good block after a bad one has its own samples", () => {
    const before = decoder.decode(lossless.bytes, lossless.encoding, 32).slice();
    expect(faultOf(lossless.bytes.subarray(0, 200), lossless.encoding)).not.toBeNull();
    expect(decoder.decode(lossless.bytes, lossless.encoding, 32)).toEqual(before);
  });
});
