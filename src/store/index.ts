/**
 * Byte stores: where a repository lies, and what it is read through. {@link FileStore} and {@link openStore} need Node.js;
 * the others also run in browsers and are exported by `pixelquery/icechunk` as well.
 *
 * @packageDocumentation
 */
export {
  InvalidInputError,
  isPixelQueryError,
  type PixelQueryError,
  UnavailableError,
  UnsupportedError,
} from "../errors.js";
export type { AzureOptions } from "./azure/open-azure-store.js";
export type { ByteRange, ByteStore, ObjectInfo, ReadOptions, S3Access, StoredBytes } from "./byte-store.js";
export { type CacheOptions, withCache } from "./caching-store.js";
export { type CoalescingOptions, withRangeCoalescing } from "./coalescing-store.js";
export { type Environment, emptyEnvironment } from "./environment.js";
export { FileStore, type FileStoreOptions } from "./file-store.js";
export type { GcsOptions } from "./gcs/open-gcs-store.js";
export { HttpStore, type HttpStoreOptions } from "./http-store.js";
export { withConcurrencyLimit } from "./limited-store.js";
export { MemoryStore } from "./memory-store.js";
export { objectName, type StoredObject, storeName } from "./object-name.js";
export { type OpenStoreOptions, openStore } from "./open-store.js";
export { type RecordedRequest, type RecordingStore, withRecording } from "./recording-store.js";
export { type RetryOptions, withRetries } from "./retrying-store.js";
export type { S3Options } from "./s3/open-s3-store.js";
export { isBucket, parseStoreLocation, type StoreLocation } from "./store-location.js";
