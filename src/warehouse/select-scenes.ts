import { NotFoundError } from "../errors.js";
import { isStackOf } from "./layout.js";
import { productIds } from "./product.js";
import type { SceneTable } from "./scene-table.js";
import type { Warehouse } from "./warehouse.js";

/** Which scenes a question is about. Absent parts do not narrow it. */
export interface SceneFilter {
  productId?: string | undefined;
  /** First and last acquisition time that counts, milliseconds since 1970-01-01 UTC, both inclusive. */
  timeMs?: readonly [start: number, end: number] | undefined;
  /** West, south, east, north in degrees; west > east crosses the antimeridian. */
  bbox?: readonly [west: number, south: number, east: number, north: number] | undefined;
}

/**
 * Rows of the scene table that pass a filter, in the order of time (equal times in the order of ingest).
 *
 * The box test is by each scene's own box in degrees: it may let a scene through whose pixels do not touch, and never
 * holds one back.
 *
 * @throws NotFoundError for a product that the warehouse does not have, naming those it has.
 */
export function selectScenes(warehouse: Warehouse, filter: SceneFilter): Int32Array {
  const { scenes } = warehouse;
  const stacks = stacksOfProduct(warehouse, filter.productId);
  const rows: number[] = [];
  for (let row = 0; row < scenes.rows; row++) {
    const stack = scenes.stack[row] ?? -1;
    if (stack < 0 || stacks[stack] !== true) continue;
    if (filter.timeMs !== undefined && !isWithin(scenes.time[row] ?? Number.NaN, filter.timeMs)) continue;
    if (filter.bbox !== undefined && !touches(scenes, row, filter.bbox)) continue;
    rows.push(row);
  }
  return Int32Array.from(rows).sort((a, b) => (scenes.time[a] ?? 0) - (scenes.time[b] ?? 0) || a - b);
}

function stacksOfProduct({ scenes, session, url }: Warehouse, productId: string | undefined): boolean[] {
  if (productId === undefined) return scenes.stacks.map(() => true);
  const known = productIds(session);
  if (!known.includes(productId)) {
    throw new NotFoundError(`${url}: no product "${productId}"; there are ${known.join(", ") || "none"}`, {
      details: { productId, products: known },
    });
  }
  return scenes.stacks.map((path) => isStackOf(path, productId));
}

function isWithin(time: number, [start, end]: readonly [number, number]): boolean {
  return time >= start && time <= end;
}

/** Share of a scene's box by which it is taken larger: its edges were projected at a limited number of places. */
const SLACK = 0.01;

function touches(
  scenes: SceneTable,
  row: number,
  [west, south, east, north]: NonNullable<SceneFilter["bbox"]>,
): boolean {
  const [w = Number.NaN, s = 0, e = 0, n = 0] = scenes.bbox.subarray(row * 4, row * 4 + 4);
  if (Number.isNaN(w)) return false;
  const slackY = (n - s) * SLACK;
  if (north < s - slackY || south > n + slackY) return false;
  const width = e >= w ? e - w : e - w + 360;
  const slackX = width * SLACK;
  return overlapsAround(w - slackX, width + 2 * slackX, west, east >= west ? east - west : east - west + 360);
}

/** True where two arcs of longitude, each a start and a width in degrees, share a meridian. */
function overlapsAround(startA: number, widthA: number, startB: number, widthB: number): boolean {
  const turn = (degrees: number) => ((degrees % 360) + 360) % 360;
  return turn(startB - startA) <= widthA || turn(startA - startB) <= widthB;
}
