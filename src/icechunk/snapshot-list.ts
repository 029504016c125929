import { ConflictError, InvalidInputError } from "../errors.js";
import { assertFeature } from "./feature-flags.js";
import { compareBytes, idToText } from "./format/object-id.js";
import { toMetadataItems } from "./metadata-items.js";
import type { RepositoryChange, RepositoryTable } from "./repository-file.js";
import type { JsonObject } from "./zarr-metadata.js";

/** A snapshot that is written, and waits for its place in the repository's list. */
export interface CommitRequest {
  /** `commit`: after the branch's newest; `amend`: instead of it; `flush`: beside every branch. */
  kind: "commit" | "amend" | "flush";
  id: Uint8Array;
  idText: string;
  /** The snapshot that the session began with. */
  baseId: Uint8Array;
  flushedAtMicros: number;
  message: string;
  metadata: JsonObject;
  hasMoves: boolean;
}

/**
 * Take a written snapshot up into the repository's table, and make it the newest of `branch` unless it is flushed.
 *
 * @throws ConflictError where the branch's newest snapshot is no longer the one that the session began with.
 * @throws UnsupportedError where it moves nodes and the repository forbids that.
 */
export function addSnapshot(table: RepositoryTable, branch: string, request: CommitRequest): RepositoryChange {
  if (request.hasMoves) assertFeature(table, "move_node", "moving nodes");
  const { kind, id } = request;
  if (kind === "flush") {
    insertSnapshot(table, request, findBase(table, request), null);
    return { kind: "newDetachedSnapshot", newSnapshot: id };
  }
  const ref = table.branches.find(({ name }) => name === branch);
  const tip = ref ? table.snapshots[ref.snapshotIndex] : undefined;
  if (!ref || !tip || compareBytes(tip.id, request.baseId) !== 0) {
    const now = tip ? `is at ${idToText(tip.id)}` : "is gone";
    throw new ConflictError(
      `The branch "${branch}" ${now}; this commit was made on ${idToText(request.baseId)}. Rebase the session, or do it again on a new one.`,
      { details: { branch, parent: idToText(request.baseId), tip: tip ? idToText(tip.id) : null } },
    );
  }
  if (kind === "commit") {
    ref.snapshotIndex = insertSnapshot(table, request, ref.snapshotIndex, null);
    return { kind: "newCommit", branch, newSnapshot: id };
  }
  if (tip.parentOffset < 0) throw firstCannotBeAmended();
  ref.snapshotIndex = insertSnapshot(table, request, tip.parentOffset, tip.prunedAncestors);
  return { kind: "commitAmended", branch, previousSnapshot: tip.id, newSnapshot: id };
}

/** What to throw where somebody amends the first snapshot of a repository. */
export function firstCannotBeAmended(): InvalidInputError {
  return new InvalidInputError("The first snapshot of a repository cannot be amended; make a new commit instead.");
}

function findBase(table: RepositoryTable, { baseId }: CommitRequest): number {
  const index = table.snapshots.findIndex(({ id }) => compareBytes(id, baseId) === 0);
  if (index >= 0) return index;
  throw new ConflictError(`The snapshot ${idToText(baseId)}, on which this session was made, is gone.`, {
    details: { parent: idToText(baseId) },
  });
}

/** Sort a snapshot in; its index. Whoever refers to a snapshot behind it by index is moved on. */
function insertSnapshot(
  table: RepositoryTable,
  request: CommitRequest,
  parentIndex: number,
  prunedAncestors: Uint8Array[] | null,
): number {
  const found = table.snapshots.findIndex(({ id }) => compareBytes(id, request.id) > 0);
  const position = found < 0 ? table.snapshots.length : found;
  const shifted = (index: number) => (index >= position ? index + 1 : index);
  for (const snapshot of table.snapshots) snapshot.parentOffset = shifted(snapshot.parentOffset);
  for (const each of [...table.tags, ...table.branches]) each.snapshotIndex = shifted(each.snapshotIndex);
  table.snapshots.splice(position, 0, {
    id: request.id,
    parentOffset: shifted(parentIndex),
    flushedAtMicros: request.flushedAtMicros,
    message: request.message,
    metadata: toMetadataItems(request.metadata),
    prunedAncestors,
  });
  return position;
}
