import { InvalidInputError, NotFoundError } from "../errors.js";
import type { NodeRecord } from "./snapshot-file.js";
import { assertNodePath, parentPath } from "./zarr-metadata.js";

/**
 * Give a node, and everything below it, another path. Ids and chunks stay.
 *
 * @param records path → node, changed in place.
 * @throws NotFoundError where there is no node at `from`, or no group to hold `to`.
 * @throws InvalidInputError where `to` is taken, or lies inside of what moves.
 */
export function moveNodes(records: Map<string, NodeRecord>, from: string, to: string): void {
  assertMove(records, from, to);
  const below = `${from}/`;
  const moving = [...records.values()].filter(({ path }) => path === from || path.startsWith(below));
  for (const { path } of moving) records.delete(path);
  for (const record of moving) {
    const path = to + record.path.slice(from.length);
    records.set(path, { ...record, path });
  }
}

function assertMove(records: ReadonlyMap<string, NodeRecord>, from: string, to: string): void {
  assertNodePath(from);
  assertNodePath(to);
  const details = { from, to };
  if (from === "/" || to === from || to.startsWith(`${from}/`)) {
    throw new InvalidInputError(`${from} cannot be moved to ${to}: that is itself, or lies inside of it.`, { details });
  }
  if (!records.has(from)) throw new NotFoundError(`There is no node at ${from} to move.`, { details });
  if (records.has(to)) {
    throw new InvalidInputError(`${from} cannot be moved to ${to}: there is a node already. Delete it first.`, {
      details,
    });
  }
  const parent = parentPath(to);
  if (parent === null || records.get(parent)?.data.kind !== "group") {
    throw new NotFoundError(`${from} cannot be moved to ${to}: there is no group at ${parent}. Create it first.`, {
      details,
    });
  }
}
