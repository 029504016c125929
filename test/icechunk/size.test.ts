import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { rootPath } from "../support/data-path.js";

interface Program {
  code: number;
  withZstd: number;
  modules: { name: string; bytes: number }[];
}

/** Sizes in bytes, minified and gzipped, by what a program does. */
const { decoder, programs } = JSON.parse(
  execFileSync(process.execPath, [join(rootPath, "bench/icechunk/size.mjs"), "--json"], { encoding: "utf8" }),
) as { decoder: number; programs: Record<string, Program> };

const modulesOf = (program: string) => programs[program]?.modules.map(({ name }) => name.replace("src/icechunk/", ""));

// A limit is a decision: raise it for something that every reader, or every writer, needs.
describe("what a program loads of the storage engine, zstd aside", () => {
  test("is less than 12 KB to read", () => {
    expect(programs.reading?.code).toBeLessThan(12_000);
  });

  test("is less than 24 KB to read and write", () => {
    expect(programs.writing?.code).toBeLessThan(24_000);
  });

  test("has nothing of writing in it where it only reads, and of administration only where it administers", () => {
    const [reading, writing, administering] = [modulesOf("reading"), modulesOf("writing"), modulesOf("administering")];
    expect(reading).toContain("manifest-reader.ts");
    expect(reading).not.toContain("commit.ts");
    expect(reading).not.toContain("format/table-encoder.ts");
    expect(writing).toContain("commit.ts");
    expect(writing).not.toContain("garbage-collection.ts");
    expect(writing).not.toContain("rebase.ts");
    // Published files hold whole modules: what the index imports, every program loads whose bundler cannot look inside.
    expect(modulesOf("importing all that is public")).toContain("writable-session.ts");
    expect(modulesOf("importing all that is public")).not.toContain("commit.ts");
    expect(administering).toContain("garbage-collection.ts");
    expect(administering).not.toContain("v1-refs.ts");
  });

  test("is less than 16.5 KB to read with the zstd decoder, and less than 28.5 KB to read and write", () => {
    expect(decoder).toBeLessThan(5_000);
    expect(programs.reading?.withZstd).toBeLessThan(16_500);
    expect(programs.writing?.withZstd).toBeLessThan(28_500);
  });

  test("has neither the zstd encoder in it nor the decoder in plain JavaScript", () => {
    expect(
      modulesOf("reading")
        ?.filter((name) => name.startsWith("zstd/"))
        .sort(),
    ).toEqual([
      "zstd/compile-wasm.ts",
      "zstd/compress.ts",
      "zstd/decompress.ts",
      "zstd/fault.ts",
      "zstd/frame-reader.ts",
      "zstd/padded-input.ts",
      "zstd/wasm-blocks.ts",
      "zstd/zstd-wasm.ts",
    ]);
  });
});
