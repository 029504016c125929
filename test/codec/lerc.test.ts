import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import type { BlockEncoding } from "../../src/codec/index.js";
import { LercDecoder, maxLercBytes } from "../../src/codec/lerc/lerc-decoder.js";
import { CorruptDataError, UnsupportedError } from "../../src/errors.js";

/** See make_fixtures.py beside the fixtures. */
interface FixtureCase {
  name: string;
  by: "GDAL" | "LERC";
  encoding: BlockEncoding;
  storedRows: number;
  blob: string;
  sha256: string | null;
}

const cases: FixtureCase[] = JSON.parse(
  readFileSync(new URL("../fixtures/codec/lerc/cases.json", import.meta.url), "utf8"),
);
const bytesOf = (c: FixtureCase) => Uint8Array.from(Buffer.from(c.blob, "base64"));
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
function caseOf(name: string): FixtureCase {
  const found = cases.find((c) => c.name === name);
  if (found === undefined) throw new Error(`no fixture ${name}`);
  return found;
}

let lerc: LercDecoder;
beforeAll(async () => {
  lerc = await LercDecoder.load();
});

describe("pixels equal those of GDAL, or those that Esri's library encoded:", () => {
  const readable = cases.filter((c) => c.sha256 !== null);

  test("the fixtures hold every data type, both byte orders, codec versions 1 to 6 and all kinds of masks", () => {
    expect(new Set(readable.map((c) => c.encoding.dtype)).size).toBe(8);
    expect(new Set(readable.map((c) => c.encoding.byteOrder)).size).toBe(2);
    const versions = readable.map((c) => {
      const blob = bytesOf(c);
      return Buffer.from(blob.subarray(0, 6)).toString() === "Lerc2 " ? new DataView(blob.buffer).getInt32(6, true) : 1;
    });
    expect([...new Set(versions)].sort()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(readable.length).toBe(57);
  });

  test.each(readable.map((c) => [`${c.by}: ${c.name}`, c] as const))("%s", (_name, c) => {
    expect(sha256(lerc.decode(bytesOf(c), c.encoding, c.storedRows))).toBe(c.sha256);
  });

  test("no blob is longer than the most that one can be", () => {
    const tooLong = cases.filter((c) => bytesOf(c).length > maxLercBytes(c.encoding, c.storedRows));
    expect(tooLong.map((c) => c.name)).toEqual([]);
  });
});

describe("what is refused", () => {
  test.each([
    ["int16, a mask", "LERC blobs that mask pixels of int16 samples are not read"],
    ["uint8, three samples and a mask", "LERC blobs that mask pixels of uint8 samples are not read"],
    ["float32, a no-data value of its own", "LERC blobs with a no-data value of their own are not read"],
  ])("%s: values that nothing says are missing", (name, message) => {
    const c = caseOf(name);
    expect(() => lerc.decode(bytesOf(c), c.encoding, c.storedRows)).toThrow(UnsupportedError);
    expect(() => lerc.decode(bytesOf(c), c.encoding, c.storedRows)).toThrow(message);
  });

  test.each([
    [{ dtype: "float16" }, "LERC has no float16 samples"],
    [{ dtype: "uint64" }, "LERC has no uint64 samples"],
    [{ bitsPerSample: 4 }, "LERC has no int16 of 4 bits samples"],
  ] as const)("%o: types that LERC does not have", (change, message) => {
    const c = caseOf("int16, one band");
    const decode = () => lerc.decode(bytesOf(c), { ...c.encoding, ...change }, c.storedRows);
    expect(decode).toThrow(UnsupportedError);
    expect(decode).toThrow(message);
  });

  const others: [string, Partial<BlockEncoding>, number, string][] = [
    ["another data type", { dtype: "uint16" }, 16, "it holds int16, expected uint16"],
    ["more columns", { cols: 17 }, 16, "it holds 16 × 16 pixels, expected 17 × 16"],
    ["fewer rows", {}, 15, "it holds 16 × 16 pixels, expected 16 × 15"],
    ["another number of samples", { samples: 2 }, 16, "it holds 1 bands of 3 samples, expected 2 samples in all"],
    [
      "one sample more, which is not alpha",
      { samples: 4 },
      16,
      "it holds 1 bands of 3 samples, expected 4 samples in all",
    ],
  ];
  test.each(others)("a blob where the file says %s", (_what, change, storedRows, fault) => {
    const c = caseOf("int16, three bands in a pixel");
    const decode = () => lerc.decode(bytesOf(c), { ...c.encoding, ...change }, storedRows);
    expect(decode).toThrow(CorruptDataError);
    expect(decode).toThrow(fault);
  });

  test("bytes behind the blob", () => {
    const c = caseOf("int16, one band");
    const longer = Uint8Array.from([...bytesOf(c), 0]);
    expect(() => lerc.decode(longer, c.encoding, c.storedRows)).toThrow(CorruptDataError);
  });
});

describe("damage", () => {
  test.each([
    "int16, one band",
    "float64, NaN here and there",
    "uint8, noise",
    "float32, three bands with a mask each",
  ])("%s: every truncation is a CorruptDataError, and the next good blob is read again", (name) => {
    const c = caseOf(name);
    const blob = bytesOf(c);
    for (let end = 0; end < blob.length; end += end < 100 ? 1 : 13) {
      expect(() => lerc.decode(blob.subarray(0, end), c.encoding, c.storedRows)).toThrow(CorruptDataError);
    }
    expect(sha256(lerc.decode(blob, c.encoding, c.storedRows))).toBe(c.sha256);
  });

  test("flipped bits of a blob with a checksum are noticed", () => {
    const c = caseOf("float32, one band");
    const blob = bytesOf(c);
    // Not in the first ten bytes: another version may have no checksum.
    for (let bit = 80; bit < blob.length * 8; bit += 37) {
      const bytes = blob.slice();
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => lerc.decode(bytes, c.encoding, c.storedRows)).toThrow(CorruptDataError);
    }
  });

  test("flipped bits of a blob without one end as pixels or as a CorruptDataError, never as anything else", () => {
    // Version 2 has no checksum: the decoder meets the damage itself.
    const c = caseOf("float32, version 2");
    const blob = bytesOf(c);
    let refused = 0;
    for (let bit = 0; bit < blob.length * 8; bit++) {
      const bytes = blob.slice();
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      try {
        expect(lerc.decode(bytes, c.encoding, c.storedRows).length).toBe(c.storedRows * c.encoding.cols * 4);
      } catch (error) {
        expect(error).toBeInstanceOf(CorruptDataError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(100);
    expect(sha256(lerc.decode(blob, c.encoding, c.storedRows))).toBe(c.sha256);
  });

  test("random bytes are no blob, with and without its name in front", () => {
    const { encoding } = caseOf("float32, version 2");
    let state = 7;
    const random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 24;
    };
    for (let trial = 0; trial < 300; trial++) {
      const name = [
        [],
        [...Buffer.from("Lerc2 "), 2, 0, 0, 0],
        [...Buffer.from("CntZImage "), 11, 0, 0, 0, 8, 0, 0, 0],
      ];
      const bytes = Uint8Array.from([...name[trial % 3]!, ...Array.from({ length: 40 + trial }, random)]);
      expect(() => lerc.decode(bytes, encoding, 9)).toThrow(CorruptDataError);
    }
  });

  test("a claim of many pixels costs no memory", () => {
    const c = caseOf("float32, version 2");
    const blob = bytesOf(c);
    // Lerc2 before version 4: name, version, then rows, columns, valid pixels, as 32-bit integers.
    const view = new DataView(blob.buffer);
    expect([view.getInt32(10, true), view.getInt32(14, true)]).toEqual([9, 11]);
    view.setInt32(10, 30_000, true);
    view.setInt32(14, 30_000, true);
    const before = process.memoryUsage().rss;
    expect(() => lerc.decode(blob, c.encoding, c.storedRows)).toThrow(CorruptDataError);
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });
});
