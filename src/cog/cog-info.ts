import type { BlockEncoding } from "../codec/block-encoding.js";
import type { Affine } from "../geo/affine.js";
import type { Crs } from "../geo/crs.js";
import type { DType } from "../ndarray/dtype.js";
import type { Color } from "./colors.js";

/** One image of a TIFF: the full resolution, an overview or a mask, and where its blocks lie. */
export interface ImageLevel {
  width: number;
  height: number;
  layout: "tiled" | "striped";
  encoding: BlockEncoding;
  blocksAcross: number;
  blocksDown: number;
  /** Separate planes: 1 when interleaved by pixel, else the number of bands. */
  planes: number;
  /** First byte of block `(plane · blocksDown + row) · blocksAcross + col`; 0 for a block the file leaves out. */
  offsets: Float64Array;
  /** Bytes of each block, in the same order; 0 for a block the file leaves out. */
  byteCounts: Float64Array;
}

/** What a TIFF's header says, from one or two range reads and never from its pixels. */
export interface CogInfo {
  driver: "COG" | "GTiff";
  /** Size of the whole file where it is known. */
  sizeBytes: number | null;
  bigTiff: boolean;
  width: number;
  height: number;
  /** Number of bands. */
  count: number;
  dtype: DType;
  /** null where the file names no CRS. */
  crs: Crs | null;
  /** null where the file has no affine georeference (none at all, or ground control points only). */
  transform: Affine | null;
  /** [xmin, ymin, xmax, ymax] of the outer pixel edges in the CRS; null without a transform. */
  bounds: readonly [number, number, number, number] | null;
  /** True when the file declares its samples to be points (the transform is already moved to pixel corners). */
  pixelIsPoint: boolean;
  groundControlPoints: number;
  nodata: number | bigint | "nan" | null;
  /** One value a band; 1 and 0 where the file says nothing. */
  scale: readonly number[];
  offset: readonly number[];
  /** One a band, by GDAL's names: "Gray", "Palette", "Red", "Alpha", "Undefined" … */
  colorInterpretation: readonly string[];
  /** The colour of each value of the first band; null where its values are no indices into a palette. */
  colorTable: readonly Color[] | null;
  /** One a band; null where the file gives no name. */
  bandNames: readonly (string | null)[];
  interleave: "PIXEL" | "BAND";
  /** Full resolution first, then overviews from fine to coarse. */
  levels: readonly ImageLevel[];
  /** Internal masks: for full resolution first, then for overviews. */
  masks: readonly ImageLevel[];
  /** GDAL_METADATA items of the whole dataset, and TIFF's own text tags (TIFFTAG_DATETIME, …). */
  metadata: Readonly<Record<string, string>>;
  /** Acquisition time found in the tags, ISO 8601 UTC; null where there is none. */
  acquisitionTime: string | null;
}
