import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BlockEncoding, Compression } from "../../src/codec/block-encoding.js";
import type { ColorEncoding } from "../../src/codec/color/color-encoding.js";
import { JPEG_YCBCR } from "../../src/codec/color/jpeg-ycbcr.js";
import { isSupported } from "../../src/codec/supported.js";
import { codecsOf, encodingOf } from "../../src/warehouse/codec-metadata.js";
import { encodingKey, type StackProfile } from "../../src/warehouse/stack.js";

const plain: BlockEncoding = {
  dtype: "uint8",
  byteOrder: "little",
  rows: 16,
  cols: 32,
  samples: 1,
  compression: "NONE",
  predictor: 1,
};

const side = fc.integer({ min: 1, max: 4096 });
const fraction = fc.double({ min: 0.01, max: 1, noNaN: true });
const rowCompressions = ["NONE", "DEFLATE", "LZW", "PACKBITS", "ZSTD", "LZMA"] as const;
const predicting: readonly Compression[] = ["DEFLATE", "LZW", "ZSTD", "LZMA"];

const base = fc.record({
  byteOrder: fc.constantFrom("little", "big"),
  rows: side,
  cols: side,
  samples: fc.integer({ min: 1, max: 5 }),
  compression: fc.constantFrom(...rowCompressions),
  isBitReversed: fc.option(fc.constant(true as const), { nil: undefined }),
});

const words = fc.record({
  dtype: fc.constantFrom("uint8", "int8", "uint16", "int32", "uint64", "float16", "float32", "float64"),
  predictor: fc.constantFrom(1, 2, 3),
});
const widths = fc.oneof(
  fc.record({ dtype: fc.constant("uint8"), bitsPerSample: fc.integer({ min: 1, max: 7 }) }),
  fc.record({ dtype: fc.constant("uint16"), bitsPerSample: fc.integer({ min: 9, max: 15 }) }),
  fc.record({ dtype: fc.constant("uint32"), bitsPerSample: fc.integer({ min: 17, max: 31 }) }),
  fc.record({ dtype: fc.constant("float32"), bitsPerSample: fc.constant(24), predictor: fc.constantFrom(1, 3) }),
);
const images = fc.oneof(
  fc.record({
    compression: fc.constant("JPEG"),
    jpegTables: fc.option(fc.base64String({ minLength: 4 }), { nil: undefined }),
    isBitReversed: fc.constant(undefined),
  }),
  fc.record({
    compression: fc.constant("JPEG"),
    samples: fc.constant(3),
    ycbcr: fc.constant(JPEG_YCBCR),
    isBitReversed: fc.constant(undefined),
  }),
  fc.record({ compression: fc.constantFrom("WEBP", "LERC", "LERC_DEFLATE", "LERC_ZSTD") }),
);
const colors = fc.oneof(
  fc.record({
    samples: fc.constant(3),
    ycbcr: fc.record({
      subsampling: fc.tuple(fc.constantFrom(1, 2, 4), fc.constantFrom(1, 2, 4)),
      coefficients: fc.tuple(fraction, fraction, fraction),
      referenceBlackWhite: fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 6, maxLength: 6 }),
    }),
  }),
  fc.record({
    samples: fc.constant(4),
    predictor: fc.constantFrom(1, 2),
    colorSpace: fc.constant({ kind: "CMYK" }),
    storedSamples: fc.integer({ min: 4, max: 6 }),
  }),
  fc.record({
    samples: fc.constant(4),
    predictor: fc.constantFrom(1, 2),
    colorSpace: fc.record({ kind: fc.constant("CIELAB"), whitePoint: fc.tuple(fraction, fraction) }),
    storedSamples: fc.constant(3),
  }),
);

/** Encodings as a header's parser writes them: nothing said that says nothing. */
const encodings = fc.tuple(base, fc.oneof(words, widths, images, colors)).map(([some, more]) => {
  const merged = { ...plain, ...some, ...more } as BlockEncoding;
  if (!predicting.includes(merged.compression)) merged.predictor = 1;
  if (merged.predictor === 3 && !merged.dtype.startsWith("float")) merged.predictor = 2;
  const isWidth24 = merged.bitsPerSample === 24 && merged.predictor === 1;
  if (merged.bitsPerSample !== undefined && !isWidth24) merged.byteOrder = "little";
  return Object.fromEntries(
    Object.entries(merged).filter(([, value]) => value !== undefined),
  ) as unknown as BlockEncoding;
});

function roundTrip(encoding: BlockEncoding, strips: boolean): BlockEncoding {
  const { dtype, samples, rows, cols } = encoding;
  const codecs = JSON.parse(JSON.stringify(codecsOf(encoding, strips)));
  return encodingOf("/p/s/0", dtype, [1, samples, rows, cols], codecs);
}

