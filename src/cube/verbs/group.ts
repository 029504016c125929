import { InvalidInputError } from "../../errors.js";
import type { Grouping } from "../../lazy/graph/node.js";
import type { LazyArray, OuterAxis } from "../lazy-array.js";
import { groupKeys, resampleBins } from "../time-bins.js";
import { takeNode } from "./take.js";

/** Groups of an array's time steps, and what they are called. */
export interface Groups {
  readonly grouping: Grouping;
  readonly outer: OuterAxis;
}

/** @throws InvalidInputError where the outermost dimension is not time. */
export function timesOf({ outer }: LazyArray, verb: string): Date[] {
  if (outer?.kind === "time") return Array.from(outer.timesMs, (time) => new Date(time));
  const what = outer === null ? "has no time dimension" : `runs along ${outer.name}, not time`;
  throw new InvalidInputError(`${verb}: the array ${what}`, { details: { dimension: outer?.name ?? null } });
}

/** Even periods of time, empty ones included: `"1M"`, `"7D"`, `"QS-DEC"`. */
export function resampleGroups(array: LazyArray, freq: string): Groups {
  const { labels, bins } = resampleBins(timesOf(array, "resample"), freq);
  const timesMs = Float64Array.from(labels, (label) => label.getTime());
  const name = array.outer?.name ?? "time";
  return { grouping: { bins: [...bins], count: labels.length }, outer: { kind: "time", name, timesMs, scenes: null } };
}

/** Steps that share a part of their time: `"time.month"`, `"time.season"`, `"time.dayofyear"`, `"time.year"`. */
export function componentGroups(array: LazyArray, group: string): Groups {
  const [dimension, component, ...rest] = group.split(".");
  const name = array.outer?.name ?? "time";
  if (dimension !== name || component === undefined || rest.length > 0) {
    throw new InvalidInputError(`groupby: "${group}" is no part of a time, such as "${name}.month"`, {
      details: { group },
    });
  }
  const { labels, bins } = groupKeys(timesOf(array, "groupby"), component);
  const isText = labels.some((label) => typeof label === "string");
  const values = isText ? labels.map(String) : Float64Array.from(labels, Number);
  return { grouping: { bins: [...bins], count: labels.length }, outer: { kind: "labels", name: component, values } };
}

/** A value for each group, repeated for each time step of it: what a step is compared with. */
export function ungroup(groups: Groups, reduced: LazyArray, original: LazyArray): LazyArray {
  if (reduced.outer?.name !== groups.outer.name || reduced.node.shape.outer !== groups.grouping.count) {
    throw new InvalidInputError(
      `the array to compare with runs along ${reduced.outer?.name ?? "nothing"}, the groups along ${groups.outer.name}: ` +
        "reduce the same groups first",
      { details: { dimension: reduced.outer?.name ?? null, expected: groups.outer.name } },
    );
  }
  const node = takeNode(reduced.node, "outer", groups.grouping.bins);
  return { ...reduced, node, outer: original.outer };
}
