import { pixelSize } from "../geo/affine.js";
import { crsText } from "../geo/crs.js";
import type { CogInfo } from "./cog-info.js";
import type { TiffHeader } from "./tiff-header.js";

/** One file of `inspect --json`. */
export interface InspectedFile {
  path: string;
  driver: "COG" | "GTiff";
  width: number;
  height: number;
  count: number;
  dtype: string;
  /** "EPSG:32652", WKT, PROJJSON or a PROJ string; null where the file names none. */
  crs: string | null;
  /** x = a·col + b·row + c, y = d·col + e·row + f from the pixel corner; null without an affine georeference. */
  transform: readonly number[] | null;
  /** [xmin, ymin, xmax, ymax] in the CRS. */
  bounds: readonly number[] | null;
  /** Width and height of a pixel in the CRS. */
  resolution: readonly number[] | null;
  /** A number, "nan", "Infinity" or "-Infinity"; a 64-bit integer beyond 2^53 as its digits. */
  nodata: number | string | null;
  scale: readonly number[];
  offset: readonly number[];
  /** [width, height] of what is read at a time: rows where the file is one long strip. */
  blockSize: readonly [number, number];
  compression: string;
  predictor: number;
  interleave: "PIXEL" | "BAND";
  overviews: readonly { width: number; height: number }[];
  bandNames: readonly (string | null)[];
  /** One a band, by GDAL's names: "Gray", "Palette", "Red", "Alpha", "Undefined" … */
  colorInterpretation: readonly string[];
  /** [red, green, blue, alpha] of each value of the first band; null where its values are no palette's. */
  colorTable: readonly (readonly number[])[] | null;
  acquisitionTime: string | null;
}

/** From this height on, GDAL reads an image that is one strip row by row, and says so. */
const SPLIT_STRIP_ROWS = 2000;

/**
 * The exact object that `inspect --json` prints for a file, in agreement with `gdalinfo -json`.
 *
 * Two habits of GDAL's are kept: an image in one strip of more than 2000 rows is told to have blocks of one row, and the
 * CRS of ground control points is not the file's.
 */
export function inspectJson(path: string, info: CogInfo | TiffHeader): InspectedFile {
  const images = "images" in info ? info.images : info.levels.map(levelFacts);
  const [full, ...overviews] = images as [ImageFacts, ...ImageFacts[]];
  const isOneStrip = full.layout === "striped" && full.blockHeight === full.height && full.height > SPLIT_STRIP_ROWS;
  const isPlacedByPoints = info.transform === null && info.groundControlPoints > 0;
  return {
    path,
    driver: info.driver,
    width: info.width,
    height: info.height,
    count: info.count,
    dtype: info.dtype,
    crs: info.crs === null || isPlacedByPoints ? null : crsText(info.crs),
    transform: info.transform,
    bounds: info.bounds,
    resolution: info.transform === null ? null : pixelSize(info.transform),
    nodata: nodataJson(info.nodata),
    scale: info.scale,
    offset: info.offset,
    blockSize: [full.blockWidth, isOneStrip ? 1 : full.blockHeight],
    compression: full.compression,
    predictor: full.predictor,
    interleave: info.interleave,
    overviews: overviews.map(({ width, height }) => ({ width, height })),
    bandNames: info.bandNames,
    colorInterpretation: info.colorInterpretation,
    colorTable: info.colorTable,
    acquisitionTime: info.acquisitionTime,
  };
}

interface ImageFacts {
  width: number;
  height: number;
  layout: "tiled" | "striped";
  blockWidth: number;
  blockHeight: number;
  compression: string;
  predictor: number;
}

function levelFacts({ width, height, layout, encoding }: CogInfo["levels"][number]): ImageFacts {
  return {
    width,
    height,
    layout,
    blockWidth: encoding.cols,
    blockHeight: encoding.rows,
    compression: encoding.compression,
    predictor: encoding.predictor,
  };
}

/** A nodata value as JSON: numbers beyond JSON's reach (64 bits, infinities) as text. */
export function nodataJson(nodata: CogInfo["nodata"]): number | string | null {
  if (typeof nodata === "bigint") {
    return BigInt.asIntN(54, nodata) === nodata ? Number(nodata) : nodata.toString();
  }
  return typeof nodata === "number" && !Number.isFinite(nodata) ? String(nodata) : nodata;
}
