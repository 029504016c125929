/**
 * Icechunk in TypeScript: versioned Zarr groups and arrays in any byte store, with references into files that stay
 * where they are. Spec version 2.1; runs in Node.js and browsers.
 *
 * @packageDocumentation
 */
export {
  ConflictError,
  CorruptDataError,
  type ErrorName,
  InvalidInputError,
  isPixelQueryError,
  type Json,
  NotFoundError,
  type PixelQueryError,
  SourceChangedError,
  UnavailableError,
  UnsupportedError,
} from "../errors.js";
export type { ByteRange, ByteStore, ObjectInfo, ReadOptions, StoredBytes } from "../store/byte-store.js";
export { type CacheOptions, withCache } from "../store/caching-store.js";
export { type CoalescingOptions, withRangeCoalescing } from "../store/coalescing-store.js";
export { HttpStore, type HttpStoreOptions } from "../store/http-store.js";
export { withConcurrencyLimit } from "../store/limited-store.js";
export { MemoryStore } from "../store/memory-store.js";
export { type RetryOptions, withRetries } from "../store/retrying-store.js";
export { checkRepository, type RepositoryCheck } from "./check.js";
export type { Finding, FindingKind } from "./check-findings.js";
export type { ChunkReference } from "./chunk-reference.js";
export type { RepositoryOptions, SplitRule, VirtualChunkContainer } from "./config.js";
export type { Conflict, ConflictSolver } from "./conflicts.js";
export type { ExpiredSnapshots, ExpireOptions } from "./expiry.js";
export type { FeatureFlag, FeatureName } from "./feature-flags.js";
export type { CollectedGarbage, CollectOptions } from "./garbage-collection.js";
export type { At, SnapshotInfo } from "./history.js";
export { isImmutableKey } from "./immutable-keys.js";
export type { Operation, OperationChange } from "./operations.js";
export { Repository } from "./repository.js";
export type { ResetOptions } from "./repository-info.js";
export type { RepositoryStatus } from "./repository-settings.js";
export {
  type NodeInfo,
  type ReadChunkOptions,
  type ReferenceColumns,
  Session,
  type VirtualFetch,
} from "./session.js";
export type { SnapshotDiff } from "./snapshot-diff.js";
export type { ReferencedBytes, StorageFigures } from "./storage-figures.js";
export type { Tally } from "./stored-objects.js";
export type { TransactOptions, TransactResult } from "./transact.js";
export type { ChunkList } from "./transaction-log.js";
export { createVirtualFetch, type ResolvedLocation, resolveLocation } from "./virtual-chunks.js";
export type { VirtualReferences } from "./virtual-references.js";
export { type CommitOptions, type RebaseOptions, WritableSession } from "./writable-session.js";
export type { JsonObject, ZarrArray, ZarrExtension, ZarrGroup } from "./zarr-metadata.js";
export { createZarrStore, type ZarrRange, type ZarrStore, type ZarrStoreOptions } from "./zarr-store.js";
export { createWritableZarrStore, type WritableZarrStore } from "./zarr-writable-store.js";
