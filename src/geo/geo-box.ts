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
 * Half-open: an edge belongs to the pixel that starts there, so the grid's last edges are outside. Edges are where the
 * transform itself puts them, `a·col + c`: flooring the inverse alone, as GDAL does, takes a neighbour for a quarter of
 * the places that lie exactly on one, because the inverse is rounded.
 */
export function pixelAt(box: GeoBox, x: number, y: number): Pixel | null {
  const { transform, width, height } = box;
  let [col, row] = applyAffine(invertAffine(transform), x, y).map(Math.floor) as [number, number];
  if (isAxisAligned(transform)) {
    const [a, , c, , e, f] = transform;
    col += stepToPixel(x, col, a, c);
    row += stepToPixel(y, row, e, f);
  }
  return col >= 0 && row >= 0 && col < width && row < height ? { row, col } : null;
}

/** −1, 0 or 1: from a pixel to the one whose edges, `size·index + origin`, hold the place. */
function stepToPixel(place: number, index: number, size: number, origin: number): number {
  const start = size * index + origin;
  const stop = size * (index + 1) + origin;
  if (size > 0 ? place < start : place > start) return -1;
  return (size > 0 ? place >= stop : place <= stop) ? 1 : 0;
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
  return { x: axisCentres(a, c, width), y: axisCentres(e, f, height) };
}

/** Written out: `from` with a function takes ten times as long, and a side may be millions of pixels long. */
function axisCentres(step: number, start: number, length: number): Float64Array {
  const centres = new Float64Array(length);
  for (let at = 0; at < length; at++) centres[at] = step * (at + 0.5) + start;
  return centres;
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
