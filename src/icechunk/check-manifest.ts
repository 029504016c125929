import { isPixelQueryError } from "../errors.js";
import type { ObjectInfo } from "../store/byte-store.js";
import type { Findings } from "./check-findings.js";
import type { VirtualChunkContainer } from "./config.js";
import { compareBytes, idToText } from "./format/object-id.js";
import type { ManifestReader } from "./manifest-reader.js";
import { ReferenceTable, referenceKinds } from "./reference-table.js";
import { type ArrayData, type ManifestRef, type NodeRecord, objectKey } from "./snapshot-file.js";
import { resolveLocation } from "./virtual-chunks.js";

/** How an array of some snapshot uses a manifest. */
export interface ManifestUse {
  node: Uint8Array;
  path: string;
  extents: ManifestRef["extents"];
  /** Chunks along each axis of the array. */
  counts: readonly number[];
}

/** A manifest as snapshots know it. */
export interface KnownManifest {
  id: Uint8Array;
  referenceCount: number;
  /** Distinct uses; snapshots that follow each other mostly use a manifest alike. */
  uses: Map<string, ManifestUse>;
}

/** What checking all manifests of a repository shares and gathers. */
export interface ManifestChecking {
  findings: Findings;
  containers: readonly VirtualChunkContainer[];
  chunks: ReadonlyMap<string, ObjectInfo>;
  /** Locations that lie in a container. */
  covered: Set<string>;
  /** Names of the chunk objects that references lead to. */
  usedChunks: Set<string>;
  references: number;
}

/** Take up how a snapshot's array uses its manifests. */
export function recordUses(known: ReadonlyMap<string, KnownManifest>, record: NodeRecord, data: ArrayData): void {
  const counts = data.dimensions.map(({ chunkCount }) => chunkCount);
  for (const { id, extents } of data.manifests) {
    const bounds = extents.map(({ from, to }) => `${from}-${to}`).join();
    // Where the extents lie inside the grid its size does not matter, and arrays that grow are looked at once.
    const isInside = extents.every(({ to }, axis) => to <= counts[axis]!);
    const use = `${idToText(record.id)} ${bounds} ${isInside ? "" : counts.join()}`;
    known.get(idToText(id))?.uses.set(use, { node: record.id, path: record.path, extents, counts });
  }
}

/** Look at every reference of a manifest. */
export function checkManifest(manifest: ManifestReader, known: KnownManifest, checking: ManifestChecking): void {
  const { findings } = checking;
  const key = objectKey("manifests", known.id);
  const arrays = manifest.arrays();
  const total = arrays.reduce((sum, { referenceCount }) => sum + referenceCount, 0);
  if (total !== known.referenceCount) {
    findings.add("wrong-size", key, `It holds ${total} references; snapshots say ${known.referenceCount}.`);
  }
  arrays.forEach(({ node }, i) => {
    if (i > 0 && compareBytes(arrays[i - 1]!.node, node) >= 0)
      findings.add("unsorted", key, "Its arrays are not sorted.");
  });
  const tables = new Map<string, ReferenceTable>();
  for (const use of known.uses.values()) {
    const name = `${idToText(use.node)} ${use.counts.length}`;
    let table = tables.get(name);
    if (!table) {
      table = new ReferenceTable(use.counts.length);
      manifest.readAll(use.node, table);
      tables.set(name, table);
      checking.references += table.count;
      checkOrder(table, use.path, key, findings);
      checkTargets(table, use.path, key, checking);
    }
    checkPlaces(table, use, key, findings);
  }
}

function checkOrder(table: ReferenceTable, path: string, key: string, findings: Findings): void {
  for (let row = 1; row < table.count; row++) {
    if (table.compareRows(row - 1, row) < 0) continue;
    findings.add(
      "unsorted",
      key,
      `The chunk [${table.indexOf(row)}] of ${path} comes after [${table.indexOf(row - 1)}].`,
      path,
    );
  }
}

function checkPlaces(
  table: ReferenceTable,
  { path, extents, counts }: ManifestUse,
  key: string,
  findings: Findings,
): void {
  if (table.count === 0) findings.add("damaged", key, `It holds nothing of ${path}, which uses it.`, path);
  for (let row = 0; row < table.count; row++) {
    for (let axis = 0; axis < table.rank; axis++) {
      const chunk = table.indices[row * table.rank + axis]!;
      const { from, to } = extents[axis]!;
      if (chunk >= counts[axis]!) {
        const message = `The chunk [${table.indexOf(row)}] of ${path} lies outside of its [${counts}] chunks.`;
        findings.add("outside-grid", key, message, path);
      } else if (chunk < from || chunk >= to) {
        const message = `The chunk [${table.indexOf(row)}] of ${path} is not in the extents ${from} to ${to} of axis ${axis}.`;
        findings.add("outside-extents", key, message, path);
      }
    }
  }
}

function checkTargets(table: ReferenceTable, path: string, key: string, checking: ManifestChecking): void {
  for (const { url } of table.locations) checkLocation(url, path, key, checking);
  for (let row = 0; row < table.count; row++) {
    const kind = table.kinds[row]!;
    if (kind === referenceKinds.inline) continue;
    if (table.lengths[row] === 0) {
      const message = `The chunk [${table.indexOf(row)}] of ${path} refers to no bytes at all.`;
      checking.findings.add("wrong-range", key, message, path);
    }
    if (kind === referenceKinds.native) checkChunk(table, row, path, key, checking);
  }
}

function checkLocation(
  url: string,
  path: string,
  key: string,
  { covered, containers, findings }: ManifestChecking,
): void {
  if (covered.has(url)) return;
  try {
    resolveLocation(containers, url);
    covered.add(url);
  } catch (error) {
    if (!isPixelQueryError(error)) throw error;
    findings.add("outside-containers", key, error.message, path);
  }
}

function checkChunk(table: ReferenceTable, row: number, path: string, key: string, checking: ManifestChecking): void {
  const { chunks, usedChunks, findings } = checking;
  const id = table.payloads[table.sources[row]!]!;
  const name = idToText(id);
  usedChunks.add(name);
  const stored = chunks.get(name);
  const index = `[${table.indexOf(row)}]`;
  if (!stored) {
    findings.add("missing", objectKey("chunks", id), `${key} refers to it for the chunk ${index} of ${path}.`, path);
  } else if (table.offsets[row]! + table.lengths[row]! > stored.sizeBytes) {
    const message = `${key} refers to bytes ${table.offsets[row]} to ${table.offsets[row]! + table.lengths[row]!} for the chunk ${index} of ${path}; it has ${stored.sizeBytes}.`;
    findings.add("wrong-range", objectKey("chunks", id), message, path);
  }
}
