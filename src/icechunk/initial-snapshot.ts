import type { ByteStore, ReadOptions } from "../store/byte-store.js";
import { wrapFile } from "./format/envelope.js";
import { encodeFlexbuffer } from "./format/flexbuffer-encoder.js";
import { snapshotIdFromText } from "./format/object-id.js";
import { toMetadataItems } from "./metadata-items.js";
import type { RepositoryTable } from "./repository-file.js";
import type { Settings } from "./settings.js";
import { encodeSnapshot } from "./snapshot-encoder.js";
import { objectKey, type SnapshotFile } from "./snapshot-file.js";
import { emptyTransactionLog } from "./transaction-log.js";
import { encodeTransactionLog } from "./transaction-log-encoder.js";
import type { JsonObject } from "./zarr-metadata.js";

/** The first snapshot of every repository, 1CECHNKREP0F1RSTCMT0 in text (spec, "Initial snapshot"). */
export const initialSnapshotId = snapshotIdFromText("1CECHNKREP0F1RSTCMT0");
const initialMessage = "Repository initialized";

/** As the official engine marks the first snapshot. */
const initialMetadata: JsonObject = { __icechunk: { is_root: true } };

/** Write the snapshot without nodes that every repository begins with, and its transaction log. */
export async function writeInitialSnapshot(
  store: ByteStore,
  settings: Settings,
  flushedAtMicros: number,
  options: ReadOptions = {},
): Promise<void> {
  const snapshot: SnapshotFile = {
    id: initialSnapshotId,
    nodes: [],
    flushedAtMicros,
    message: initialMessage,
    manifestFiles: new Map(),
    extra: null,
    hasUnknownFields: false,
  };
  const { compressionLevel } = settings;
  const payload = encodeSnapshot(snapshot, initialMetadata);
  const log = encodeTransactionLog(initialSnapshotId, emptyTransactionLog());
  const put = async (kind: "snapshots" | "transactions", file: Promise<Uint8Array>) =>
    store.put(objectKey(kind, initialSnapshotId), await file, options);
  await Promise.all([
    put("snapshots", wrapFile("snapshot", payload, compressionLevel)),
    put("transactions", wrapFile("transactionLog", log, compressionLevel)),
  ]);
}

/** The `repo` object of a new repository. */
export function initialTable(config: JsonObject, flushedAtMicros: number): RepositoryTable {
  return {
    specVersion: 2,
    tags: [],
    branches: [{ name: "main", snapshotIndex: 0 }],
    deletedTags: [],
    snapshots: [
      {
        id: initialSnapshotId,
        parentOffset: -1,
        flushedAtMicros,
        message: initialMessage,
        metadata: toMetadataItems(initialMetadata),
        prunedAncestors: null,
      },
    ],
    status: { availability: 0, setAtMicros: flushedAtMicros, reason: null },
    metadata: [],
    latestUpdates: [{ change: { kind: "repoInitialized" }, updatedAtMicros: flushedAtMicros + 1, backupPath: null }],
    repoBeforeUpdates: null,
    config: encodeFlexbuffer(config),
    enabledFeatureFlags: null,
    disabledFeatureFlags: null,
    extra: null,
  };
}
