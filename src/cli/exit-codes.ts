import type { ErrorName } from "../errors.js";

/** All went well. */
export const EXIT_OK = 0;
/** Done, but some inputs failed. */
export const EXIT_SOME_FAILED = 1;
/** The call itself was wrong. */
export const EXIT_WRONG_CALL = 2;
/** A fault of this program: EX_SOFTWARE of sysexits.h. */
export const EXIT_UNEXPECTED = 70;
/** Stopped from the keyboard: 128 and the number of SIGINT, as shells have it. */
export const EXIT_INTERRUPTED = 130;
/** Asked to end by another program: 128 and the number of SIGTERM. */
export const EXIT_TERMINATED = 143;

const exitCodes = {
  InvalidInputError: EXIT_WRONG_CALL,
  ExpressionError: EXIT_WRONG_CALL,
  SelectionError: EXIT_WRONG_CALL,
  NotFoundError: 3,
  UnsupportedError: 4,
  GridMismatchError: 4,
  CorruptDataError: 5,
  SourceChangedError: 5,
  ConflictError: 6,
  UnavailableError: 7,
} as const satisfies Record<ErrorName, number>;

/** The exit code for an error of this name; that of a fault of the program where the name is none of the library's. */
export function exitCodeOf(errorName: string): number {
  return Object.hasOwn(exitCodes, errorName) ? exitCodes[errorName as ErrorName] : EXIT_UNEXPECTED;
}
