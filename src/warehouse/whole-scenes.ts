import type { Warehouse } from "./warehouse.js";

/** Rows of the scene table, those of one scene beside each other. */
export interface WholeScenes {
  rows: Int32Array;
  /** First of each scene's rows, by its place in `rows`. */
  starts: Int32Array;
}

/**
 * Rows of the scene table put together to scenes: rows of one id and product are one scene, whose pixels lie in several
 * stacks. Scenes stay in the order of their first rows.
 *
 * @param ids as `Warehouse.ids` gives them
 */
export function wholeScenes({ scenes }: Warehouse, rows: Int32Array, ids: readonly string[]): WholeScenes {
  const productOf = scenes.stacks.map((path) => path.slice(0, path.indexOf("/", 1)));
  const numbers = new Map<string, Map<string, number>>();
  const counts: number[] = [];
  const numberOf = Int32Array.from(rows, (row) => {
    const product = productOf[scenes.stack[row] ?? 0] ?? "";
    let own = numbers.get(product);
    if (own === undefined) {
      own = new Map();
      numbers.set(product, own);
    }
    const id = ids[row] ?? "";
    const number = own.get(id) ?? counts.length;
    own.set(id, number);
    counts[number] = (counts[number] ?? 0) + 1;
    return number;
  });
  const starts = new Int32Array(counts.length);
  for (let i = 1; i < starts.length; i++) starts[i] = (starts[i - 1] ?? 0) + (counts[i - 1] ?? 0);
  const next = starts.slice();
  const ordered = new Int32Array(rows.length);
  rows.forEach((row, i) => {
    const number = numberOf[i] ?? 0;
    const at = next[number] ?? 0;
    next[number] = at + 1;
    ordered[at] = row;
  });
  return { rows: ordered, starts };
}

/** The rows of a scene, by its number. */
export function rowsOfScene({ rows, starts }: WholeScenes, scene: number): Int32Array {
  return rows.subarray(starts[scene] ?? 0, starts[scene + 1] ?? rows.length);
}
