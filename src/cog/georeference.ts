import { type Affine, translateAffine } from "../geo/affine.js";
import { type Directory, readNumbers, type TiffStart } from "./directories.js";
import { GeoKey, type GeoKeys, geoNumber } from "./geo-keys.js";
import type { HeaderBytes } from "./header-bytes.js";
import { Tag } from "./tiff-tags.js";

/** Where an image lies in its CRS. */
export interface Georeference {
  /** null where the file has no affine georeference: none at all, or ground control points only. */
  transform: Affine | null;
  pixelIsPoint: boolean;
  groundControlPoints: number;
}

/** GTRasterTypeGeoKey's RasterPixelIsPoint (GeoTIFF 1.1, section 7.3). */
const PIXEL_IS_POINT = 2;
/** More tie points (six numbers each) than are ever read as control points. */
const MAX_TIEPOINT_NUMBERS = 6 * 65536;

/**
 * The transform of pixel corners, as GDAL reads it: pixel scale with the first tie point, else ModelTransformation; tie
 * points alone are ground control points.
 *
 * A negative y scale is taken as positive (GDAL's default for a common fault of writers). Where samples are points, the
 * tie point is a pixel's centre and the transform is moved by half a pixel.
 */
export function readGeoreference(
  header: HeaderBytes,
  start: TiffStart,
  directory: Directory,
  keys: GeoKeys,
): Georeference {
  const numbers = (tag: number, limit: number) => {
    const field = directory.fields.get(tag);
    return field === undefined ? null : readNumbers(header, start, field, limit);
  };
  const tiePoints = numbers(Tag.ModelTiepoint, MAX_TIEPOINT_NUMBERS);
  const pixelIsPoint = geoNumber(keys, GeoKey.RasterType) === PIXEL_IS_POINT;
  const stored =
    fromScale(numbers(Tag.ModelPixelScale, 3), tiePoints) ?? fromMatrix(numbers(Tag.ModelTransformation, 16));
  if (stored?.every(Number.isFinite)) {
    return {
      transform: pixelIsPoint ? translateAffine(stored, -0.5, -0.5) : stored,
      pixelIsPoint,
      groundControlPoints: 0,
    };
  }
  return { transform: null, pixelIsPoint, groundControlPoints: Math.floor((tiePoints?.length ?? 0) / 6) };
}

function fromScale(scale: Float64Array | null, tiePoints: Float64Array | null): Affine | null {
  if (scale === null || scale.length < 2 || tiePoints === null || tiePoints.length < 6) return null;
  const [scaleX, scaleY] = scale as unknown as [number, number];
  if (scaleX === 0 || scaleY === 0) return null;
  const [col, row, , x, y] = tiePoints as unknown as [number, number, number, number, number];
  const height = -Math.abs(scaleY);
  return [scaleX, 0, x - col * scaleX, 0, height, y - row * height];
}

/** The 4 × 4 matrix, row by row; its z rows and columns say nothing about x and y. */
function fromMatrix(matrix: Float64Array | null): Affine | null {
  if (matrix === null || matrix.length !== 16) return null;
  const [a, b, , c, d, e, , f] = matrix as unknown as [number, number, number, number, number, number, number, number];
  return [a, b, c, d, e, f];
}
