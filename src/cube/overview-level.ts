import { InvalidInputError } from "../errors.js";
import { placedStacks, type Scope } from "./scope.js";

/** How coarse an answer may be. */
export interface LevelOptions {
  resolution?: number | undefined;
  maxPixels?: number | undefined;
}

/**
 * The overview that is fine enough: 0 for the full resolution. Only levels that every scene has are chosen; none is made
 * by averaging.
 *
 * @throws InvalidInputError where both options are given, or one is no positive number.
 */
export function chooseLevel(scope: Scope, { resolution, maxPixels }: LevelOptions): number {
  if (resolution === undefined && maxPixels === undefined) return 0;
  if (resolution !== undefined && maxPixels !== undefined) {
    throw new InvalidInputError("give resolution or maxPixels, not both: either chooses the overview");
  }
  const wanted = resolution ?? maxPixels ?? 0;
  if (!(wanted > 0)) {
    throw new InvalidInputError(
      `${resolution === undefined ? "maxPixels" : "resolution"} ${wanted}: give a number above 0`,
    );
  }
  const placed = placedStacks(scope);
  const stacks = [...placed].map((index) => scope.warehouse.stack(index));
  const count = Math.min(...stacks.map(({ levels }) => levels.length), Number.MAX_SAFE_INTEGER);
  const levels = Array.from({ length: stacks.length === 0 ? 1 : count }, (_, level) => level);
  if (maxPixels !== undefined) {
    const pixels = (level: number) =>
      Math.max(...stacks.map((stack) => (stack.levels[level]?.width ?? 0) * (stack.levels[level]?.height ?? 0)));
    return levels.find((level) => pixels(level) <= maxPixels) ?? levels.length - 1;
  }
  const first = scope.stacks.findIndex((index) => placed.has(index));
  const size = Math.abs(scope.grids[first]?.transform?.[0] ?? 1);
  const pixelSize = (level: number) =>
    size * Math.max(...stacks.map(({ levels: own }) => (own[0]?.width ?? 1) / (own[level]?.width ?? 1)));
  // Overviews of odd sizes are a little coarser than a power of two.
  return levels.findLast((level) => pixelSize(level) <= wanted * 1.01) ?? 0;
}
