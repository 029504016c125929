import type { BlockEncoding } from "../codec/block-encoding.js";
import type { ErrorJson } from "../errors.js";
import type { TypedArray } from "../ndarray/dtype.js";
import type { PlannedRead, PlannedSource } from "./read-plan.js";

/** Reads that a decoding thread does in one go. Errors and stores cross threads as plain data. */
export interface DecodeRequest {
  id: number;
  /** Folder and key of each source that `reads` count into. */
  sources: readonly { folder: string; key: string; planned: PlannedSource }[];
  encodings: readonly BlockEncoding[];
  reads: readonly PlannedRead[];
}

/** The pixels of one read, or why there are none. */
export type DecodeResult = { values: TypedArray } | { error: ErrorJson };

/** Answer to a {@link DecodeRequest}: one result a read, in their order. */
export interface DecodeAnswer {
  id: number;
  results: DecodeResult[];
}
