import { readFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { BlockDecoder, type BlockEncoding } from "../../src/codec/index.js";
import { readBlock } from "../../src/lazy/block-reader.js";
import { firstShare } from "../../src/lazy/first-share.js";
import type { PlannedRead } from "../../src/lazy/read-plan.js";
import { MemoryStore, withRecording } from "../../src/store/index.js";

const BLOCK_AT = 1000;

/** Read the first `rowStop` of the 256 rows of a block; gives the pixels, or the error, and the ranges asked for. */
async function readRows(stored: Uint8Array, encoding: BlockEncoding, rowStop: number) {
  const memory = new MemoryStore();
  const file = new Uint8Array(BLOCK_AT + stored.length);
  file.set(stored, BLOCK_AT);
  await memory.put("scene.tif", file);
  const head = await memory.head("scene.tif");
  const planned = {
    location: "vcc://c/scene.tif",
    sizeBytes: file.length,
    modifiedMs: head?.modifiedMs ?? 0,
    etag: "",
  };
  const store = withRecording(memory);
  const window = { rowStart: 0, rowStop, colStart: 0, colStop: encoding.cols, samples: [0], storedRows: 256 };
  const read: PlannedRead = {
    ...{ source: 0, encoding: 0, target: 0, row: 0, col: 0, bands: [0] },
    ...{ offset: BLOCK_AT, length: stored.length, window },
    firstLength: firstShare(encoding, window, stored.length),
  };
  const decoder = await BlockDecoder.load([encoding.compression]);
  const answer = await readBlock(decoder, { store, key: "scene.tif", planned }, encoding, read).catch(
    (error: Error) => error,
  );
  const ranges = store.requests.filter(({ operation }) => operation === "get").map(({ range }) => range);
  return { answer, ranges };
}

const gray: BlockEncoding = {
  ...{ dtype: "uint8", byteOrder: "little", rows: 256, cols: 1000, samples: 1, predictor: 1 },
  compression: "NONE",
};
/** Bytes that hardly deflate: a linear congruential generator's. */
const noise = new Uint8Array(256_000);
for (let i = 0, state = 1; i < noise.length; i++) {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  noise[i] = state >>> 24;
}

test("of an uncompressed block the wanted rows are read, and nothing else", async () => {
  const { answer, ranges } = await readRows(noise, gray, 3);
  expect(answer).toEqual(noise.subarray(0, 3000));
  expect(ranges).toEqual([{ offset: BLOCK_AT, length: 3000 }]);
});

test("rows of 1-bit samples take an eighth of the bytes", async () => {
  const stored = new Uint8Array(32_000).fill(0b1011_0010);
  const { answer, ranges } = await readRows(stored, { ...gray, bitsPerSample: 1 }, 3);
  expect((answer as Uint8Array).subarray(0, 8)).toEqual(Uint8Array.of(1, 0, 1, 1, 0, 0, 1, 0));
  expect(ranges).toEqual([{ offset: BLOCK_AT, length: 375 }]);
});

test("rows of subsampled YCbCr are read by whole units", async () => {
  const ycbcr = {
    subsampling: [2, 2] as const,
    coefficients: [0.299, 0.587, 0.114] as const,
    referenceBlackWhite: [0, 255, 128, 255, 128, 255],
  };
  const encoding: BlockEncoding = { ...gray, cols: 100, samples: 3, ycbcr };
  // Two rows of units of four luma samples and two of chroma, 50 units a row, hold rows 0 to 3.
  const { answer, ranges } = await readRows(new Uint8Array(128 * 300).fill(128), encoding, 3);
  expect(answer).toEqual(new Uint8Array(300).fill(128));
  expect(ranges).toEqual([{ offset: BLOCK_AT, length: 600 }]);
});

test("of a deflated block the share that the wanted rows make up is read, with a margin", async () => {
  const stored = deflateSync(noise);
  const { answer, ranges } = await readRows(stored, { ...gray, compression: "DEFLATE" }, 16);
  expect(answer).toEqual(noise.subarray(0, 16_000));
  expect(ranges).toEqual([{ offset: BLOCK_AT, length: Math.ceil((stored.length * 1.25) / 16) + 16_384 }]);
});

test.each(["JPEG", "WEBP", "LERC", "LERC_DEFLATE", "LERC_ZSTD"] as const)(
  "a %s block, which cannot be decoded in part, is asked for once and whole",
  async (compression) => {
    const { answer, ranges } = await readRows(noise, { ...gray, compression, samples: 3 }, 3);
    expect(answer).toMatchObject({ name: "CorruptDataError", details: { offset: BLOCK_AT, length: 256_000 } });
    expect(ranges).toEqual([{ offset: BLOCK_AT, length: 256_000 }]);
  },
);

test("a kind of block that is not read is refused with the file's name", async () => {
  const arithmetic = readFileSync(new URL("../fixtures/codec/jpeg/arithmetic.jpg", import.meta.url));
  const { answer } = await readRows(arithmetic, { ...gray, compression: "JPEG" }, 3);
  expect(answer).toMatchObject({
    name: "UnsupportedError",
    message: expect.stringMatching(/^memory:.*scene\.tif: the block at byte 1000 .* arithmetic/i),
  });
});
