import { InvalidInputError } from "../errors.js";

/**
 * x = a·col + b·row + c, y = d·col + e·row + f, where (col, row) = (0, 0) is the outer corner of the first pixel.
 *
 * The order is rasterio's `Affine`, not GDAL's geotransform.
 */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** The CRS coordinates of a place in pixel units: (0, 0) is the first pixel's outer corner, (0.5, 0.5) its centre. */
export function applyAffine(transform: Affine, col: number, row: number): [x: number, y: number] {
  const [a, b, c, d, e, f] = transform;
  return [a * col + b * row + c, d * col + e * row + f];
}

/**
 * The transform that leads back: CRS coordinates → (col, row) in pixel units.
 *
 * @throws InvalidInputError where the transform flattens the plane (a pixel of no area) or holds a number that is not finite.
 */
export function invertAffine(transform: Affine): Affine {
  const [a, b, c, d, e, f] = transform;
  const determinant = a * e - b * d;
  if (!Number.isFinite(determinant) || determinant === 0) {
    throw new InvalidInputError(`The transform [${transform.join(", ")}] has no inverse: its pixels have no area.`, {
      details: { transform: [...transform] },
    });
  }
  if (b === 0 && d === 0) return [1 / a, 0, -c / a, 0, 1 / e, -f / e];
  return [
    e / determinant,
    -b / determinant,
    (b * f - c * e) / determinant,
    -d / determinant,
    a / determinant,
    (c * d - a * f) / determinant,
  ];
}

/** The transform of the same place in pixels `scaleX` times as wide and `scaleY` times as high: an overview's. */
export function scaleAffine(transform: Affine, scaleX: number, scaleY: number): Affine {
  const [a, b, c, d, e, f] = transform;
  return [a * scaleX, b * scaleY, c, d * scaleX, e * scaleY, f];
}

/** The transform of the part that starts at pixel (`col`, `row`). */
export function translateAffine(transform: Affine, col: number, row: number): Affine {
  const [a, b, , d, e] = transform;
  const [c, f] = applyAffine(transform, col, row);
  return [a, b, c, d, e, f];
}

/** True where rows run along y and columns along x: no rotation, no shear. Either axis may descend. */
export function isAxisAligned(transform: Affine): boolean {
  return transform[1] === 0 && transform[3] === 0;
}

/** Width and height of one pixel along its own sides, both positive, in units of the CRS. */
export function pixelSize(transform: Affine): [x: number, y: number] {
  const [a, b, , d, e] = transform;
  return isAxisAligned(transform) ? [Math.abs(a), Math.abs(e)] : [Math.hypot(a, d), Math.hypot(b, e)];
}

/** [xmin, ymin, xmax, ymax] of the outer pixel edges of a `width` × `height` raster, whatever its rotation. */
export function affineBounds(
  transform: Affine,
  width: number,
  height: number,
): [xmin: number, ymin: number, xmax: number, ymax: number] {
  const corners = [
    applyAffine(transform, 0, 0),
    applyAffine(transform, width, 0),
    applyAffine(transform, 0, height),
    applyAffine(transform, width, height),
  ];
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
