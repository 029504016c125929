/**
 * Every error thrown on purpose: one class for each thing the *caller* can do about it.
 *
 * A message says what happened, to which file, with both values where two disagree, and what to do. `details` holds
 * the same facts as JSON. Custom errors lose their class and fields in `structuredClone`, so between threads and over
 * HTTP they travel as {@link errorToJson} and come back through {@link errorFromJson}.
 */

/** A value that survives `JSON.stringify` unchanged. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What an error carries beside its message. */
export interface ErrorOptionsWithDetails {
  /** The facts behind the message, for programs: paths, values, positions. */
  details?: Readonly<Record<string, Json>>;
  /** The error that led to this one. */
  cause?: unknown;
}

/** In the registry of all of the program's code: two copies of this library know each other's errors by it. */
const brand = Symbol.for("pixelquery.error");

abstract class BaseError extends Error {
  abstract override readonly name: ErrorName;
  readonly details: Readonly<Record<string, Json>>;

  constructor(message: string, options: ErrorOptionsWithDetails = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.details = options.details ?? {};
  }

  get [brand](): true {
    return true;
  }

  /** What `JSON.stringify` writes; {@link errorFromJson} reads it back. */
  toJSON(): ErrorJson {
    return errorToJson(this);
  }
}

/** The call itself is wrong: an option, a flag, a type. Mend the call. */
export class InvalidInputError extends BaseError {
  override readonly name = "InvalidInputError";
}

/** Band math that does not parse or names a band that is not there; `details.position` is the fault's index. */
export class ExpressionError extends BaseError {
  override readonly name = "ExpressionError";
}

/** A label, time, band or coordinate that selects nothing that exists. */
export class SelectionError extends BaseError {
  override readonly name = "SelectionError";
}

/** A path, warehouse, snapshot, branch, tag or product that is not there. */
export class NotFoundError extends BaseError {
  override readonly name = "NotFoundError";
}

/** Two grids (CRS, transform, shape) that would have to be resampled to meet. */
export class GridMismatchError extends BaseError {
  override readonly name = "GridMismatchError";
}

/** Valid input that this version does not read or do; the message names what. */
export class UnsupportedError extends BaseError {
  override readonly name = "UnsupportedError";
}

/** Bytes that are not what their format promises: truncated, looping, contradictory. */
export class CorruptDataError extends BaseError {
  override readonly name = "CorruptDataError";
}

/** The bytes behind a reference are no longer those that were recorded, or are gone. */
export class SourceChangedError extends BaseError {
  override readonly name = "SourceChangedError";
}

/** Another writer was faster, or holds what is needed. Try again. */
export class ConflictError extends BaseError {
  override readonly name = "ConflictError";
}

/** A server that does not answer, or says that it cannot now, or was cut off while answering. Try again later. */
export class UnavailableError extends BaseError {
  override readonly name = "UnavailableError";
}

const classes = {
  InvalidInputError,
  ExpressionError,
  SelectionError,
  NotFoundError,
  GridMismatchError,
  UnsupportedError,
  CorruptDataError,
  SourceChangedError,
  ConflictError,
  UnavailableError,
} as const;

/** The name of an error class of this library. */
export type ErrorName =
  | "InvalidInputError"
  | "ExpressionError"
  | "SelectionError"
  | "NotFoundError"
  | "GridMismatchError"
  | "UnsupportedError"
  | "CorruptDataError"
  | "SourceChangedError"
  | "ConflictError"
  | "UnavailableError";

/** Any error that this library throws on purpose. */
export type PixelQueryError = InstanceType<(typeof classes)[ErrorName]>;

/** An error as plain data. `name` is a class of ours or, for a foreign error, its own name. */
export interface ErrorJson {
  name: string;
  message: string;
  details?: Readonly<Record<string, Json>>;
}

/**
 * True where `error` was thrown on purpose by this library, and, with `name`, where it is of that class. Unlike
 * `instanceof` it also knows the errors of a second copy of the library in the same program.
 *
 * @example
 * if (isPixelQueryError(error, "NotFoundError")) console.error(error.details);
 */
export function isPixelQueryError(error: unknown, name?: ErrorName): error is PixelQueryError {
  return error instanceof Error && brand in error && (name === undefined || error.name === name);
}

/** An error as plain data, `cause` left out. Foreign errors keep their name and message. */
export function errorToJson(error: unknown): ErrorJson {
  if (isPixelQueryError(error)) {
    const plain: ErrorJson = { name: error.name, message: error.message };
    if (Object.keys(error.details).length > 0) plain.details = error.details;
    return plain;
  }
  if (error instanceof Error) return { name: error.name, message: error.message };
  return { name: "Error", message: String(error) };
}

/** The error that {@link errorToJson} described, of its own class again; a foreign name becomes a plain `Error`. */
export function errorFromJson(json: ErrorJson): Error {
  if (Object.hasOwn(classes, json.name)) {
    const Class = classes[json.name as ErrorName];
    return new Class(json.message, json.details ? { details: json.details } : {});
  }
  const error = new Error(json.message);
  error.name = json.name;
  return error;
}
