/** A half-open range of bytes, counted from the start of the object. */
export interface ByteRange {
  offset: number;
  length: number;
}

/** Bytes with the version of the object they came from. `version` is opaque: compare it, never parse it. */
export interface StoredBytes {
  data: Uint8Array;
  version: string;
  /** What the same answer says of the whole object; absent where it does not say all of it. Saves a {@link ByteStore.head}. */
  info?: ObjectInfo;
}

/** What a store knows of an object without reading it. */
export interface ObjectInfo {
  /** Key inside the store, `/`-separated. */
  key: string;
  sizeBytes: number;
  /** Last modification in milliseconds since 1970-01-01 UTC; null where the store has none. */
  modifiedMs: number | null;
  /** As HTTP has it, quotes and all; null or absent where the store has none. */
  etag?: string | null;
  version: string;
}

/** How another program reaches an S3 bucket, without anything secret. */
export interface S3Access {
  kind: "s3";
  /** Where the bucket lies, as far as known: after a request the server's word counts. */
  region: string;
  /** Address of another server than Amazon's; null for that one. */
  endpoint: string | null;
  /** Where the bucket's name goes. */
  addressing: "path" | "virtual";
  /** Requests are not signed. */
  anonymous: boolean;
  requesterPays: boolean;
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
  /**
   * How precisely the store knows modification times: times of one object that differ by less may be one time. 1 where
   * absent, 1000 for objects in clouds and on the web, whose headers tell whole seconds and whose listings more. A store
   * that wraps another hands it on.
   */
  readonly timePrecisionMs?: number;
  /** How others reach the store; absent where its URL says it all. Nothing is asked of a server. */
  readonly access?: () => Promise<S3Access | null>;
  /**
   * The object's bytes, or those of `range` (shorter where the object ends inside it); null where it does not
   * exist. The bytes are the caller's own: a store that keeps them gives copies.
   */
  get(key: string, range?: ByteRange, options?: ReadOptions): Promise<StoredBytes | null>;
  /** Size, time and version without the bytes; null where it does not exist. */
  head(key: string, options?: ReadOptions): Promise<ObjectInfo | null>;
  /** Write the whole object, atomically: a reader sees the old bytes or the new ones. */
  put(key: string, data: Uint8Array, options?: ReadOptions): Promise<void>;
  /**
   * Write only if the object is still at `version` (`null`: only if it does not exist), atomically among all writers.
   * All that keeps several writers of a repository apart rests on this one call.
   *
   * An object store sends `If-Match` with the version (`null`: `If-None-Match: *`) and takes 412 for false. A conflict
   * that the server reports while it writes (409 of S3) is tried again by the store, since nothing was decided. When
   * the answer is lost the write may have happened: the store says so with an `UnavailableError`, and nobody tries
   * again blindly. A server that ignores the headers must not be written to: ask it once, with a version that cannot be.
   *
   * @returns true when written, false when someone else was faster.
   * @throws UnavailableError where nobody knows whether it was written.
   */
  putIf(key: string, data: Uint8Array, version: string | null, options?: ReadOptions): Promise<boolean>;
  /** Every object whose key starts with `prefix` (`""` for all), in no particular order. */
  list(prefix: string, options?: ReadOptions): AsyncIterable<ObjectInfo>;
  delete(key: string, options?: ReadOptions): Promise<void>;
}
