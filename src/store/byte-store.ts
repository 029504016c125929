/** A half-open range of bytes, counted from the start of the object. */
export interface ByteRange {
  offset: number;
  length: number;
}

/** Bytes with the version of the object they came from. `version` is opaque: compare it, never parse it. */
export interface StoredBytes {
  data: Uint8Array;
  version: string;
}

/** What a store knows of an object without reading it. */
export interface ObjectInfo {
  /** Key inside the store, `/`-separated. */
  key: string;
  sizeBytes: number;
  /** Last modification in milliseconds since 1970-01-01 UTC; null where the store has none. */
  modifiedMs: number | null;
  version: string;
}

export interface ReadOptions {
  signal?: AbortSignal | undefined;
}

/**
 * Named byte objects with range reads and conditional writes: the one door through which headers, chunks and the
 * repository are read and written.
 *
 * Keys are relative and `/`-separated; a key that would leave the store (`..`, an absolute path) is an
 * `InvalidInputError`. A missing object is `null` from {@link get} and {@link head}, and no error from {@link delete}.
 */
export interface ByteStore {
  /** What people read in messages: a path or a URL. Never holds a credential. */
  readonly url: string;
  /** The object's bytes, or those of `range` (shorter where the object ends inside it); null where it does not exist. */
  get(key: string, range?: ByteRange, options?: ReadOptions): Promise<StoredBytes | null>;
  /** Size, time and version without the bytes; null where it does not exist. */
  head(key: string, options?: ReadOptions): Promise<ObjectInfo | null>;
  /** Write the whole object, atomically: a reader sees the old bytes or the new ones. */
  put(key: string, data: Uint8Array, options?: ReadOptions): Promise<void>;
  /**
   * Write only if the object is still at `version` (`null`: only if it does not exist), atomically among all writers.
   *
   * @returns true when written, false when someone else was faster.
   */
  putIf(key: string, data: Uint8Array, version: string | null, options?: ReadOptions): Promise<boolean>;
  /** Every object whose key starts with `prefix` (`""` for all), in no particular order. */
  list(prefix: string, options?: ReadOptions): AsyncIterable<ObjectInfo>;
  delete(key: string, options?: ReadOptions): Promise<void>;
}
