/**
 * The tables of Icechunk's FlatBuffers schemas, spec version 2.1 (`repo.fbs`, `snapshot.fbs`, `transaction_log.fbs`,
 * `common.fbs`), as data. The order of the fields is the order of their slots; a union takes two slots, its type and
 * its value.
 *
 * Manifests are not here: they hold millions of references and have a reader and a builder of their own. Nor is the
 * list of chunks in a transaction log, for the same reason.
 */

type Scalar = "u8" | "bool" | "u16" | "u32" | "i32" | "u64";
type Struct = "id8" | "id12" | "range" | "dimensionV1" | "manifestFileV1";

/** The type of one field. A question mark, or `optional`, means that it may be absent and is then null. */
export type FieldType =
  | Scalar
  | "id8"
  | "id12"
  | "id12?"
  | "text"
  | "text?"
  | "bytes"
  | "bytes?"
  | { readonly vector: "u16" | Struct | "text"; readonly optional?: true }
  | { readonly table: string }
  | { readonly tables: string; readonly optional?: true }
  | { readonly union: readonly string[] };

export const schema = {
  metadataItem: { name: "text", value: "bytes" },

  repository: {
    specVersion: "u8",
    tags: { tables: "ref" },
    branches: { tables: "ref" },
    deletedTags: { vector: "text" },
    snapshots: { tables: "snapshotInfo" },
    status: { table: "status" },
    metadata: { tables: "metadataItem", optional: true },
    latestUpdates: { tables: "update" },
    repoBeforeUpdates: "text?",
    config: "bytes?",
    enabledFeatureFlags: { vector: "u16", optional: true },
    disabledFeatureFlags: { vector: "u16", optional: true },
    extra: "bytes?",
  },
  ref: { name: "text", snapshotIndex: "u32" },
  snapshotInfo: {
    id: "id12",
    /** Index of the parent in the list of snapshots, -1 for none. */
    parentOffset: "i32",
    flushedAtMicros: "u64",
    message: "text",
    metadata: { tables: "metadataItem", optional: true },
    prunedAncestors: { vector: "id12", optional: true },
  },
  status: { availability: "u8", setAtMicros: "u64", reason: "text?" },
  update: {
    change: {
      union: [
        "repoInitialized",
        "repoMigrated",
        "configChanged",
        "metadataChanged",
        "tagCreated",
        "tagDeleted",
        "branchCreated",
        "branchDeleted",
        "branchReset",
        "newCommit",
        "commitAmended",
        "newDetachedSnapshot",
        "garbageCollected",
        "snapshotsExpired",
        "featureFlagChanged",
        "statusChanged",
      ],
    },
    updatedAtMicros: "u64",
    backupPath: "text?",
  },
  repoInitialized: {},
  repoMigrated: { fromVersion: "u8", toVersion: "u8" },
  configChanged: {},
  metadataChanged: {},
  tagCreated: { name: "text" },
  tagDeleted: { name: "text", previousSnapshot: "id12" },
  branchCreated: { name: "text" },
  branchDeleted: { name: "text", previousSnapshot: "id12" },
  branchReset: { name: "text", previousSnapshot: "id12" },
  newCommit: { branch: "text", newSnapshot: "id12" },
  commitAmended: { branch: "text", previousSnapshot: "id12", newSnapshot: "id12" },
  newDetachedSnapshot: { newSnapshot: "id12" },
  garbageCollected: {},
  snapshotsExpired: {},
  featureFlagChanged: { id: "u16", newValue: "bool", isSet: "bool" },
  statusChanged: { status: { table: "status" } },

  snapshot: {
    id: "id12",
    /** Only in repositories of spec version 1. */
    parentId: "id12?",
    nodes: { tables: "node" },
    flushedAtMicros: "u64",
    message: "text",
    metadata: { tables: "metadataItem" },
    /** Spec version 1; written empty. */
    manifestFilesV1: { vector: "manifestFileV1" },
    manifestFiles: { tables: "manifestFile", optional: true },
    extra: "bytes?",
  },
  node: {
    id: "id8",
    path: "text",
    /** The node's `zarr.json`. */
    userData: "bytes",
    data: { union: ["array", "group"] },
    extra: "bytes?",
  },
  group: {},
  array: {
    /** Spec version 1; written empty. */
    shapeV1: { vector: "dimensionV1" },
    dimensionNames: { tables: "dimensionName", optional: true },
    manifests: { tables: "manifestRef" },
    shape: { tables: "dimension", optional: true },
  },
  dimension: { length: "u64", chunkCount: "u32" },
  dimensionName: { name: "text?" },
  manifestRef: { id: "id12", extents: { vector: "range" } },
  manifestFile: { id: "id12", sizeBytes: "u64", referenceCount: "u32", extra: "bytes?" },
} as const satisfies Record<string, Record<string, FieldType>>;

export type TableName = keyof typeof schema;

interface StructValues {
  id8: Uint8Array;
  id12: Uint8Array;
  /** Half-open range of chunk indices along one axis. */
  range: { from: number; to: number };
  dimensionV1: { length: number; chunkLength: number };
  manifestFileV1: { id: Uint8Array; sizeBytes: number; referenceCount: number };
}

interface NamedValues extends StructValues {
  u8: number;
  bool: boolean;
  u16: number;
  u32: number;
  i32: number;
  u64: number;
  "id12?": Uint8Array | null;
  text: string;
  "text?": string | null;
  bytes: Uint8Array;
  "bytes?": Uint8Array | null;
}

type OrNull<F, V> = F extends { readonly optional: true } ? V | null : V;

type UnionMember<K> = K extends TableName ? { kind: K } & Table<K> : never;

type FieldValue<F> = F extends keyof NamedValues
  ? NamedValues[F]
  : F extends { readonly vector: infer V extends keyof NamedValues }
    ? OrNull<F, NamedValues[V][]>
    : F extends { readonly table: infer T extends TableName }
      ? Table<T>
      : F extends { readonly tables: infer T extends TableName }
        ? OrNull<F, Table<T>[]>
        : F extends { readonly union: readonly (infer M)[] }
          ? UnionMember<M>
          : never;

/** A decoded table: one property per field of the schema. */
export type Table<K extends TableName> = {
  -readonly [F in keyof (typeof schema)[K]]: FieldValue<(typeof schema)[K][F]>;
};

/** Size and alignment in bytes of what is stored in place: in a table, or as the element of a vector. */
export const layouts: Readonly<Record<Scalar | Struct, { size: number; alignment: number }>> = {
  u8: { size: 1, alignment: 1 },
  bool: { size: 1, alignment: 1 },
  u16: { size: 2, alignment: 2 },
  u32: { size: 4, alignment: 4 },
  i32: { size: 4, alignment: 4 },
  u64: { size: 8, alignment: 8 },
  id8: { size: 8, alignment: 1 },
  id12: { size: 12, alignment: 1 },
  range: { size: 8, alignment: 4 },
  dimensionV1: { size: 16, alignment: 8 },
  // 12 bytes of id, 4 of padding, 8, 4, 4 of padding.
  manifestFileV1: { size: 32, alignment: 8 },
};
