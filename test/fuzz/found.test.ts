import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fixturePath } from "../support/data-path.js";
import { createSharedTempDir } from "../support/temp-dir.js";
import { readFile } from "./read-file.js";

/** A broken file that was once met wrongly. See the README beside the fixture. */
interface FoundCase {
  case: number;
  /** What was wrong. */
  was: string;
  /** Class and message of the error that is right, the file's path left out; null where pixels are right. */
  error: string | null;
  message: string | null;
  /** md5 of the pixels that GDAL reads; null where it reads none, or the file is refused. */
  gdalMd5: string | null;
  /** The broken file in base64. */
  tiff: string;
}

const found: FoundCase[] = JSON.parse(readFileSync(fixturePath("fuzz", "found.json"), "utf8"));

describe("what the fuzzer has found stays mended", () => {
  const temp = createSharedTempDir();

  it.each(found.map((one) => [one.case, one.was, one] as const))("case %i: %s", async (number, _was, right) => {
    const path = join(temp, `found-${number}.tif`);
    writeFileSync(path, Buffer.from(right.tiff, "base64"));
    const { kind, errorName, message, pixels } = await readFile(path);
    if (right.error === null) {
      expect({ kind, md5: pixels?.md5 }).toEqual({ kind: "pixels", md5: right.gdalMd5 });
      return;
    }
    expect({ kind, errorName, message }).toEqual({
      kind: "refused",
      errorName: right.error,
      message: `${path}: ${right.message}`,
    });
  });
});
