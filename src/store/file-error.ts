import { InvalidInputError } from "../errors.js";

const explanations: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  EROFS: "the file system is read-only",
  ENOSPC: "no space left on the disk",
  EDQUOT: "the disk quota is used up",
  ENAMETOOLONG: "the name is too long for this file system",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is a file, not a folder",
  EEXIST: "a file lies where a folder should be",
  EMFILE: "too many open files",
};

/** The code of a Node.js system error (`"ENOENT"`), or null for any other value. */
export function errorCode(error: unknown): string | null {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return typeof code === "string" ? code : null;
}

/** True where the path does not lead to an object. */
export function isMissing(error: unknown): boolean {
  const code = errorCode(error);
  return code === "ENOENT" || code === "ENOTDIR";
}

/**
 * `error` as an `InvalidInputError` that names the path and what to mend, where a person can mend it (permissions,
 * space); any other error unchanged.
 */
export function toFileError(error: unknown, action: "read" | "write" | "list" | "delete", path: string): unknown {
  const code = errorCode(error);
  const explanation = code === null ? undefined : explanations[code];
  if (code === null || explanation === undefined) return error;
  return new InvalidInputError(`Cannot ${action} ${path}: ${explanation} (${code}).`, {
    details: { path, code },
    cause: error,
  });
}
