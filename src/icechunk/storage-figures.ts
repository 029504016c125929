import type { ByteStore, ReadOptions } from "../store/byte-store.js";
import { idToText } from "./format/object-id.js";
import type { ManifestReader } from "./manifest-reader.js";
import { manifestsOf, visitManifests } from "./reachable-objects.js";
import { ReferenceTable, referenceKinds } from "./reference-table.js";
import { readRepositoryFile } from "./repository-file.js";
import { listObjects, type Tally, tallyOf } from "./stored-objects.js";

/** References, and the bytes that they lead to. */
export interface ReferencedBytes {
  references: number;
  bytes: number;
}

/** What a repository takes up, and what it refers to. */
export interface StorageFigures {
  /** Everything in the repository's store that is the format's. */
  stored: Tally;
  /** The `repo` object alone. */
  repository: Tally;
  snapshots: Tally;
  transactions: Tally;
  manifests: Tally;
  /** Chunks that are objects of the repository. */
  chunks: Tally;
  /** Earlier `repo` objects. */
  backups: Tally;
  /** What the snapshots on the repository's list refer to; what several share counts once. */
  referenced: {
    /** Distinct chunk objects. Less than `chunks` where there is garbage. */
    native: ReferencedBytes;
    /** Chunks inside manifests: part of `manifests`, before compression. A manifest written anew counts again. */
    inline: ReferencedBytes;
    /** Distinct byte ranges of objects outside of the repository. */
    virtual: ReferencedBytes;
  };
}

/**
 * Bytes by kind. Lists the whole store and reads every snapshot and manifest.
 *
 * @throws CorruptDataError where one of them is missing or damaged.
 */
export async function readStorageFigures(store: ByteStore, options: ReadOptions = {}): Promise<StorageFigures> {
  const { table, raw } = await readRepositoryFile(store, options);
  const stored = await listObjects(store, options);
  const ids = table.snapshots.map(({ id }) => id);
  const manifests = await manifestsOf(store, ids, options);
  const referenced = new ReferencedCounter();
  await visitManifests(store, manifests.values(), (manifest) => referenced.add(manifest), options);
  const parts = {
    repository: { objects: 1, bytes: raw.length },
    snapshots: tallyOf(stored.snapshots.values()),
    transactions: tallyOf(stored.transactions.values()),
    manifests: tallyOf(stored.manifests.values()),
    chunks: tallyOf(stored.chunks.values()),
    backups: tallyOf(stored.backups.values()),
  };
  return { stored: sum(Object.values(parts)), ...parts, referenced: referenced.figures() };
}

/** Adds up references, each target once. */
class ReferencedCounter {
  readonly #native = new Map<string, number>();
  /** Location → offsets: ranges that begin alike are one chunk. */
  readonly #virtual = new Map<string, Set<number>>();
  #virtualBytes = 0;
  readonly #inline: ReferencedBytes = { references: 0, bytes: 0 };

  add(manifest: ManifestReader): void {
    const table = new ReferenceTable(0);
    manifest.readTargets(table);
    for (let row = 0; row < table.count; row++) {
      const length = table.lengths[row]!;
      const source = table.sources[row]!;
      if (table.kinds[row] === referenceKinds.virtual) this.#addVirtual(table, source, table.offsets[row]!, length);
      else if (table.kinds[row] === referenceKinds.native) this.#native.set(idToText(table.payloads[source]!), length);
      else {
        this.#inline.references += 1;
        this.#inline.bytes += length;
      }
    }
  }

  figures(): StorageFigures["referenced"] {
    const sumOf = (values: Iterable<number>) => Array.from(values).reduce((total, value) => total + value, 0);
    return {
      native: { references: this.#native.size, bytes: sumOf(this.#native.values()) },
      inline: this.#inline,
      virtual: {
        references: sumOf(Array.from(this.#virtual.values(), ({ size }) => size)),
        bytes: this.#virtualBytes,
      },
    };
  }

  #addVirtual(table: ReferenceTable, source: number, offset: number, length: number): void {
    const { url } = table.locations[source]!;
    let offsets = this.#virtual.get(url);
    if (!offsets) {
      offsets = new Set();
      this.#virtual.set(url, offsets);
    }
    if (offsets.has(offset)) return;
    offsets.add(offset);
    this.#virtualBytes += length;
  }
}

function sum(tallies: readonly Tally[]): Tally {
  return tallies.reduce((a, b) => ({ objects: a.objects + b.objects, bytes: a.bytes + b.bytes }));
}
