import { encodeFlexbuffer } from "./format/flexbuffer-encoder.js";
import { compareUtf8 } from "./format/object-id.js";
import type { Table } from "./format/schema.js";
import type { JsonObject } from "./zarr-metadata.js";

/** Metadata of a snapshot or repository as the format stores it: sorted by name, each value a FlexBuffer. */
export function toMetadataItems(metadata: JsonObject): Table<"metadataItem">[] {
  return Object.keys(metadata)
    .sort(compareUtf8)
    .map((name) => ({ name, value: encodeFlexbuffer(metadata[name] ?? null) }));
}
