import { InvalidInputError } from "../errors.js";

/** Why a pixel has a value or none: the codes of the `Uint8Array` that lies beside the values of an `NdArray`. */
export const Status = {
  /** There is a value. */
  valid: 0,
  /** No scene covers this place. */
  uncovered: 1,
  /** A scene covers it, and the source says that it has no value there. */
  nodata: 2,
  /** A mask or a condition took the value away. */
  masked: 3,
  /** Arithmetic without a finite answer: 0/0, x/0, the log or root of a negative, NaN in the source. */
  undefined: 4,
  /** The bytes could not be read, and the caller asked to mark that instead of stopping. */
  failed: 5,
} as const;

/** A status in words, as `timeseries --json` writes it. */
export type StatusName = keyof typeof Status;

/** One of the codes in {@link Status}. */
export type StatusCode = (typeof Status)[StatusName];

const names = Object.keys(Status) as StatusName[];

/**
 * The word for a status code.
 *
 * @throws InvalidInputError where `code` is none.
 */
export function statusName(code: number): StatusName {
  const name = names[code];
  if (name === undefined) throw new InvalidInputError(`${code} is not a status code (0 to 5)`, { details: { code } });
  return name;
}

/**
 * How much each code explains, least first: valid, uncovered, nodata, undefined, masked, failed.
 *
 * A failed read outranks all, because someone can act on it; after that whatever came closest to being a value.
 */
const rank = Uint8Array.of(0, 1, 2, 4, 3, 5);

/** The answer for each pair, at `a * 8 + b`: a look-up without a branch, since this runs once a pixel. */
const combined = Uint8Array.from({ length: 64 }, (_, pair) => {
  const [a, b] = [pair >> 3, pair & 7];
  return (rank[a] ?? 0) >= (rank[b] ?? 0) ? a : b;
});

/**
 * The status of a result that needs both inputs, or of a reduction in which nothing was left: the one that explains
 * most (failed, masked, undefined, nodata, uncovered, in this order), and `valid` only where both are.
 *
 * A maximum over a total order, so the grouping and order of the inputs, and thus block sizes and threads, change
 * nothing.
 */
export function combineStatus(a: number, b: number): number {
  return combined[((a & 7) << 3) | (b & 7)]!;
}
