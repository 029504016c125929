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
 * Half-open as in GDAL: an edge belongs to the pixel that starts there, so the grid's last edges are outside. Edges of a
 * grid along the axes are a·col + c and e·row + f in double arithmetic, to the last bit; GDAL's own floor of a rounded
 * inverse puts a quarter of the places exactly on an edge into a neighbour. In a rotated grid the inverse decides.
 */
export function pixelAt(box: GeoBox, x: number, y: number): Pixel | null {
  const [a, , c, , e, f] = box.transform;
  let [col, row] = applyAffine(invertAffine(box.transform), x, y).map(Math.floor) as [number, number];
  if (isAxisAligned(box.transform)) [col, row] = [settle(col, a, c, x), settle(row, e, f, y)];
  return col >= 0 && row >= 0 && col < box.width && row < box.height ? { row, col } : null;
}

/** The index whose edges, `size`·index + `origin` and the next, hold a place: `index` itself or a neighbour. */
function settle(index: number, size: number, origin: number, place: number): number {
  const isBehind = (edge: number) => (size > 0 ? edge > place : edge < place);
  if (isBehind(size * index + origin)) return index - 1;
  return isBehind(size * (index + 1) + origin) ? index : index + 1;
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
