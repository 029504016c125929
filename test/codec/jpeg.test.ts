import { readFileSync } from "node:fs";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { BlockEncoding } from "../../src/codec/block-encoding.js";
import { JpegDecoder } from "../../src/codec/jpeg/jpeg-decoder.js";
import { isPixelQueryError } from "../../src/errors.js";
import { fixturePath } from "../support/data-path.js";
import { hashInside, readFixtures } from "./sample-fixtures.js";

const cases = readFixtures("jpeg");
const readStream = (name: string) => new Uint8Array(readFileSync(fixturePath("codec", "jpeg", name)));
/** 48 × 32 pixels, YCbCr 4:2:0, a restart marker after every second MCU. */
const sequential = readStream("sequential.jpg");
/** The same pixels, in ten scans. */
const progressive = readStream("progressive.jpg");
/** One gray component of 40 × 32 pixels, without its end marker. */
const gray = cases.find(({ name }) => name === "no end marker")!;

const encodingOf = (cols: number, rows: number, samples: number): BlockEncoding => ({
  ...{ dtype: "uint8", byteOrder: "little", compression: "JPEG", predictor: 1 },
  ...{ cols, rows, samples },
});
const rgb = encodingOf(48, 32, 3);

let decoder: JpegDecoder;
beforeAll(async () => {
  decoder = await JpegDecoder.load();
});

/** Offset of a marker's 0xFF, the first one from `from` on. */
function findMarker(stream: Uint8Array, code: number, from = 2): number {
  for (let at = from; at + 1 < stream.length; at++) if (stream[at] === 0xff && stream[at + 1] === code) return at;
  throw new RangeError(`no marker ${code}`);
}

/** The stream with `bytes` from `at` on, in place of those there. */
function patched(stream: Uint8Array, at: number, ...bytes: number[]): Uint8Array {
  const copy = stream.slice();
  copy.set(bytes, at);
  return copy;
}

