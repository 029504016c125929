import { InvalidInputError } from "../errors.js";
import type { ByteRange } from "./byte-store.js";

/**
 * True where `key` stays inside its store: relative, `/`-separated, no empty, `.` or `..` segment, no NUL and no
 * backslash (a separator on Windows).
 */
export function isKey(key: string): boolean {
  const segments = key.split("/");
  const leaves = segments.some((segment) => segment === "" || segment === "." || segment === "..");
  return !leaves && !key.includes("\0") && !key.includes("\\");
}

/**
 * Check that `key` {@link isKey stays inside its store}.
 *
 * @throws InvalidInputError
 */
export function assertKey(key: string, storeUrl: string): void {
  if (!isKey(key)) {
    throw new InvalidInputError(`The key "${key}" does not name an object inside ${storeUrl}.`, {
      details: { key, store: storeUrl },
    });
  }
}

/**
 * Check that a range is made of whole, non-negative numbers of bytes.
 *
 * @throws InvalidInputError
 */
export function assertRange(range: ByteRange, key: string): void {
  const { offset, length } = range;
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
    throw new InvalidInputError(`The range ${offset}+${length} of "${key}" is not a range of bytes.`, {
      details: { key, offset, length },
    });
  }
}
