import { CorruptDataError } from "../errors.js";

/** What a reference leads to. `none` says in a session that the reference was deleted. */
export const referenceKinds = { none: 0, virtual: 1, inline: 2, native: 3 } as const;
export type ReferenceKind = (typeof referenceKinds)[keyof typeof referenceKinds];

/** An object outside of the repository, as references name it. */
export interface Location {
  /** Absolute URL, or `vcc://<container>/<path>`. */
  url: string;
  /** Whole seconds since 1970; 0 where not recorded. */
  lastModifiedSeconds: number;
  etag: string | null;
}

/** More rows than a manifest can hold. */
const maxRows = 2 ** 31;

/**
 * Chunk references as columns, one row per reference; no object per reference.
 *
 * `sources[row]` indexes `locations` for a virtual reference, `payloads` for an inline one (its bytes) and a native one
 * (the 12 bytes of its chunk id).
 */
export class ReferenceTable {
  readonly rank: number;
  count = 0;
  /** `rank` numbers per row. */
  indices: Uint32Array;
  kinds: Uint8Array;
  offsets: Float64Array;
  lengths: Float64Array;
  sources: Uint32Array;
  readonly locations: Location[] = [];
  readonly payloads: Uint8Array[] = [];
  readonly #locationIds = new Map<string, number>();
  #lastLocation: Location | null = null;
  #lastLocationIndex = 0;

  constructor(rank: number, capacity = 64) {
    this.rank = rank;
    this.indices = new Uint32Array(capacity * rank);
    this.kinds = new Uint8Array(capacity);
    this.offsets = new Float64Array(capacity);
    this.lengths = new Float64Array(capacity);
    this.sources = new Uint32Array(capacity);
  }

  /** Make room for `more` rows. */
  reserve(more: number): void {
    const needed = this.count + more;
    if (needed > maxRows) throw new CorruptDataError(`${needed} references are more than an array can hold.`);
    if (needed <= this.kinds.length) return;
    const capacity = Math.max(needed, this.kinds.length * 2);
    this.indices = enlarge(this.indices, new Uint32Array(capacity * this.rank));
    this.kinds = enlarge(this.kinds, new Uint8Array(capacity));
    this.offsets = enlarge(this.offsets, new Float64Array(capacity));
    this.lengths = enlarge(this.lengths, new Float64Array(capacity));
    this.sources = enlarge(this.sources, new Uint32Array(capacity));
  }

  /** A new row for the chunk whose index stands at `indices[from ...]`; its number. It leads nowhere yet. */
  addRow(indices: ArrayLike<number>, from: number): number {
    this.reserve(1);
    const row = this.count;
    for (let axis = 0; axis < this.rank; axis++) this.indices[row * this.rank + axis] = indices[from + axis]!;
    this.count = row + 1;
    return row;
  }

  set(row: number, kind: ReferenceKind, offset: number, length: number, source: number): void {
    this.kinds[row] = kind;
    this.offsets[row] = offset;
    this.lengths[row] = length;
    this.sources[row] = source;
  }

  /** Number of the location, the same for equal ones. */
  internLocation(url: string, lastModifiedSeconds: number, etag: string | null): number {
    const last = this.#lastLocation;
    // References to one file mostly follow each other.
    if (last && last.url === url && last.lastModifiedSeconds === lastModifiedSeconds && last.etag === etag) {
      return this.#lastLocationIndex;
    }
    const id = `${lastModifiedSeconds}\0${etag ?? ""}\0${url}`;
    let index = this.#locationIds.get(id);
    if (index === undefined) {
      index = this.locations.length;
      this.locations.push({ url, lastModifiedSeconds, etag });
      this.#locationIds.set(id, index);
    }
    this.#lastLocation = this.locations[index]!;
    this.#lastLocationIndex = index;
    return index;
  }

  addPayload(bytes: Uint8Array): number {
    this.payloads.push(bytes);
    return this.payloads.length - 1;
  }

  /** Append row `row` of `other`, which has the same rank. */
  copyRow(other: ReferenceTable, row: number): void {
    this.copyInto(this.addRow(other.indices, row * other.rank), other, row);
  }

  /** Let row `target` lead to where row `row` of `other` leads; its index stays. */
  copyInto(target: number, other: ReferenceTable, row: number): void {
    const kind = other.kinds[row]! as ReferenceKind;
    const source = this.#adoptSource(other, kind, other.sources[row]!);
    this.set(target, kind, other.offsets[row]!, other.lengths[row]!, source);
  }

  #adoptSource(other: ReferenceTable, kind: ReferenceKind, source: number): number {
    if (kind === referenceKinds.none) return 0;
    if (kind !== referenceKinds.virtual) return this.addPayload(other.payloads[source]!);
    const { url, lastModifiedSeconds, etag } = other.locations[source]!;
    return this.internLocation(url, lastModifiedSeconds, etag);
  }

  /** Order of two rows by chunk index, first axis first. */
  compareRows(a: number, b: number): number {
    for (let axis = 0; axis < this.rank; axis++) {
      const difference = this.indices[a * this.rank + axis]! - this.indices[b * this.rank + axis]!;
      if (difference !== 0) return difference;
    }
    return 0;
  }

  /** The chunk index of a row, as a copy. */
  indexOf(row: number): number[] {
    return Array.from(this.indices.subarray(row * this.rank, (row + 1) * this.rank));
  }
}

function enlarge<T extends Uint8Array | Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
