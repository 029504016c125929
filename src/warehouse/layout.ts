/**
 * Where everything lies inside a warehouse. The page `docs/warehouse-format.md` describes the same for people who read
 * one without this code.
 */

/** Version of the layout, written to the root group's attributes. A reader refuses a newer one. */
export const FORMAT_VERSION = 2;

/** Attribute under which every group keeps what is ours; all else follows public conventions. */
export const OWN_ATTRIBUTE = "pixelquery";

/** The scene table's group. */
export const SCENES_PATH = "/scenes";

/** Rows of a column chunk: an append rewrites at most this many rows of a column. */
export const COLUMN_CHUNK_ROWS = 2048;

/** Time steps whose references share a manifest: an append rewrites at most this many. */
export const MANIFEST_TIME_STEPS = 250;

/** Paths of pixel arrays, as the splitting rule in the repository's configuration names them. */
export const PIXEL_ARRAY_PATTERN = "^/[^/]+/[^/]+/([0-9]+|mask(_[0-9]+)?)$";

/** Stacks a product may have before further grids share a free stack. */
export const MAX_EXACT_STACKS = 16;

/** Group of a product. */
export function productPath(productId: string): string {
  return `/${productId}`;
}

/** Group of a stack; `name` is unique in the product. */
export function stackPath(productId: string, name: string): string {
  return `/${productId}/${name}`;
}

/** True for the path of a stack of this product. */
export function isStackOf(path: string, productId: string): boolean {
  return path.startsWith(`${productPath(productId)}/`);
}

/** Pixel array of a stack: level 0 is full resolution, 1 the first overview. */
export function levelPath(stack: string, level: number): string {
  return `${stack}/${level}`;
}

/** Array of the internal mask of a stack's level. */
export function maskPath(stack: string, level: number): string {
  return level === 0 ? `${stack}/mask` : `${stack}/mask_${level}`;
}
