import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { LzmaExpander } from "../../src/codec/lzma/lzma-expander.js";
import { UnsupportedError } from "../../src/errors.js";

/** See make_fixtures.py beside the fixtures. */
interface FixtureCase {
  name: string;
  by: string;
  stream: string;
  lengthBytes: number;
  sha256: string;
}

const cases: FixtureCase[] = JSON.parse(
  readFileSync(new URL("../fixtures/codec/lzma/cases.json", import.meta.url), "utf8"),
);
const streamOf = (name: string) => {
  const found = cases.find((c) => c.name === name);
  if (found === undefined) throw new Error(`no fixture ${name}`);
  return { stream: Uint8Array.from(Buffer.from(found.stream, "base64")), lengthBytes: found.lengthBytes };
};
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** CRC-32 as the format page of xz tells it, bit by bit: to mend headers that a test has changed. */
function crc32(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}

/** The stream header (no check), then a block's header of these fields with its checksum, then `body`. */
function xz(fields: number[], body: number[]): Uint8Array {
  const headerBytes = Math.ceil((fields.length + 1 + 4) / 4) * 4;
  const block = new Uint8Array(headerBytes);
  block.set([headerBytes / 4 - 1, ...fields]);
  const header = Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 0, 0xff, 0x12, 0xd9, 0x41);
  new DataView(block.buffer).setUint32(headerBytes - 4, crc32(block.subarray(0, headerBytes - 4)), true);
  return Uint8Array.from([...header, ...block, ...body]);
}

const LZMA2_FIELDS = [0, 0x21, 1, 22];

let lzma: LzmaExpander;
beforeAll(async () => {
  lzma = await LzmaExpander.load();
});

describe("streams of GDAL, liblzma and xz", () => {
  test.each(cases.map((c) => [`${c.by}: ${c.name}`, c] as const))("%s", (_name, c) => {
    const output = new Uint8Array(c.lengthBytes);
    const reached = lzma.expand(Buffer.from(c.stream, "base64"), output, c.lengthBytes, c.lengthBytes);
    expect(reached).toEqual({ kind: "ended", lengthBytes: c.lengthBytes, fault: null });
    expect(sha256(output)).toBe(c.sha256);
  });
});

describe("stopping early", () => {
  test.each([
    "float32, one band",
    "two deltas, of 2 and 4",
    "stored chunks of noise between compressed ones",
    "blocks of 1500 bytes",
  ])("%s: any number of first bytes is the start of the whole, and nothing is written behind", (name) => {
    const { stream, lengthBytes } = streamOf(name);
    const whole = new Uint8Array(lengthBytes);
    lzma.expand(stream, whole, lengthBytes, lengthBytes);
    for (const wanted of [1, 2, 7, 1000, 1499, 1500, 1501, lengthBytes - 1]) {
      const output = new Uint8Array(lengthBytes);
      expect(lzma.expand(stream, output, wanted, lengthBytes)).toEqual({
        kind: "stopped",
        lengthBytes: wanted,
        fault: null,
      });
      expect(Buffer.compare(output.subarray(0, wanted), whole.subarray(0, wanted))).toBe(0);
      expect(output.subarray(wanted).every((byte) => byte === 0)).toBe(true);
    }
  });

  test.each(["int16, two bands, slowest preset", "delta of 2", "blocks of 1500 bytes"])(
    "%s: every prefix of the stream is dry and right as far as it reaches",
    (name) => {
      const { stream, lengthBytes } = streamOf(name);
      const whole = new Uint8Array(lengthBytes);
      lzma.expand(stream, whole, lengthBytes, lengthBytes);
      const lengths = Array.from({ length: stream.length }, (_, end) => {
        const output = new Uint8Array(lengthBytes);
        const reached = lzma.expand(stream.subarray(0, end), output, lengthBytes, lengthBytes);
        if (reached.lengthBytes < lengthBytes) expect(reached).toMatchObject({ kind: "dry", fault: null });
        else expect(["stopped", "ended"]).toContain(reached.kind);
        expect(Buffer.compare(output.subarray(0, reached.lengthBytes), whole.subarray(0, reached.lengthBytes))).toBe(0);
        return reached.lengthBytes;
      });
      // Longer prefixes never give less, and half of the stream gives a good part of the bytes.
      expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
      expect(lengths[stream.length >> 1]).toBeGreaterThan(lengthBytes / 4);
    },
  );

  test("a bomb stops at the wanted bytes, and is told apart from a block of that size", () => {
    const { stream } = streamOf("several chunks of 2 MiB");
    expect(stream.length).toBeLessThan(6000);
    const output = new Uint8Array(1000);
    expect(lzma.expand(stream, output, 1000, 4000)).toMatchObject({ kind: "stopped", lengthBytes: 1000 });
    expect(lzma.expand(stream, output, 1000, 1000)).toMatchObject({
      kind: "corrupt",
      fault: "the block expands to more bytes than it should",
    });
  });
});

