/**
 * x = a·col + b·row + c, y = d·col + e·row + f, where (col, row) = (0, 0) is the outer corner of the first pixel.
 *
 * The order is rasterio's `Affine`, not GDAL's geotransform.
 */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];
