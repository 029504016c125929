import type { BlockEncoding } from "../codec/block-encoding.js";
import type { Affine } from "../geo/affine.js";
import { type Crs, crsText } from "../geo/crs.js";
import type { DType } from "../ndarray/dtype.js";

/** One resolution of a stack: the pixel array's size and how its blocks decode. */
export interface StackLevel {
  /** Pixels; in a free stack those of the largest file so far. */
  width: number;
  height: number;
  layout: "tiled" | "striped";
  encoding: BlockEncoding;
  /** Separate planes: 1 when interleaved by pixel, else the number of bands. */
  planes: number;
}

/** What decides whether two files can share a stack, beside their grid: everything needed to decode and read them. */
export interface StackProfile {
  crs: Crs | null;
  dtype: DType;
  /** Names in band order; unique. */
  bands: readonly string[];
  nodata: number | string | null;
  /** One value a band. */
  scale: readonly number[];
  offset: readonly number[];
  levels: readonly StackLevel[];
}

/**
 * All source files of a product that share an encoding and, when `kind` is `exact`, one grid.
 *
 * In a free stack block (0, 0) is each file's own first block, and each slot has its own transform and shape.
 */
export interface Stack extends StackProfile {
  path: string;
  productId: string;
  name: string;
  kind: "exact" | "free";
  /** Pixel-corner transform of every slot; null in a free stack and for files without georeference. */
  transform: Affine | null;
  /** Slots (time steps) so far, vacant ones included. */
  slots: number;
}

/** Text equal for two files whose blocks decode alike and mean the same: they may share a free stack. */
export function encodingKey(profile: StackProfile): string {
  const { crs, dtype, bands, nodata, scale, offset, levels } = profile;
  const blocks = levels.map(({ layout, encoding, planes }) => [layout, planes, Object.entries(encoding).sort(byName)]);
  return JSON.stringify([crs === null ? null : crsText(crs), dtype, bands, nodata, scale, offset, blocks]);
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** Text equal for two files that also lie on the same grid: they may share an exact stack. */
export function exactKey(profile: StackProfile, transform: Affine | null): string {
  const sizes = profile.levels.map(({ width, height }) => [width, height]);
  return JSON.stringify([encodingKey(profile), transform, sizes]);
}

/** The key under which a stack of the warehouse takes further files. */
export function stackKey(stack: Stack): string {
  return stack.kind === "exact" ? exactKey(stack, stack.transform) : encodingKey(stack);
}
