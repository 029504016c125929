import { join } from "node:path";
import { ingest } from "../../../src/index.js";
import { writeScene } from "../../ingest/write-scene.js";
import type { TiffOptions } from "../../support/write-tiff.js";
import type { Pixel } from "../kernel/scalar-interpreter.js";
import { type EagerArray, eager, missing } from "./eager-array.js";

/** Size of the cube in pixels of 10 m. */
export const [ROWS, COLS] = [24, 36];

/** Blocks that the same pixels are written in: none of them fits the cube. */
export const blockForms = {
  strips: { block: { kind: "strip", rows: 5 }, compression: "deflate" },
  "one strip": { block: { kind: "strip", rows: 64 }, compression: "none" },
  tiles: { block: { kind: "tile", width: 16, height: 16 }, compression: "deflate", predictor: 2 },
  "planes of wide tiles": { block: { kind: "tile", width: 32, height: 16 }, interleave: "band" },
} as const satisfies Record<string, Partial<TiffOptions>>;

export type BlockFormName = keyof typeof blockForms;

interface MadeScene {
  readonly time: string;
  /** First row and column in the cube, and size. */
  readonly row: number;
  readonly col: number;
  readonly rows: number;
  readonly cols: number;
  readonly dtype: "uint8" | "int16";
  readonly nodata: number;
  readonly scale: number;
  readonly offset: number;
  readonly bands: readonly string[];
}

const whole = { row: 0, col: 0, rows: ROWS, cols: COLS };
const bytes = { dtype: "uint8", nodata: 7, scale: 0.5, offset: 1, bands: ["red", "nir", "flags"] } as const;

/** Scenes of one grid, of other extents, of another type and nodata value, without a band; two of one month. */
const scenes: readonly MadeScene[] = [
  { ...whole, ...bytes, time: "2020-01-03" },
  { ...whole, ...bytes, time: "2020-01-20" },
  { ...bytes, row: 3, col: 5, rows: 18, cols: 20, time: "2020-02-10" },
  { ...whole, ...bytes, dtype: "int16", nodata: -5, scale: 0.25, offset: -2, time: "2020-02-11" },
  { ...bytes, row: 10, col: 0, rows: 14, cols: 33, bands: ["red", "flags"], time: "2020-06-30" },
  { ...whole, ...bytes, time: "2021-01-05" },
];

/** A sample that depends on its place alone: small, so that values meet each other and nodata. */
function sampleOf(scene: number, band: string, row: number, col: number): number {
  const { nodata, dtype } = scenes[scene] as MadeScene;
  const mixed = Math.imul((scene + 1) * 7919 + row * 131 + col * 31 + band.length * 17, 2654435761) >>> 16;
  if (mixed % 11 === 0) return nodata;
  if (band === "flags") return mixed % 4;
  const value = mixed % 23;
  return dtype === "int16" ? value - 9 : value;
}

/** Write the scenes in blocks of one form, and ingest them. @returns the warehouse */
export async function writeMadeCube(folder: string, name: BlockFormName): Promise<string> {
  const warehouse = join(folder, `warehouse of ${name}`);
  scenes.forEach(({ row, col, rows, cols, time, dtype, nodata, scale, offset, bands }, at) => {
    const pixelsOf = (band: string) => {
      const samples = dtype === "int16" ? new Int16Array(rows * cols) : new Uint8Array(rows * cols);
      return samples.map((_, i) => sampleOf(at, band, row + Math.floor(i / cols), col + (i % cols)));
    };
    writeScene(join(folder, name), `${time}.tif`, {
      ...blockForms[name],
      width: cols,
      height: rows,
      dtype,
      nodata: String(nodata),
      bands: bands.map(pixelsOf),
      bandNames: bands,
      scale: bands.map((band) => (band === "flags" ? 1 : scale)),
      offset: bands.map((band) => (band === "flags" ? 0 : offset)),
      transform: [10, 0, 500000 + 10 * col, 0, -10, 4500000 - 10 * row],
    });
  });
  await ingest(join(folder, name), { warehouse, productId: "made" });
  return warehouse;
}

/** One band of the very same scenes, pixel by pixel. */
export function eagerBand(band: string, isScaled: boolean): EagerArray {
  const times = scenes.map(({ time }) => Date.parse(time));
  const shape = { outer: scenes.length, bands: null, y: true, x: true, rows: ROWS, cols: COLS };
  return eager({ ...shape, outerName: "time", times }, (step, _, row, col): Pixel => {
    const scene = scenes[step] as MadeScene;
    const isCovered =
      row >= scene.row && row < scene.row + scene.rows && col >= scene.col && col < scene.col + scene.cols;
    if (!isCovered || !scene.bands.includes(band)) return missing(1);
    const sample = sampleOf(step, band, row, col);
    if (sample === scene.nodata) return missing(2);
    return { value: isScaled && band !== "flags" ? sample * scene.scale + scene.offset : sample, status: 0 };
  });
}
