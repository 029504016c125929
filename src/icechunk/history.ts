import { NotFoundError } from "../errors.js";
import type { ByteStore } from "../store/byte-store.js";
import { compareBytes, idToText, snapshotIdFromText } from "./format/object-id.js";
import { fromMetadataItems, type RepositoryTable, repositoryKey } from "./repository-file.js";
import { isNotYounger } from "./snapshot-file.js";
import type { JsonObject } from "./zarr-metadata.js";

/** Which snapshot is meant; the newest of the branch `main` where nothing is said. */
export type At =
  | { branch: string }
  | { tag: string }
  | { snapshot: string }
  /** The newest snapshot of the branch (`main` where left out) that is not younger than this. */
  | { asOf: Date; branch?: string };

/** A snapshot, without what is in it. */
export interface SnapshotInfo {
  id: string;
  /** Null for the first snapshot. */
  parentId: string | null;
  time: Date;
  message: string;
  metadata: JsonObject;
}

/** Index of the snapshot that is meant. */
export function resolve(table: RepositoryTable, at: At, store: ByteStore): number {
  if ("snapshot" in at) {
    const id = snapshotIdFromText(at.snapshot);
    const index = table.snapshots.findIndex((snapshot) => compareBytes(snapshot.id, id) === 0);
    if (index >= 0) return index;
    throw notFound("snapshot", at.snapshot, [], store);
  }
  if ("tag" in at) return resolveName(table.tags, "tag", at.tag, store);
  const tip = resolveName(table.branches, "branch", at.branch ?? "main", store);
  if (!("asOf" in at)) return tip;
  const index = ancestors(table, tip).find((each) => isNotYounger(table.snapshots[each]!, at.asOf));
  if (index === undefined) throw notFound("snapshot", `as of ${at.asOf.toISOString()}`, [], store);
  return index;
}

function resolveName(
  refs: readonly { name: string; snapshotIndex: number }[],
  kind: "branch" | "tag",
  name: string,
  store: ByteStore,
): number {
  const ref = refs.find((candidate) => candidate.name === name);
  if (ref) return ref.snapshotIndex;
  throw notFound(
    kind,
    name,
    refs.map((candidate) => candidate.name),
    store,
  );
}

function notFound(kind: string, name: string, known: string[], store: ByteStore): NotFoundError {
  const hint = known.length > 0 ? ` It has: ${known.slice(0, 20).join(", ")}.` : "";
  return new NotFoundError(`${store.url} has no ${kind} "${name}".${hint}`, { details: { kind, name, known } });
}

/** Indices of a snapshot and all before it, newest first. A loop, which only damage makes, ends the list. */
export function ancestors(table: RepositoryTable, from: number): number[] {
  const seen = new Set<number>();
  for (let index = from; index >= 0 && !seen.has(index); index = table.snapshots[index]!.parentOffset) seen.add(index);
  return [...seen];
}

export function toInfo(table: RepositoryTable, index: number): SnapshotInfo {
  const { id, parentOffset, flushedAtMicros, message, metadata } = table.snapshots[index]!;
  return {
    id: idToText(id),
    parentId: parentOffset < 0 ? null : idToText(table.snapshots[parentOffset]!.id),
    time: new Date(flushedAtMicros / 1000),
    message,
    metadata: fromMetadataItems(metadata, repositoryKey),
  };
}
