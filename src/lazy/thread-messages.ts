import type { BlockEncoding } from "../codec/block-encoding.js";
import type { ErrorJson } from "../errors.js";
import type { TypedArray } from "../ndarray/dtype.js";
import type { ByteRange, ByteStore, ObjectInfo, StoredBytes } from "../store/index.js";
import type { BlockProgram, BlockTask } from "./engine/block-task.js";
import type { BlockOutput } from "./engine/evaluate-block.js";
import type { PlannedRead, PlannedSource } from "./read-plan.js";

// What crosses between threads, as plain data. Errors travel as JSON; stores stay where they are.

/** A source as a thread finds it: a file that it opens itself, or one of the stores of the request, which it asks for bytes. */
export interface SourcePlace {
  /** Folder of a local file; null for an object in a store. */
  readonly folder: string | null;
  /** Index into the request's stores. */
  readonly store: number;
  /** What the store says of itself. */
  readonly described: Pick<ByteStore, "url" | "timePrecisionMs">;
  readonly key: string;
  readonly planned: PlannedSource;
}

/** Reads that a thread does in one go. */
export interface DecodeJob {
  readonly kind: "decode";
  readonly sources: readonly SourcePlace[];
  readonly encodings: readonly BlockEncoding[];
  readonly reads: readonly PlannedRead[];
}

/** A block to compute. */
export interface BlockJob {
  readonly kind: "block";
  /** Number of a program that the thread was given before. */
  readonly program: number;
  readonly task: BlockTask;
  /** For each source of the program those of its plan. */
  readonly sources: readonly (readonly SourcePlace[])[];
  /** Shared: not 0 once nobody wants the answer. */
  readonly cancelled: Int32Array;
}

export type Job = DecodeJob | BlockJob;

/** The pixels of one read, or why there are none. */
export type DecodeResult = { values: TypedArray } | { error: ErrorJson };

/** What a thread is told. */
export type ToThread =
  | { readonly kind: "job"; readonly id: number; readonly job: Job }
  | { readonly kind: "program"; readonly program: number; readonly value: BlockProgram }
  | { readonly kind: "forget"; readonly program: number }
  | { readonly kind: "bytes"; readonly call: number; readonly answer: StoreAnswer };

/** What a store said, for a thread that asked. */
export type StoreAnswer =
  | StoredBytes
  | { readonly head: ObjectInfo }
  | { readonly missing: true }
  | { readonly error: ErrorJson };

/** What a thread says. */
export type FromThread =
  | { readonly kind: "decoded"; readonly id: number; readonly results: DecodeResult[] }
  | { readonly kind: "computed"; readonly id: number; readonly outputs: BlockOutput[] }
  | { readonly kind: "failed"; readonly id: number; readonly error: ErrorJson }
  | { readonly kind: "progress"; readonly id: number; readonly reads: number }
  | {
      readonly kind: "ask";
      readonly id: number;
      readonly call: number;
      readonly store: number;
      readonly key: string;
      /** null to ask for size and version alone. */
      readonly range: ByteRange | null;
    };
