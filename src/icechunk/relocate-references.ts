import type { ReadOptions } from "../store/byte-store.js";
import type { ChangeSet } from "./change-set.js";
import type { ManifestCache } from "./manifest-cache.js";
import { ReferenceTable, referenceKinds } from "./reference-table.js";
import type { ArrayData, NodeRecord } from "./snapshot-file.js";
import { StagedReferences } from "./staged-references.js";

/**
 * Let every virtual reference whose location begins with `oldPrefix` begin with `newPrefix` instead. All manifests of
 * the arrays are read; range and checksum of a reference stay.
 *
 * @param changes where the new references are staged; those staged before are relocated as well.
 * @returns how many references changed.
 */
export async function relocateReferences(
  records: Iterable<NodeRecord>,
  changes: ChangeSet,
  manifests: ManifestCache,
  oldPrefix: string,
  newPrefix: string,
  options: ReadOptions,
): Promise<number> {
  let relocated = 0;
  for (const { id, data } of records) {
    if (data.kind === "group") continue;
    const table = new ReferenceTable(data.dimensions.length);
    for (const ref of data.manifests) (await manifests.get(ref.id, options)).readAll(id, table);
    const before = changes.staged.get(id);
    const staged = new StagedReferences(table.rank);
    const count = stageRelocated(staged.table, table, data, oldPrefix, newPrefix);
    if (before) staged.append(before);
    const ofStaged = before ? relocateAll(staged.table, count, oldPrefix, newPrefix) : 0;
    if (count + ofStaged > 0) changes.staged.set(id, staged);
    relocated += count + ofStaged;
  }
  return relocated;
}

function stageRelocated(
  to: ReferenceTable,
  from: ReferenceTable,
  { dimensions }: ArrayData,
  oldPrefix: string,
  newPrefix: string,
): number {
  for (let row = 0; row < from.count; row++) {
    if (!hasPrefix(from, row, oldPrefix)) continue;
    const isInside = dimensions.every(({ chunkCount }, axis) => from.indices[row * from.rank + axis]! < chunkCount);
    if (isInside) to.copyRow(from, row);
  }
  return relocateAll(to, 0, oldPrefix, newPrefix);
}

/** Relocate the rows from `first` on. */
function relocateAll(table: ReferenceTable, first: number, oldPrefix: string, newPrefix: string): number {
  let relocated = 0;
  for (let row = first; row < table.count; row++) {
    if (!hasPrefix(table, row, oldPrefix)) continue;
    const { url, lastModifiedSeconds, etag } = table.locations[table.sources[row]!]!;
    table.sources[row] = table.internLocation(newPrefix + url.slice(oldPrefix.length), lastModifiedSeconds, etag);
    relocated += 1;
  }
  return relocated;
}

function hasPrefix(table: ReferenceTable, row: number, prefix: string): boolean {
  return table.kinds[row] === referenceKinds.virtual && table.locations[table.sources[row]!]!.url.startsWith(prefix);
}
