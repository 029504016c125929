/**
 * How far a decompressor came.
 *
 * - `stopped`: all the bytes that were asked for are out, and the stream may go on.
 * - `ended`: the stream's end was reached.
 * - `dry`: the input ended before the stream did.
 * - `corrupt`: the stream breaks its format's rules; `fault` says which.
 */
export interface Expansion {
  kind: "stopped" | "ended" | "dry" | "corrupt";
  /** Bytes written to the output. */
  lengthBytes: number;
  /** What is wrong, for a message; null unless `corrupt`. */
  fault: string | null;
}

/** An {@link Expansion} without a fault. */
export function expansion(kind: "stopped" | "ended" | "dry", lengthBytes: number): Expansion {
  return { kind, lengthBytes, fault: null };
}

/** An {@link Expansion} that found a fault after `lengthBytes` good bytes. */
export function corrupt(fault: string, lengthBytes: number): Expansion {
  return { kind: "corrupt", lengthBytes, fault };
}

/** The fault of a stream that goes on behind its block. */
export const TOO_LONG = "the block expands to more bytes than it should";
