import { describe, expect, it } from "vitest";
import { planBlocks } from "../../../src/lazy/engine/plan-blocks.js";
import type { SceneSource } from "../../../src/lazy/graph/node.js";
import { madeScenes } from "../graph/made-scenes.js";

const window = (row: number, col: number, rows: number, cols: number) => ({ row, col, rows, cols });

/** Blocks as `row+rows, col+cols`. */
const listed = (sources: SceneSource[], asked: ReturnType<typeof window>, pixels: number) =>
  planBlocks(sources, asked, 1, pixels).map(({ row, col, rows, cols }) => `${row}+${rows}, ${col}+${cols}`);

describe("the blocks that a window is computed in", () => {
  it("are the files' own where memory holds one, cut at the window's edges", () => {
    expect(listed([madeScenes()], window(8, 4, 20, 30), 256)).toEqual([
      "8+8, 4+12",
      "8+8, 16+16",
      "8+8, 32+2",
      "16+12, 4+12",
      "16+12, 16+16",
      "16+12, 32+2",
    ]);
  });

  it("begin where the first scene's blocks do, also where that lies apart from the frame", () => {
    const shifted = madeScenes({ row: 5, col: -6 });
    expect(listed([shifted], window(0, 0, 30, 12), 256)).toEqual([
      "0+5, 0+10",
      "0+5, 10+2",
      "5+16, 0+10",
      "5+16, 10+2",
      "21+9, 0+10",
      "21+9, 10+2",
    ]);
  });

  it("are several of the files' own where memory holds them", () => {
    expect(listed([madeScenes()], window(0, 0, 64, 64), 1024)).toEqual([
      "0+32, 0+32",
      "0+32, 32+32",
      "32+32, 0+32",
      "32+32, 32+32",
    ]);
    expect(listed([madeScenes()], window(0, 0, 64, 64), 1e9)).toEqual(["0+64, 0+64"]);
  });

  it("are parts of the files' own where memory does not hold one, and start anew with each of them", () => {
    expect(listed([madeScenes()], window(0, 0, 32, 16), 7 * 16)).toEqual([
      "0+7, 0+16",
      "7+7, 0+16",
      "14+2, 0+16",
      "16+7, 0+16",
      "23+7, 0+16",
      "30+2, 0+16",
    ]);
  });

  it("are as wide as the strips of a file that is not tiled", () => {
    const striped = madeScenes({ block: { rows: 4, cols: 64 } });
    expect(listed([striped], window(0, 0, 16, 64), 512)).toEqual(["0+8, 0+64", "8+8, 0+64"]);
  });

  it("are parts of a row where memory holds no more", () => {
    const wide = madeScenes({ block: { rows: 1, cols: 64 } });
    expect(listed([wide], window(0, 0, 2, 64), 40)).toEqual(["0+1, 0+40", "0+1, 40+24", "1+1, 0+40", "1+1, 40+24"]);
  });

  it("cover every pixel once, whatever the budget", () => {
    for (const pixels of [1, 3, 17, 100, 256, 300, 5000]) {
      const seen = new Uint8Array(40 * 50);
      for (const block of planBlocks([madeScenes({ row: 3, col: 7 })], window(0, 0, 40, 50), 1, pixels)) {
        expect(block.rows * block.cols).toBeLessThanOrEqual(Math.max(pixels, 1));
        for (let row = block.row; row < block.row + block.rows; row++) {
          for (let col = block.col; col < block.col + block.cols; col++) seen[row * 50 + col]!++;
        }
      }
      expect([...new Set(seen)]).toEqual([1]);
    }
  });

  it("are refused where memory does not hold one pixel", () => {
    expect(() => planBlocks([madeScenes()], window(0, 0, 1, 1), 100, 99)).toThrow(
      expect.objectContaining({ name: "UnsupportedError", details: { bytesPerPixel: 100, memoryBytes: 99 } }),
    );
  });
});
