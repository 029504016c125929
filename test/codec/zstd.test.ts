import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ZstdExpander } from "../../src/codec/zstd/zstd-expander.js";
import { cutZstdFrame, parseZstdFrame } from "../../src/codec/zstd/zstd-frame.js";

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];
const raw = (isLast: boolean, ...content: number[]) => [(content.length << 3) | (isLast ? 1 : 0), 0, 0, ...content];
/** A block of `length` copies of `value`. */
const rle = (isLast: boolean, value: number, length: number) => {
  const header = (length << 3) | 2 | (isLast ? 1 : 0);
  return [header & 255, (header >> 8) & 255, header >> 16, value];
};
const frameOf = (descriptor: number, header: number[], ...blocks: number[][]) =>
  Uint8Array.from([...MAGIC, descriptor, ...header, ...blocks.flat()]);

describe("parsing a frame", () => {
  test("finds the blocks without expanding them", () => {
    const frame = frameOf(0, [0x58], raw(false, 1, 2, 3), rle(true, 9, 100_000));
    expect(parseZstdFrame(frame)).toEqual({
      headerBytes: 6,
      windowDescriptor: 0x58,
      blockEnds: [12, 16],
      isComplete: true,
      lengthBytes: 16,
    });
  });

  test("counts only complete blocks of a prefix, and misses a checksum that is cut off", () => {
    const frame = frameOf(0x04, [0x58], raw(false, 1, 2, 3), raw(true, 4, 5));
    expect(parseZstdFrame(frame.subarray(0, 14))).toMatchObject({ blockEnds: [12], isComplete: false });
    expect(parseZstdFrame(frame)).toMatchObject({ blockEnds: [12, 17], isComplete: false });
  });

  test("knows the header's length for each size of the content size", () => {
    const lengths = [0x20, 0x60, 0xa0, 0xe0].map((descriptor) => {
      const frame = parseZstdFrame(frameOf(descriptor, new Array<number>(8).fill(0)));
      return frame !== null && frame !== "dry" && frame.headerBytes;
    });
    expect(lengths).toEqual([6, 7, 9, 13]);
  });

  test("refuses other bytes and frames with a dictionary", () => {
    expect(parseZstdFrame(Uint8Array.of(1, 2, 3, 4, 5, 6))).toBeNull();
    expect(parseZstdFrame(frameOf(0x01, [0x58, 7], raw(true, 1)))).toBeNull();
    expect(parseZstdFrame(Uint8Array.from(MAGIC))).toBe("dry");
  });

  test("cuts a frame after a block", () => {
    const frame = frameOf(0x24, [7], raw(false, 1, 2, 3), raw(true, 4, 5, 6, 7), [0, 0, 0, 0]);
    const parsed = parseZstdFrame(frame);
    if (parsed === null || parsed === "dry") throw new Error("not parsed");
    expect([...cutZstdFrame(frame, parsed, 1)]).toEqual([...MAGIC, 0, 0, ...raw(true, 1, 2, 3)]);
  });
});

describe("expanding", () => {
  test("stops at the block that holds the last wanted byte", async () => {
    const zstd = await ZstdExpander.load();
    // The second block is damaged: a compressed block (type 2) of noise.
    const frame = frameOf(0, [0x58], rle(false, 7, 131072), [(6 << 3) | 4 | 1, 0, 0, 1, 2, 3, 4, 5, 6]);
    const output = new Uint8Array(200_000);
    expect(zstd.expand(frame, output, 1000, 200_000)).toMatchObject({ kind: "stopped", lengthBytes: 1000 });
    expect(output[999]).toBe(7);
    expect(output[1000]).toBe(0);
    expect(zstd.expand(frame, output, 131_073, 200_000)).toMatchObject({ kind: "corrupt" });
  });

  test("takes as many small blocks as it needs", async () => {
    const zstd = await ZstdExpander.load();
    const blocks = Array.from({ length: 100 }, (_, index) => raw(index === 99, index, index));
    const output = new Uint8Array(200);
    expect(zstd.expand(frameOf(0, [0x58], ...blocks), output, 130, 200)).toMatchObject({ kind: "stopped" });
    expect([...output.subarray(126, 132)]).toEqual([63, 63, 64, 64, 0, 0]);
  });

  test("a frame far longer than its block is refused instead of expanded", async () => {
    const zstd = await ZstdExpander.load();
    const bomb = frameOf(0, [0x58], ...Array.from({ length: 5000 }, (_, index) => rle(index === 4999, 0, 131072)));
    const output = new Uint8Array(400_000);
    expect(zstd.expand(bomb, output, 300_000, 300_000)).toMatchObject({ kind: "corrupt" });
    const tinyBlocksFirst = [raw(false, 1), raw(false, 2), rle(false, 0, 131072), rle(true, 0, 131072)];
    const oddBomb = frameOf(0, [0x58], ...tinyBlocksFirst);
    expect(zstd.expand(oddBomb, output, 10, 10)).toMatchObject({ kind: "corrupt" });
  });

  test("every prefix of a GDAL block is dry, or right as far as it reaches", async () => {
    const folder = new URL("../fixtures/codec/", import.meta.url);
    const cases = JSON.parse(readFileSync(new URL("cases.json", folder), "utf8"));
    const [offset, length] = cases.find((c: { name: string }) => c.name.startsWith("float64 ZSTD")).blocks[0];
    const block = readFileSync(new URL("blocks.bin", folder)).subarray(offset, offset + length);
    const zstd = await ZstdExpander.load();
    const kinds = Array.from(
      { length },
      (_, end) => zstd.expand(block.subarray(0, end), new Uint8Array(64), 64, 65536).kind,
    );
    expect(new Set(kinds.slice(0, -1))).toEqual(new Set(["dry"]));
    expect(zstd.expand(block, new Uint8Array(64), 64, 65536).kind).toBe("stopped");
  });
});
