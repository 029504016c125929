import { InvalidInputError } from "../../errors.js";
import type { LazyArray } from "../lazy-array.js";
import { binary } from "./math.js";
import { reduce } from "./reduce.js";
import { clip } from "./where.js";

export interface StretchOptions {
  /** Percentiles that become 0 and 1, of all values of each band. Default 2 and 98. */
  percentiles?: readonly [low: number, high: number];
}

/** Values moved linearly so that two percentiles become 0 and 1, and clipped to them; each band by its own. */
export function stretch(array: LazyArray, { percentiles: [low, high] = [2, 98] }: StretchOptions): LazyArray {
  if (!(low >= 0 && low < high && high <= 100)) {
    throw new InvalidInputError(`stretch: percentiles ${low} and ${high}; give two from 0 to 100, the lower first`, {
      details: { low, high },
    });
  }
  const { shape } = array.node;
  const dims = [array.outer?.name, shape.y && "y", shape.x && "x"].filter((dim) => typeof dim === "string");
  const at = (percent: number) => reduce(array, { name: "quantile", q: [percent / 100] }, dims);
  const [black, white] = [at(low), at(high)];
  return clip(binary("/", binary("-", array, black), binary("-", white, black)), 0, 1);
}