function joined(...parts: (Uint8Array | number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** What decoding ends with: an error's name and message, or null. */
function faultOf(stream: Uint8Array, encoding = rgb, storedRows = encoding.rows): string | null {
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

  test("more than four components, each in a scan of its own", () => {
    // libjpeg-turbo 2.1.5 stumbles over a fifth component, so the oracle is the gray image that each of the six is.
    const block = gray.blocks[0]!;
    const frameAt = findMarker(block.bytes, 0xc0);
    const scanAt = findMarker(block.bytes, 0xda);
    const quantizationSlot = block.bytes[frameAt + 12]!;
    const frame = [0xff, 0xc0, 0, 26, 8, 0, 32, 0, 40, 6];
    for (let id = 1; id <= 6; id++) frame.push(id, 0x11, quantizationSlot);
    const scan = block.bytes.subarray(scanAt + 10);
    const scans = [1, 2, 3, 4, 5, 6].map((id) => joined([0xff, 0xda, 0, 8, 1, id, 0, 0, 63, 0], scan));
    const tables = [block.bytes.subarray(0, frameAt), block.bytes.subarray(frameAt + 13, scanAt)];
    const stream = joined(tables[0]!, frame, tables[1]!, ...scans);
    const samples = decoder.decode(stream, encodingOf(40, 32, 6), 32);
    for (let component = 0; component < 6; component++) {
      const plane = samples.filter((_, i) => i % 6 === component);
      expect(hashInside(plane, gray.encoding, block)).toBe(block.sha256);
    }
  });
});

describe("a stream that is not what the encoding says is refused, with both sizes:", () => {
  test.each([
    ["fewer columns", encodingOf(40, 32, 3), 32, "it holds 48 × 32 pixels, expected 40 × 32"],
    ["more rows", encodingOf(48, 40, 3), 40, "it holds 48 × 32 pixels, expected 48 × 40"],
    ["fewer rows than a whole strip has", encodingOf(48, 24, 3), 20, "it holds 48 × 32 pixels, expected 48 × 20"],
    ["other components", encodingOf(48, 32, 4), 32, "it holds 3 components, expected 4"],
  ])("%s", (_name, encoding, storedRows, fault) => {
    expect(faultOf(sequential, encoding, storedRows)).toBe(`CorruptDataError: JPEG block: ${fault}`);
  });
});

describe("what is not read is refused by name:", () => {
  const frameAt = findMarker(sequential, 0xc0);
  test.each([
    ["12-bit JPEG", patched(sequential, frameAt + 4, 12)],
    ["lossless JPEG (SOF3)", patched(sequential, frameAt + 1, 0xc3)],
    ["hierarchical JPEG (SOF5)", patched(sequential, frameAt + 1, 0xc5)],
    ["JPEG with arithmetic coding (SOF9)", readStream("arithmetic.jpg")],
    // Three luma samples to two of chroma.
    ["subsampling by 3:2 across and 2:1 down", patched(sequential, frameAt + 11, 0x32, 0, 1, 0x21)],
  ])("%s", (what, stream) => {
    expect(faultOf(stream)).toBe(`UnsupportedError: JPEG block: ${what} is not read`);
  });

  test("a progressive stream that ends before all bits are coded, as no two decoders agree on the rest", () => {
    const lastScan = progressive.lastIndexOf(0xda) - 1;
    expect(faultOf(joined(progressive.subarray(0, lastScan), [0xff, 0xd9]))).toBe(
      "UnsupportedError: JPEG block: a progressive JPEG whose scans leave out coefficients or their last bits is not read",
    );
  });

  test("YCbCr of other than three samples", () => {
    const ycbcr = {
      subsampling: [2, 2] as const,
      coefficients: [0.299, 0.587, 0.114] as const,
      referenceBlackWhite: [0, 255, 128, 255, 128, 255],
    };
    expect(faultOf(sequential, { ...encodingOf(48, 32, 1), ycbcr })).toBe(
      "UnsupportedError: JPEG block: YCbCr of 1 samples a pixel is not read",
    );
  });
});

describe("a damaged stream is refused, and not filled in with gray:", () => {
  const scanAt = findMarker(sequential, 0xda);
  const frameAt = findMarker(sequential, 0xc0);
  const tableAt = findMarker(sequential, 0xc4);
  const quantizationAt = findMarker(sequential, 0xdb);
  const secondRestart = findMarker(sequential, 0xd1);
  test.each([
    ["no JPEG stream", joined([0x89, 0x50, 0x4e, 0x47])],
    ["no marker where one must be", joined([0xff, 0xd8, 0, 0])],
    ["a segment is cut off", patched(sequential, quantizationAt + 2, 0xff, 0xff)],
    ["a restart marker is missing or out of turn", patched(sequential, secondRestart + 1, 0xd5)],
    ["a restart marker outside of a scan", joined([0xff, 0xd8, 0xff, 0xd0])],
    ["a quantization table is missing", patched(sequential, frameAt + 12, 3)],
    ["a Huffman table is missing", patched(sequential, scanAt + 6, 0x33)],
    ["a Huffman table that cannot be", patched(sequential, tableAt + 5, 3)],
    ["a second frame", joined(sequential.subarray(0, scanAt), sequential.subarray(frameAt, frameAt + 19))],
    ["a second image inside the first", joined(sequential.subarray(0, scanAt), sequential)],
    ["a scan before the frame", joined([0xff, 0xd8], sequential.subarray(scanAt))],
    ["a scan of components that the frame does not have", patched(sequential, scanAt + 5, 77)],
    ["two components of one name", patched(sequential, frameAt + 13, sequential[frameAt + 10]!)],
    ["sampling factors or a table's number out of range in the frame header", patched(sequential, frameAt + 11, 0x51)],
    ["18 blocks in one MCU", patched(sequential, frameAt + 11, 0x44)],
    ["there is no frame", joined([0xff, 0xd8, 0xff, 0xd9])],
    ["9 bits per sample", patched(sequential, frameAt + 4, 9)],
  ])("%s", (fault, stream) => {
    expect(faultOf(stream)).toBe(`CorruptDataError: JPEG block: ${fault}`);
  });

  test("entropy-coded bytes that go on behind the last pixel", () => {
    const end = sequential.length - 2;
    expect(faultOf(joined(sequential.subarray(0, end), [0x12, 0x34, 0x56, 0xff, 0xd9]))).toBe(
      "CorruptDataError: JPEG block: entropy-coded bytes are left over",
    );
  });

  test.each([
    ["sequential", sequential],
    ["progressive", progressive],
  ])("a %s stream cut anywhere, but for its end marker", (_name, stream) => {
    const whole = decoder.decode(stream, rgb, 32).slice();
    for (let length = 0; length < stream.length - 2; length++) {
      expect(faultOf(stream.subarray(0, length))).toMatch(/^CorruptDataError: /);
    }
    for (const length of [stream.length - 2, stream.length - 1]) {
      expect(decoder.decode(stream.subarray(0, length), rgb, 32)).toEqual(whole);
    }
  });

  test("thousands of progressive scans, after the first that repeats another", () => {
    const dcScan = findMarker(progressive, 0xda);
    const refinement = progressive.subarray(dcScan, findMarker(progressive, 0xc4, dcScan));
    const stream = joined(progressive.subarray(0, -2), ...new Array<Uint8Array>(5000).fill(refinement));
    expect(faultOf(stream)).toBe(
      "CorruptDataError: JPEG block: a progressive scan that does not follow on those before it",
    );
  });

  test("a small stream that claims many pixels, before memory is taken for them", () => {
    const frameOf = (sof: number, side: number) =>
      patched(sequential, frameAt + 1, sof, 0, 17, 8, side >> 8, side & 255, side >> 8, side & 255);
    const memory = process.memoryUsage().arrayBuffers;
    for (const sof of [0xc0, 0xc2]) {
      expect(faultOf(frameOf(sof, 65_000), encodingOf(65_000, 65_000, 3))).toMatch(
        /^CorruptDataError: JPEG block: \d+ bytes are too few for \d+ blocks of 8 × 8 samples$/,
      );
    }
    expect(process.memoryUsage().arrayBuffers - memory).toBeLessThan(2 ** 20);
  });
});

describe("whatever the bytes are, there are samples or an error of ours:", () => {
  const mutations = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });

  test.each([
    ["sequential", sequential],
    ["progressive", progressive],
  ])("a %s stream with bytes changed", (_name, stream) => {
    fc.assert(
      fc.property(mutations, (changes) => {
        const copy = stream.slice();
        for (const [at, value] of changes) copy[at % copy.length] = value;
        const fault = faultOf(copy);
        if (fault === null) expect(decoder.decode(copy, rgb, 32).length).toBe(48 * 32 * 3);
        else expect(fault).toMatch(/^(CorruptData|Unsupported)Error: JPEG block: ./);
      }),
      { numRuns: 1500, seed: 4 },
    );
  });

  test("random bytes behind a start marker", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(faultOf(joined([0xff, 0xd8], bytes))).toMatch(/^(CorruptData|Unsupported)Error: JPEG block: ./);
      }),
      { numRuns: 500, seed: 4 },
    );
  });

  test("a good block after a bad one has its own samples", () => {
    const before = decoder.decode(sequential, rgb, 32).slice();
    expect(faultOf(progressive.subarray(0, 900))).not.toBeNull();
    expect(decoder.decode(sequential, rgb, 32)).toEqual(before);
  });
});
