import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, it } from "vitest";

/** The checkout's root, absolute. */
export const rootPath: string = fileURLToPath(new URL("../../", import.meta.url)).replace(/[\\/]$/, "");

/** The 19 Landsat scenes on one grid that the package bundles. */
export const oneGridPath: string = resolve(rootPath, "data/landsat8-new-york/one-grid");

/** An absolute path below `test/fixtures`. */
export function fixturePath(...segments: string[]): string {
  return resolve(rootPath, "test/fixtures", ...segments);
}

/**
 * The large data set's folder: where `PIXELQUERY_DATA` points, else `../shared/data` beside the checkout; null where
 * there is none. A clone alone does not hold it.
 */
export const dataPath: string | null = findDataPath();

function findDataPath(): string | null {
  const path = process.env.PIXELQUERY_DATA ?? resolve(rootPath, "../shared/data");
  return existsSync(resolve(path, "MANIFEST.csv")) ? path : null;
}

/** A `describe` over the large data set; where it is absent, one skipped test that says so. */
export function describeWithData(title: string, body: (dataPath: string) => void): void {
  describe(title, () => {
    if (dataPath !== null) body(dataPath);
    else it.skip("needs the large data set: set PIXELQUERY_DATA to its folder");
  });
}
