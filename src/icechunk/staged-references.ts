import { firstChunks } from "./chunk-list.js";
import { ReferenceTable } from "./reference-table.js";
import type { ChunkList } from "./transaction-log.js";

/** Changed references of one array in a session: a log of rows, the last of equal ones counting. */
export class StagedReferences {
  readonly table: ReferenceTable;
  /** Bytes of chunks too large for a manifest, by the row that refers to them. */
  readonly nativeChunks = new Map<number, Uint8Array>();
  /** Rows whose bytes are in the store, written by a commit that then lost against another writer. */
  readonly storedChunks = new Set<number>();
  /** Chunk index → last row; built when something is looked up. */
  readonly #rows = new Map<string, number>();
  #indexed = 0;

  constructor(rank: number) {
    this.table = new ReferenceTable(rank);
  }

  /** A row for one more chunk, whose numbers begin at `start`. Bytes that were staged for it before are forgotten. */
  addRow(indices: ArrayLike<number>, start: number): number {
    // Looking up needs an index of all rows, which the many references of an ingest would pay for nothing.
    if (this.nativeChunks.size > 0) this.#forgetBytes(indices, start);
    return this.table.addRow(indices, start);
  }

  /** Fill in the rows of `wanted` that are staged, deleted ones included; the rows that are not. */
  fill(wanted: ReferenceTable): number[] {
    this.#index();
    const left: number[] = [];
    for (let row = 0; row < wanted.count; row++) {
      const staged = this.#rows.get(wanted.indexOf(row).join());
      if (staged === undefined) left.push(row);
      else wanted.copyInto(row, this.table, staged);
    }
    return left;
  }

  /** The bytes of a chunk that will become an object of its own; null where the row is of another kind. */
  nativeChunk(index: readonly number[]): Uint8Array | null {
    this.#index();
    const row = this.#rows.get(index.join());
    return row === undefined ? null : (this.nativeChunks.get(row) ?? null);
  }

  /** The same without some chunks. */
  without(chunks: ChunkList): StagedReferences {
    const excluded = new Set(firstChunks(chunks, chunks.count).map((index) => index.join()));
    const kept = new StagedReferences(this.table.rank);
    for (let row = 0; row < this.table.count; row++) {
      if (!excluded.has(this.table.indexOf(row).join())) kept.#copy(this, row);
    }
    return kept;
  }

  /** Stage what `other` staged, after what is staged here. */
  append(other: StagedReferences): void {
    for (let row = 0; row < other.table.count; row++) this.#copy(other, row);
  }

  #forgetBytes(indices: ArrayLike<number>, start: number): void {
    this.#index();
    const numbers = Array.from({ length: this.table.rank }, (_, axis) => indices[start + axis]);
    const replaced = this.#rows.get(numbers.join());
    if (replaced !== undefined) this.nativeChunks.delete(replaced);
  }

  #copy(other: StagedReferences, row: number): void {
    const to = this.table.count;
    this.table.copyRow(other.table, row);
    const bytes = other.nativeChunks.get(row);
    if (bytes) this.nativeChunks.set(to, bytes);
    if (other.storedChunks.has(row)) this.storedChunks.add(to);
  }

  #index(): void {
    for (; this.#indexed < this.table.count; this.#indexed++) {
      this.#rows.set(this.table.indexOf(this.#indexed).join(), this.#indexed);
    }
  }
}
