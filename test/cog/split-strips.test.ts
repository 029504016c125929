import { describe, expect, test } from "vitest";
import type { ImageLevel } from "../../src/cog/cog-info.js";
import { splitStrips } from "../../src/cog/split-strips.js";

/** An uncompressed image, 64 KiB to a row, of strips at `offsets`. */
function striped(
  height: number,
  rows: number,
  offsets: readonly number[],
  changes: Partial<ImageLevel> = {},
): ImageLevel {
  const blocksDown = Math.ceil(height / rows);
  return {
    width: 32_768,
    height,
    layout: "striped",
    encoding: {
      dtype: "uint16",
      byteOrder: "little",
      rows,
      cols: 32_768,
      samples: 1,
      compression: "NONE",
      predictor: 1,
    },
    blocksAcross: 1,
    blocksDown,
    planes: offsets.length / blocksDown,
    offsets: Float64Array.from(offsets),
    byteCounts: Float64Array.from(offsets, (offset, strip) => {
      const stored = Math.min(rows, height - (strip % blocksDown) * rows);
      return offset === 0 ? 0 : stored * 65_536;
    }),
    ...changes,
  };
}

const KiB64 = 65_536;

describe("uncompressed strips", () => {
  test("an image in one strip is cut into strips of 256 KiB, the last one short", () => {
    const level = splitStrips(striped(10, 10, [1000]));
    expect([level.encoding.rows, level.blocksDown]).toEqual([4, 3]);
    expect([...level.offsets]).toEqual([1000, 1000 + 4 * KiB64, 1000 + 8 * KiB64]);
    expect([...level.byteCounts]).toEqual([4 * KiB64, 4 * KiB64, 2 * KiB64]);
  });

  test("a strip of 50 GB is cut as well", () => {
    const { blocksDown, offsets, byteCounts } = splitStrips(striped(800_000, 800_000, [8]));
    expect(blocksDown).toBe(200_000);
    expect([offsets.at(-1), byteCounts.at(-1)]).toEqual([8 + 799_996 * KiB64, 4 * KiB64]);
  });

  test("strips that follow one another are cut as one, each plane by itself", () => {
    const gap = 5_000_000;
    const level = splitStrips(striped(13, 9, [100, 100 + 9 * KiB64, gap, gap + 9 * KiB64]));
    expect([level.encoding.rows, level.blocksDown, level.planes]).toEqual([4, 4, 2]);
    expect([...level.offsets]).toEqual([100, gap].flatMap((at) => [0, 4, 8, 12].map((row) => at + row * KiB64)));
    expect([...level.byteCounts]).toEqual([4, 4, 4, 1, 4, 4, 4, 1].map((rows) => rows * KiB64));
  });

  test("strips apart are cut where all can be cut alike; one that is left out stays so", () => {
    const level = splitStrips(striped(20, 9, [1_000_000, 0, 7_000_000]));
    expect([level.encoding.rows, level.blocksDown]).toEqual([3, 7]);
    expect([...level.offsets]).toEqual([...[0, 3, 6].map((row) => 1_000_000 + row * KiB64), ...[0, 0, 0], 7_000_000]);
    expect([...level.byteCounts]).toEqual([3, 3, 3, 0, 0, 0, 2].map((rows) => rows * KiB64));
  });

  test.each([
    ["short ones", striped(9, 3, [100, 100 + 3 * KiB64, 100 + 6 * KiB64])],
    [
      "one that the file holds less of than it should",
      { ...striped(10, 10, [8]), byteCounts: Float64Array.of(9 * KiB64) },
    ],
    ["tiles", striped(10, 10, [8], { layout: "tiled" })],
    ["more than four million parts", striped(20_000_000, 20_000_000, [8])],
  ])("%s are left as they are", (_, level) => {
    expect(splitStrips(level)).toBe(level);
  });

  test("a compressed strip is left as it is", () => {
    const level = striped(10, 10, [8]);
    const deflated: ImageLevel = { ...level, encoding: { ...level.encoding, compression: "DEFLATE" } };
    expect(splitStrips(deflated)).toBe(deflated);
  });
});