describe("damage", () => {
  test.each([
    ["plain LZMA2, CRC-32", "the crc32 checksum differs"],
    ["plain LZMA2, CRC-64", "the crc64 checksum differs"],
  ])("%s: a wrong check is noticed where the block is read to its end, and only there", (name, fault) => {
    const { stream, lengthBytes } = streamOf(name);
    // Behind the check lie the index (8 bytes with its CRC, 12 for longer records) and the footer (12 bytes).
    const index = new DataView(stream.buffer).getUint32(stream.length - 8, true);
    const checkAt = stream.length - 12 - (index + 1) * 4 - 1;
    stream[checkAt]! ^= 1;
    const output = new Uint8Array(lengthBytes);
    expect(lzma.expand(stream, output, lengthBytes, lengthBytes)).toMatchObject({ kind: "corrupt", fault });
    expect(lzma.expand(stream, output, lengthBytes - 1, lengthBytes)).toMatchObject({ kind: "stopped" });
  });

  test("a check that is cut off is not missed", () => {
    const { stream, lengthBytes } = streamOf("plain LZMA2, CRC-32");
    const index = new DataView(stream.buffer).getUint32(stream.length - 8, true);
    const cut = stream.subarray(0, stream.length - 12 - (index + 1) * 4 - 4);
    const output = new Uint8Array(lengthBytes);
    expect(lzma.expand(cut, output, lengthBytes, lengthBytes)).toMatchObject({ kind: "stopped", lengthBytes });
  });

  const chunks: [string, number[], string][] = [
    ["bytes stored before a dictionary is started", [2, 0, 0, 7], "LZMA: a chunk that must not stand where it does"],
    [
      "symbols without properties",
      [0x80, 0, 0, 0, 5, 0, 0, 0, 0, 0],
      "LZMA: a chunk that must not stand where it does",
    ],
    ["a control byte that does not exist", [1, 0, 0, 7, 3, 0, 0], "LZMA: a chunk that must not stand where it does"],
    [
      "properties beyond what LZMA2 allows",
      [0xe0, 0, 0, 0, 5, 8, 0, 0, 0, 0, 0, 0],
      "LZMA: a chunk that must not stand where it does",
    ],
    [
      "a first byte of the range coder that is not 0",
      [0xe0, 0, 0, 0, 5, 0x5d, 1, 0, 0, 0, 0, 0],
      "LZMA: a chunk that must not stand where it does",
    ],
    [
      "a match before the first byte",
      [0xe0, 0, 9, 0, 5, 0x5d, 0, 0xff, 0xff, 0xff, 0xfe, 0],
      "LZMA: a distance reaches before the block",
    ],
    [
      "a chunk with bytes left over",
      [0xe0, 0, 0, 0, 9, 0x5d, ...new Array<number>(12).fill(0)],
      "LZMA: a chunk that does not end where its sizes say",
    ],
  ];
  test.each(chunks)("%s", (_name, body, fault) => {
    const output = new Uint8Array(100);
    expect(lzma.expand(xz(LZMA2_FIELDS, body), output, 100, 100)).toMatchObject({ kind: "corrupt", fault });
  });

  test("stored chunks alone expand", () => {
    const stream = xz(LZMA2_FIELDS, [1, 0, 1, 5, 6, 2, 0, 0, 7, 0, 0, 0]);
    const output = new Uint8Array(8);
    expect(lzma.expand(stream, output, 8, 8)).toEqual({ kind: "dry", lengthBytes: 3, fault: null });
    expect([...output]).toEqual([5, 6, 7, 0, 0, 0, 0, 0]);
  });

  test("a block that is shorter or longer than its header says", () => {
    // Flag 0x80: the expanded size is there, a multibyte integer.
    const claim = (bytes: number) => xz([0x80, bytes, 0x21, 1, 22], [1, 0, 1, 5, 6, 0, 0, 0]);
    const output = new Uint8Array(8);
    const fault = (bytes: number) => lzma.expand(claim(bytes), output, 8, 8).fault;
    expect([fault(1), fault(3)]).toEqual([
      "an xz block says that it expands to 1 bytes, not 2",
      "an xz block says that it expands to 3 bytes, not 2",
    ]);
    expect(fault(2)).toBeNull();
  });

  test.each<[string, number[]]>([
    ["reserved flags", [0x04, 0x21, 1, 22]],
    ["a filter that reaches behind the header", [0, 0x21, 100, 22]],
    ["an endless integer", [0x40, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255]],
    ["LZMA2 without properties", [0, 0x21, 0]],
    ["delta as the last filter", [1, 0x03, 1, 0, 0x03, 0]],
  ])("a block's header with %s is refused", (_name, fields) => {
    expect(lzma.expand(xz(fields, [0]), new Uint8Array(4), 4, 4)).toMatchObject({
      kind: "corrupt",
      fault: "an xz block's header that contradicts itself",
    });
  });

  test("a filter for machine code is refused by its number", () => {
    const x86First = xz([1, 0x04, 0, 0x21, 1, 22], [0]);
    expect(() => lzma.expand(x86First, new Uint8Array(4), 4, 4)).toThrow(UnsupportedError);
    expect(() => lzma.expand(x86First, new Uint8Array(4), 4, 4)).toThrow("xz filter 0x4 is not read");
  });

  test("other bytes, and headers with a flipped bit, are named", () => {
    const { stream, lengthBytes } = streamOf("uint8, one band");
    const flipped = (at: number) => {
      const bytes = stream.slice();
      bytes[at]! ^= 0x10;
      return lzma.expand(bytes, new Uint8Array(lengthBytes), lengthBytes, lengthBytes).fault;
    };
    expect(flipped(0)).toBe("no xz stream");
    expect(flipped(7)).toBe("the xz header's checksum differs");
    expect(flipped(15)).toBe("the checksum of an xz block's header differs");
    expect(lzma.expand(new Uint8Array(0), new Uint8Array(4), 4, 4)).toMatchObject({ kind: "dry", lengthBytes: 0 });
  });

  test("every single flipped bit of a stream with a check is noticed or changes nothing", () => {
    const { stream, lengthBytes } = streamOf("plain LZMA2, CRC-64");
    const right = new Uint8Array(lengthBytes);
    lzma.expand(stream, right, lengthBytes, lengthBytes);
    const output = new Uint8Array(lengthBytes);
    let noticed = 0;
    for (let bit = 0; bit < stream.length * 8; bit += 5) {
      const bytes = stream.slice();
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      try {
        const reached = lzma.expand(bytes, output, lengthBytes, lengthBytes);
        if (reached.kind === "ended" && reached.lengthBytes === lengthBytes) {
          expect(Buffer.compare(output, right)).toBe(0);
        } else noticed++;
      } catch (error) {
        expect(error).toBeInstanceOf(UnsupportedError);
        noticed++;
      }
    }
    // All but those in the index and the footer, which are not looked at.
    expect(noticed).toBeGreaterThan(((stream.length - 40) * 8) / 5);
  });

  test("memory taken for one block is bounded by its wanted bytes, whatever dictionary it asks for", () => {
    // Dictionary code 40: 4 GiB − 1.
    const stream = xz([0, 0x21, 1, 40], [1, 0, 0, 7, 0, 0, 0, 0]);
    const before = process.memoryUsage().arrayBuffers;
    expect(lzma.expand(stream, new Uint8Array(1), 1, 4)).toMatchObject({ lengthBytes: 1, fault: null });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10e6);
  });
});
