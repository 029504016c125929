import fc from "fast-check";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { ZSTDDecoder } from "zstddec";
import { compressZstd } from "../../src/icechunk/zstd/compress.js";
import { decompressZstd } from "../../src/icechunk/zstd/decompress.js";
import { writeFrame } from "../../src/icechunk/zstd/frame-writer.js";
import fixtures from "./fixtures/zstd-frames.json" with { type: "json" };

const blockBytes = 131_072;
/** libzstd, which wrote none of the frames here. */
const libzstd = new ZSTDDecoder();
beforeAll(() => libzstd.init());

/** Numbers below 2^31, the same in every run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state;
  };
}

function noise(length: number, seed = 7): Uint8Array {
  const next = randomNumbers(seed);
  return Uint8Array.from({ length }, () => next() >> 11);
}

/** Rows of 32 bytes of which a few change, as the tables of a manifest. */
function table(rows: number): Uint8Array {
  const next = randomNumbers(3);
  const view = new DataView(new ArrayBuffer(rows * 32));
  for (let row = 0; row < rows; row++) {
    view.setUint32(row * 32, 0x0008_0006, true);
    view.setUint32(row * 32 + 4, row >> 5, true);
    view.setUint32(row * 32 + 12, row & 31, true);
    view.setUint32(row * 32 + 20, 200_000 + (next() % 90_000), true);
  }
  return new Uint8Array(view.buffer);
}

/** Each byte about as frequent as the two rarer ones together, shuffled: the tree that is deepest for its size. */
function deepTree(): Uint8Array {
  const counts = [1, 1];
  while (counts.length < 22) counts.push(counts.at(-1)! + counts.at(-2)!);
  const bytes = counts.flatMap((count, byte) => Array<number>(count).fill(byte * 11));
  const next = randomNumbers(5);
  for (let i = bytes.length - 1; i > 0; i--) {
    const other = next() % (i + 1);
    [bytes[i], bytes[other]] = [bytes[other]!, bytes[i]!];
  }
  return Uint8Array.from(bytes);
}

async function expectReadBack(bytes: Uint8Array, level = 3): Promise<number> {
  const frame = await compressZstd(bytes, level);
  expect(Buffer.compare(libzstd.decode(frame, bytes.length), bytes)).toBe(0);
  return frame.length;
}

describe("libzstd reads what the encoder wrote", () => {
  const repetitive = fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.integer({ min: 1, max: 400 }))
    .map(([part, times]) =>
      Uint8Array.from({ length: part.length * times }, (_, i) => part[i % part.length]! ^ (i >> 11)),
    );
  const skewed = fc
    .tuple(fc.integer({ min: 1, max: 40_000 }), fc.integer({ min: 2, max: 256 }), fc.integer({ min: 1, max: 2 ** 30 }))
    .map(([length, symbols, seed]) => {
      const next = randomNumbers(seed);
      return Uint8Array.from({ length }, () => Math.min(next() % symbols, next() % symbols));
    });
  const copied = fc
    .array(fc.tuple(fc.uint8Array({ maxLength: 12 }), fc.nat(), fc.integer({ min: 3, max: 900 })), { maxLength: 120 })
    .map((steps) => {
      const bytes: number[] = [1, 2, 3];
      for (const [literals, place, length] of steps) {
        bytes.push(...literals);
        const from = place % bytes.length;
        for (let i = 0; i < length; i++) bytes.push(bytes[from + i]!);
      }
      return Uint8Array.from(bytes);
    });

  test("of any bytes, at any level", async () => {
    const any = fc.oneof(repetitive, skewed, copied, fc.uint8Array({ minLength: 1, maxLength: 3000 }));
    await fc.assert(
      fc.asyncProperty(any, fc.constantFrom(1, 3, 5, 9, 12, 22), async (bytes, level) => {
        await expectReadBack(bytes, level);
      }),
      { numRuns: Number(process.env.ICECHUNK_ZSTD_RUNS ?? 500) },
    );
  });

  test.each([1, 2, 255, 256, 257, 65_791, 65_792, blockBytes - 1, blockBytes, blockBytes + 1, 3 * blockBytes + 77])(
    "of %i bytes of a table, and of as many that do not compress",
    async (length) => {
      await expectReadBack(table(13_000).subarray(0, length));
      await expectReadBack(noise(length));
    },
  );

  test("where the tree of literals is deeper than a code may be long", async () => {
    const bytes = deepTree();
    // `zstd -3` (1.5.4) makes 18,255 bytes of these 46,367.
    expect(bytes.length).toBe(46_367);
    expect(await expectReadBack(bytes)).toBeLessThan(18_255);
  });

  test("where blocks that compress and blocks that do not take turns", async () => {
    const rows = table(4096);
    const parts = [rows, noise(blockBytes), rows, new Uint8Array(blockBytes), rows, noise(blockBytes, 9), rows];
    const size = await expectReadBack(Buffer.concat(parts));
    expect(size).toBeLessThan(2 * blockBytes + 2 * (await compressZstd(rows, 3)).length);
  });

  test("of several contents that are compressed at the same time", async () => {
    const contents = [table(5000), noise(5000), table(300), deepTree()];
    const frames = await Promise.all(contents.map((bytes) => compressZstd(bytes, 3)));
    frames.forEach((frame, i) => {
      expect(Buffer.compare(libzstd.decode(frame, contents[i]!.length), contents[i]!)).toBe(0);
    });
  });

  test("after a large content, whose memory is given back", async () => {
    expect(await expectReadBack(table(800_000))).toBeLessThan(4_000_000);
    await expectReadBack(table(10));
  });
});