describe("the codecs of a pixel array", () => {
  test("say all of an encoding: it is read back from their JSON as it was", () => {
    fc.assert(
      fc.property(encodings, fc.boolean(), (encoding, strips) => {
        fc.pre(isSupported(encoding));
        expect(roundTrip(encoding, strips)).toEqual(encoding);
      }),
      { numRuns: 2000 },
    );
  });

  test.each<[string, Partial<ColorEncoding>, string[]]>([
    [
      "deflate and predictor 2",
      { compression: "DEFLATE", predictor: 2 },
      ["HorizontalDeltaCodec", "bytes", "numcodecs.zlib"],
    ],
    ["xz", { compression: "LZMA" }, ["bytes", "numcodecs.lzma"]],
    ["JPEG", { compression: "JPEG", samples: 3 }, ["transpose", "ChunkyCodec", "imagecodecs_jpeg"]],
    ["WebP", { compression: "WEBP", samples: 3 }, ["transpose", "ChunkyCodec", "imagecodecs_webp"]],
    ["LERC", { compression: "LERC" }, ["bytes", "imagecodecs_lerc"]],
    ["LERC in zstd", { compression: "LERC_ZSTD" }, ["bytes", "imagecodecs_lerc", "imagecodecs_zstd"]],
    [
      "bits in reverse",
      { compression: "LZW", isBitReversed: true },
      ["bytes", "imagecodecs_lzw", "imagecodecs_bitorder"],
    ],
    ["7 bits", { bitsPerSample: 7 }, ["bytes", "imagecodecs_packints"]],
    [
      "24-bit floats and predictor 3",
      { dtype: "float32", bitsPerSample: 24, compression: "DEFLATE", predictor: 3 },
      ["bytes", "pixelquery.widen24", "pixelquery.floatpred", "numcodecs.zlib"],
    ],
    [
      "YCbCr",
      { samples: 3, ycbcr: JPEG_YCBCR, compression: "LZW" },
      ["transpose", "ChunkyCodec", "pixelquery.ycbcr", "imagecodecs_lzw"],
    ],
    [
      "CMYK and predictor 2",
      { samples: 4, colorSpace: { kind: "CMYK" }, storedSamples: 5, compression: "LZW", predictor: 2 },
      ["transpose", "ChunkyCodec", "pixelquery.cmyk", "pixelquery.delta", "imagecodecs_lzw"],
    ],
  ])("of %s have the names that are published, or ours", (_, changes, names) => {
    expect(codecsOf({ ...plain, ...changes }, false).map(({ name }) => name)).toEqual(names);
  });

  test("pad a short last strip to the bytes that a whole one takes as stored", () => {
    const lengthBytes = (changes: Partial<ColorEncoding>) =>
      codecsOf({ ...plain, ...changes }, true).find(({ name }) => name === "pixelquery.pad")?.configuration
        ?.length_bytes;
    expect(lengthBytes({ dtype: "uint16" })).toBe(16 * 32 * 2);
    expect(lengthBytes({ bitsPerSample: 1, cols: 9 })).toBe(16 * 2);
    expect(lengthBytes({ samples: 3, ycbcr: { ...JPEG_YCBCR, subsampling: [2, 2] } })).toBe(8 * 16 * 6);
    expect(lengthBytes({ samples: 4, colorSpace: { kind: "CMYK" }, storedSamples: 5 })).toBe(16 * 32 * 5);
  });

  test.each([
    [
      "pixelquery.ycbcr",
      { subsampling: [2], coefficients: [1, 1, 1], reference_black_white: [0, 1, 2, 3, 4, 5], cols: 3 },
    ],
    ["pixelquery.cmyk", { samples: "four" }],
    ["pixelquery.cielab", { white_point: [0.3, null] }],
    ["pixelquery.widen24", { endian: "middle" }],
    ["imagecodecs_packints", { bitspersample: -1 }],
  ])("that make no sense are damage: %s", (name, configuration) => {
    const codecs = [
      { name: "bytes", configuration: { endian: "little" } },
      { name, configuration },
    ];
    expect(() => encodingOf("/p/s/0", "uint8", [1, 1, 2, 2], codecs)).toThrow(
      expect.objectContaining({
        name: "CorruptDataError",
        message: expect.stringContaining(`/p/s/0: the codec ${name}`),
      }),
    );
  });
});

test("files whose JPEG tables differ share no stack", () => {
  const profile = (jpegTables: string): StackProfile => {
    const encoding: BlockEncoding = { ...plain, compression: "JPEG", jpegTables };
    const level = { width: 32, height: 16, layout: "tiled" as const, encoding, planes: 1 };
    const bands = {
      bands: ["band_1"],
      scale: [1],
      offset: [0],
      nodata: null,
      colorInterpretation: [],
      colorTable: null,
    };
    return { crs: null, dtype: "uint8", fileOf: "scene", ...bands, levels: [level], masks: [] };
  };
  expect(encodingKey(profile("/9j/2Q=="))).toBe(encodingKey(profile("/9j/2Q==")));
  expect(encodingKey(profile("/9j/2Q=="))).not.toBe(encodingKey(profile("/9j/2A==")));
});
