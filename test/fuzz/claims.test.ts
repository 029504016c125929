import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rootPath } from "../support/data-path.js";
import { createSharedTempDir } from "../support/temp-dir.js";
import { bundledSeeds } from "./corpus.js";
import { bundleChild, ReaderProcess } from "./reader-process.js";
import { LIMIT_BYTES } from "./run-fuzz.js";
import { readLayout, writeNumber } from "./tiff-layout.js";

const seeds = bundledSeeds(rootPath);
const LONG = 4;

/** A file of three thousand bytes or so in which these tags claim a number. */
function claim(name: string, tags: readonly number[], value: number): Uint8Array {
  const bytes = seeds.find((seed) => seed.name === name)!.bytes.slice();
  const view = new DataView(bytes.buffer);
  const { littleEndian, directories } = readLayout(bytes);
  for (const { at, tag } of directories[0]!.fields) {
    if (!tags.includes(tag)) continue;
    writeNumber(view, littleEndian, at + 2, 2, LONG);
    writeNumber(view, littleEndian, at + 4, 4, 1);
    writeNumber(view, littleEndian, at + 8, 4, value);
  }
  return bytes;
}

describe("a small file that claims to be huge is met without a hang and in bounded memory", () => {
  const temp = createSharedTempDir();
  let reader: ReaderProcess;
  beforeAll(async () => {
    mkdirSync(join(temp, "program"));
    reader = new ReaderProcess(await bundleChild(rootPath, join(temp, "program")));
    // What is loaded and compiled once is nobody's fault.
    const path = join(temp, "sound.tif");
    writeFileSync(path, seeds[0]!.bytes);
    await reader.read({ path, withValues: false });
  });
  afterAll(() => reader.close());

  const names = ["none-strips", "lzw-one-strip-float64", "deflate-tiles-2-overviews", "jpeg-gray-tiles", "lerc-tiles"];
  const claims: [string, number[]][] = [
    ["columns", [256]],
    ["rows", [257]],
    ["columns and rows", [256, 257]],
    ["rows of a strip or tile", [278, 323]],
    ["columns, rows and one block of them", [256, 257, 278, 322, 323]],
    ["bands", [277]],
  ];
  const cases = names.flatMap((name) =>
    claims.flatMap(([what, tags]) =>
      [30_000, 65_535, 2 ** 20, 2 ** 31 - 1].map((value) => ({ name, what, tags, value })),
    ),
  );

  it.each(cases)("$name of $value $what", async ({ name, tags, value }) => {
    const path = join(temp, "claim.tif");
    writeFileSync(path, claim(name, tags, value));
    const outcome = await reader.read({ path, withValues: false });
    expect(["pixels", "refused"]).toContain(outcome.kind);
    expect("grownBytes" in outcome && outcome.grownBytes).toBeLessThan(LIMIT_BYTES);
  });
});