describe("frames", () => {
  test("of nothing and of a few bytes are these", async () => {
    expect(Buffer.from(await compressZstd(new Uint8Array(), 3)).toString("hex")).toBe("28b52ffd2000010000");
    const hello = await compressZstd(new TextEncoder().encode("hello"), 3);
    expect(Buffer.from(hello).toString("hex")).toBe("28b52ffd200529000068656c6c6f");
  });

  test("say a byte and how often it comes where all are alike", async () => {
    const frame = await compressZstd(new Uint8Array(300_000).fill(0x61), 3);
    // 300,000 bytes: two blocks of 131,072 and one of 37,856.
    expect(Buffer.from(frame).toString("hex")).toBe("28b52ffda0e0930400" + "02001061" + "02001061" + "039f0461");
  });

  test("are longer than bytes that do not compress by their headers alone", async () => {
    const frame = await compressZstd(noise(300_000), 3);
    expect(frame.length).toBe(300_000 + 9 + 3 * 3);
  });

  test("of more than 8 MiB name a window, and no match reaches back further", async () => {
    const marker = noise(64);
    const sizeWith = async (gap: number) => {
      const bytes = new Uint8Array(64 + gap + 64);
      bytes.set(marker, 0);
      bytes.set(marker, 64 + gap);
      const frame = await compressZstd(bytes, 3);
      expect(frame[4]! & 32).toBe(0);
      expect(frame[5]).toBe((23 - 10) << 3);
      expect(Buffer.compare(libzstd.decode(frame, bytes.length), bytes)).toBe(0);
      return frame.length;
    };
    const near = await sizeWith(2 ** 23 - 64);
    const far = await sizeWith(2 ** 23 - 63);
    expect(far - near).toBeGreaterThan(50);
  });
});

describe("compared with libzstd", () => {
  test.each(["text", "noise", "repeated"])("a frame of the %s is at most 3 %% longer at level 3", async (input) => {
    const theirs = Buffer.from(
      fixtures.frames.find((each) => each.input === input && each.level === "-3")!.frame,
      "base64",
    );
    const content = await decompressZstd(theirs, { key: input, limitBytes: 1_000_000 });
    expect((await compressZstd(content, 3)).length).toBeLessThanOrEqual(Math.ceil(theirs.length * 1.03));
  });

  // `zstd -3` and `zstd -9` (1.5.4) of the same bytes, without a checksum.
  test.each([
    { what: "a table", bytes: table(20_000), level: 3, theirBytes: 95_619 },
    { what: "a table", bytes: table(20_000), level: 9, theirBytes: 85_567 },
    { what: "shuffled bytes", bytes: deepTree(), level: 3, theirBytes: 18_255 },
    { what: "shuffled bytes", bytes: deepTree(), level: 9, theirBytes: 17_975 },
  ])("a frame of $what is no longer at level $level", async ({ bytes, level, theirBytes }) => {
    expect((await compressZstd(bytes, level)).length).toBeLessThanOrEqual(theirBytes);
  });

  test("a higher level finds more", async () => {
    const [fast, deep] = await Promise.all([compressZstd(deepTree(), 3), compressZstd(deepTree(), 9)]);
    expect(deep.length).toBeLessThan(fast.length * 0.98);
  });
});

describe("without WebAssembly", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  test("bytes are stored as they are, in a frame that libzstd reads", async () => {
    const bytes = table(9000);
    vi.stubGlobal("WebAssembly", undefined);
    vi.resetModules();
    const fresh = await import("../../src/icechunk/zstd/compress.js");
    const frame = await fresh.compressZstd(bytes, 3);
    vi.unstubAllGlobals();
    expect(frame.length).toBe(bytes.length + 9 + 3 * 3);
    expect(Buffer.compare(libzstd.decode(frame, bytes.length), bytes)).toBe(0);
    expect(Buffer.compare(frame, writeFrame(bytes, null))).toBe(0);
  });
});
