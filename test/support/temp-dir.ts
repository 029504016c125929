import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, onTestFinished } from "vitest";

/** The path of a new empty folder that is removed with all it holds when the running test ends. Call it inside a test. */
export function createTempDir(): string {
  const path = createEmptyDir();
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** As {@link createTempDir}, but kept until the file or `describe` ends. Call it outside of tests. */
export function createSharedTempDir(): string {
  const path = createEmptyDir();
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function createEmptyDir(): string {
  return mkdtempSync(join(tmpdir(), "pixelquery-test-"));
}
