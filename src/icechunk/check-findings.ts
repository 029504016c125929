import { isPixelQueryError } from "../errors.js";

/** What kind of thing is broken. */
export type FindingKind =
  /** An object that something leads to is not there. */
  | "missing"
  /** An object cannot be read, or contradicts itself. */
  | "damaged"
  /** An object was written by a newer version of the format; nothing more can be said of it. */
  | "unsupported"
  /** An object is not as long, or does not hold as many references, as is recorded of it. */
  | "wrong-size"
  /** References or arrays are not in ascending order: searches miss some. */
  | "unsorted"
  /** A chunk lies outside of its array's shape. */
  | "outside-grid"
  /** A chunk lies outside of the extents recorded for its manifest: readers do not find it. */
  | "outside-extents"
  /** Two manifests of one array claim the same chunks. */
  | "overlapping-extents"
  /** A virtual reference leads outside of every container: readers refuse it. */
  | "outside-containers"
  /** A reference to no bytes, or to bytes behind the end of a chunk object. */
  | "wrong-range"
  /** A node's `zarr.json` does not say what the snapshot says. */
  | "wrong-metadata"
  /** A node without a group above it, or with the id of another node. */
  | "wrong-tree";

/** One broken thing. */
export interface Finding {
  kind: FindingKind;
  /** The object where it was found, or that is missing. */
  key: string;
  /** The node that it is about; null where it is about the object itself. */
  path: string | null;
  /** What is wrong, of the first case where there are several. */
  message: string;
  /** How many cases of it there are in this object and node. */
  count: number;
}

/** Gathers findings, cases of the same kind in the same place as one. */
export class Findings {
  readonly #byPlace = new Map<string, Finding>();

  add(kind: FindingKind, key: string, message: string, path: string | null = null): void {
    const place = `${kind}\0${key}\0${path ?? ""}`;
    const known = this.#byPlace.get(place);
    if (known) known.count += 1;
    else this.#byPlace.set(place, { kind, key, path, message, count: 1 });
  }

  /** All findings, by key. */
  list(): Finding[] {
    return [...this.#byPlace.values()].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  }

  /**
   * What `read` gives; null, and a finding about `key`, where the object is damaged or of a newer version. Any other
   * error, such as one of the network, is thrown on: it says nothing about the repository.
   */
  async attempt<T>(key: string, read: () => Promise<T> | T): Promise<T | null> {
    try {
      return await read();
    } catch (error) {
      if (isPixelQueryError(error, "CorruptDataError")) this.add("damaged", key, error.message);
      else if (isPixelQueryError(error, "UnsupportedError")) this.add("unsupported", key, error.message);
      else throw error;
      return null;
    }
  }
}
