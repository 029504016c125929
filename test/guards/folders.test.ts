import { readdirSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, expect, it } from "vitest";
import { rootPath } from "../support/data-path.js";
import { readSourceFiles, readText } from "./source-files.js";

/** The table of ARCHITECTURE.md: what each folder or file of `src/` may import; null for anything. */
function readFolderTable(): Map<string, string[] | null> {
  const rows = readText("ARCHITECTURE.md").matchAll(/^\| `([\w./-]+)` \| .* \| ([^|]+) \|$/gm);
  const table = new Map<string, string[] | null>();
  for (const [, name = "", allowed = ""] of rows) {
    if (!name.endsWith("/") && !name.endsWith(".ts")) continue;
    const names = allowed.trim() === "nothing" ? [] : allowed.split(",").map((part) => part.trim());
    table.set(name.replace(/\/$|\.ts$/, ""), allowed.trim() === "anything" ? null : names);
  }
  return table;
}

/** The part of the house that a file of `src/` belongs to: its folder, or its own name at the top. */
const partOf = (path: string) => path.split("/")[0]?.replace(/\.[jt]s$/, "") ?? "";

const table = readFolderTable();
const files = readSourceFiles();

describe("the folder table of ARCHITECTURE.md", () => {
  it("has a row for everything in src, and nothing else", () => {
    const there = readdirSync(join(rootPath, "src")).map(partOf);
    expect([...table.keys()].sort()).toEqual(there.sort());
  });

  it("names only parts that exist", () => {
    const named = [...table.values()].flatMap((names) => names ?? []);
    expect(named.filter((name) => !table.has(name))).toEqual([]);
  });

  it("is kept by every import", () => {
    const broken = files.flatMap(({ path, imports }) => {
      const from = partOf(path);
      const allowed = table.get(from);
      const parts = imports
        .filter((specifier) => specifier.startsWith("."))
        .map((specifier) => partOf(posix.join(posix.dirname(path), specifier)));
      if (allowed === null) return [];
      return parts.filter((part) => part !== from && !allowed?.includes(part)).map((part) => `${path} imports ${part}`);
    });
    expect(broken).toEqual([]);
  });

  it("is checked against imports that are really found", () => {
    const relative = files.flatMap(({ imports }) => imports.filter((specifier) => specifier.startsWith(".")));
    expect(files.length).toBeGreaterThan(100);
    expect(relative.length).toBeGreaterThan(300);
    expect(files.find(({ path }) => path === "lazy/block-reader.ts")?.imports).toContain("../codec/block-decoder.js");
    expect(files.find(({ path }) => path === "index.ts")?.imports).toContain("./open-cog.js");
  });
});

describe("src", () => {
  it("never reads TIFF headers where questions are answered, and knows no rasters in the Icechunk format", () => {
    for (const part of ["cube", "lazy"]) expect(table.get(part)).not.toContain("cog");
    expect(table.get("icechunk")?.sort()).toEqual(["errors", "store"]);
  });

  it("imports the official Icechunk binding nowhere", () => {
    const users = files.filter(({ imports }) => imports.some((specifier) => specifier.startsWith("@earthmover/")));
    expect(users).toEqual([]);
  });

  it("has no drawer for what has no name", () => {
    const drawers = /(^|[/-])(utils?|helpers?|common|manager|service|process|misc)([./-]|$)/;
    expect(files.map(({ path }) => path).filter((path) => drawers.test(path))).toEqual([]);
  });
});
