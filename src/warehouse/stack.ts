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

/** Samples of an internal mask: 1 for all bands, or one for each. */
export function maskBands({ planes, encoding }: StackLevel): number {
  return planes * encoding.samples;
}

/** What decides whether two files can share a stack, beside their grid: everything needed to decode and read them. */
export interface StackProfile {
  crs: Crs | null;
  dtype: DType;
  /** What one file holds: all bands of a scene, or one of them. */
  fileOf: "scene" | "band";
  /** Names in band order; unique. A stack with a file for each band gets further ones as they come. */
  bands: readonly string[];
  nodata: number | string | null;
  /** One value a band. */
  scale: readonly number[];
  offset: readonly number[];
  /** One a band, by GDAL's names ("Gray", "Palette", "Alpha" …); empty where an older version made the stack. */
  colorInterpretation: readonly string[];
  /** [red, green, blue, alpha] of each value of the first band, 0 to 255; null where its values are no palette's. */
  colorTable: readonly (readonly number[])[] | null;
  levels: readonly StackLevel[];
  /** The internal mask of each level, 0 where a pixel is missing: one sample for all bands, or one for each; [] without. */
  masks: readonly StackLevel[];
}

/**
 * All source files of a product that share an encoding and, when `kind` is `exact`, one grid. Where a scene has a file for
 * each band, those of its bands that share them are planes of one time step.
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

/**
 * Text equal for two files whose blocks decode alike and mean the same: they may share a free stack.
 *
 * Files of single bands are told apart neither by their band nor by its scale and offset: {@link takesBands} asks for those.
 */
export function encodingKey(profile: StackProfile): string {
  const { crs, dtype, bands, fileOf, nodata, scale, offset, colorInterpretation, colorTable, levels, masks } = profile;
  const isBand = fileOf === "band";
  // Of the colours only those that change what a value means: any other difference is one of labels.
  const alphas = colorInterpretation.flatMap((name, band) => (name === "Alpha" ? [band] : []));
  const blocks = [levels, masks].map((images) =>
    images.map(({ layout, encoding, planes }) => [layout, isBand || planes, Object.entries(encoding).sort(byName)]),
  );
  const named = isBand ? ["band"] : [bands, scale, offset, alphas];
  return JSON.stringify([crs === null ? null : crsText(crs), dtype, nodata, ...named, colorTable, ...blocks]);
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

/** True where a file's bands mean in a stack of the same key what they mean in the file, or are new to it. */
export function takesBands(stack: StackProfile, { bands, scale, offset }: StackProfile): boolean {
  if (stack.fileOf === "scene") return true;
  return bands.every((name, i) => {
    const own = stack.bands.indexOf(name);
    return own < 0 || (stack.scale[own] === scale[i] && stack.offset[own] === offset[i]);
  });
}
