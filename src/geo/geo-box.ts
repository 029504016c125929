import { type Affine, affineBounds, applyAffine, invertAffine, isAxisAligned } from "./affine.js";
import { type Crs, crsText } from "./crs.js";

/** A georeferenced grid of pixels: where it lies, how fine it is, how many pixels it has. */
export interface GeoBox {
  readonly crs: Crs;
  readonly transform: Affine;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** A pixel by its zero-based position; row 0 is the first row of the raster. */
export interface Pixel {
  row: number;
  col: number;
}

/**
 * The pixel whose edges contain a place of the CRS; null outside the grid.
 *
 * Half-open as in GDAL: an edge belongs to the pixel that starts there, so the grid's last edges are outside. A place on
 * an edge is decided by this function's arithmetic, GDAL's own: x · (1/a) − c/a, rounded down.
 */
export function pixelAt(box: GeoBox, x: number, y: number): Pixel | null {
  const [col, row] = applyAffine(invertAffine(box.transform), x, y).map(Math.floor) as [number, number];
  return col >= 0 && row >= 0 && col < box.width && row < box.height ? { row, col } : null;
}

/** [xmin, ymin, xmax, ymax] of the outer pixel edges, in the CRS. */
export function geoBoxBounds(box: GeoBox): [xmin: number, ymin: number, xmax: number, ymax: number] {
  return affineBounds(box.transform, box.width, box.height);
}

/** The CRS coordinates of a pixel's centre. */
export function pixelCentre(box: GeoBox, pixel: Pixel): [x: number, y: number] {
  return applyAffine(box.transform, pixel.col + 0.5, pixel.row + 0.5);
}

/**
 * Pixel-centre coordinates along the axes: `x` of each column, `y` of each row; null for a rotated or sheared grid, whose
 * coordinates are no product of two axes.
 */
export function pixelCentreAxes(
  transform: Affine,
  width: number,
  height: number,
): { x: Float64Array; y: Float64Array } | null {
  if (!isAxisAligned(transform)) return null;
  const [a, , c, , e, f] = transform;
  return {
    x: Float64Array.from({ length: width }, (_, col) => a * (col + 0.5) + c),
    y: Float64Array.from({ length: height }, (_, row) => e * (row + 0.5) + f),
  };
}

/** True where two grids have the same CRS, transform and size to the last bit. */
export function isSameGeoBox(one: GeoBox, other: GeoBox): boolean {
  return (
    one.width === other.width &&
    one.height === other.height &&
    crsText(one.crs) === crsText(other.crs) &&
    one.transform.every((value, index) => value === other.transform[index])
  );
}
