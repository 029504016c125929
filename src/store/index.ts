export type { ByteRange, ByteStore, ObjectInfo, ReadOptions, StoredBytes } from "./byte-store.js";
export { FileStore, type FileStoreOptions } from "./file-store.js";
export { MemoryStore } from "./memory-store.js";
export { objectName, type StoredObject, storeName } from "./object-name.js";
export { type RecordedRequest, type RecordingStore, withRecording } from "./recording-store.js";
