import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rootPath } from "../support/data-path.js";
import { readSourceFiles, readText } from "./source-files.js";

interface LockedPackage {
  dev?: boolean;
  hasInstallScript?: boolean;
  integrity?: string;
  optional?: boolean;
  resolved?: string;
  dependencies?: Record<string, string>;
}

const manifest = JSON.parse(readText("package.json")) as Record<string, Record<string, string> | undefined>;
const lock = JSON.parse(readText("package-lock.json")) as { packages: Record<string, LockedPackage> };

/** Packages that src imports by name, `node:` modules left out, and those whose WebAssembly is bundled as text. */
function importedPackages(): string[] {
  const specifiers = readSourceFiles().flatMap(({ imports }) => imports);
  const packaged = [...readText("scripts/packaged-wasm.mjs").matchAll(/\bpackage: "([^"]+)"/g)].map(
    ([, name = ""]) => name,
  );
  const names = [...specifiers, ...packaged]
    .filter((specifier) => !specifier.startsWith(".") && !specifier.startsWith("node:"))
    .map((specifier) =>
      specifier
        .split("/")
        .slice(0, specifier.startsWith("@") ? 2 : 1)
        .join("/"),
    );
  return [...new Set(names)].sort();
}

/** Where the lock file puts a package that another one, at `from`, depends on. */
function locate(name: string, from: string): string {
  for (let at = from; at !== ""; at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")))) {
    if (lock.packages[`${at}/node_modules/${name}`]) return `${at}/node_modules/${name}`;
  }
  return `node_modules/${name}`;
}

/** The packages with all that they depend on, as paths in the lock file. */
function withTheirDependencies(names: readonly string[]): string[] {
  const found = new Set<string>();
  const visit = (path: string) => {
    if (found.has(path)) return;
    found.add(path);
    for (const name of Object.keys(lock.packages[path]?.dependencies ?? {})) visit(locate(name, path));
  };
  for (const name of names) visit(`node_modules/${name}`);
  return [...found].sort();
}

describe("what PixelQuery is made of at run time", () => {
  it("is this list of packages, and no other", () => {
    expect(importedPackages()).toEqual([
      "@cwasm/webp",
      "aws4fetch",
      "cli-progress",
      "commander",
      "d3-scale",
      "fast-png",
      "fast-string-width",
      "hyparquet",
      "hyparquet-writer",
      "js-yaml",
      "lerc",
      "picocolors",
      "picomatch",
      "proj4",
      "saxes",
      "valibot",
      "zstddec",
    ]);
  });

  it("is written down in package.json, to the exact version", () => {
    const declared = { ...manifest.dependencies, ...manifest.devDependencies };
    expect(importedPackages().filter((name) => declared[name] === undefined)).toEqual([]);
    expect(Object.entries(declared).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
    expect([manifest.optionalDependencies, manifest.peerDependencies]).toEqual([undefined, undefined]);
  });

  it("holds nothing native and runs nothing when it is installed", () => {
    const runtime = withTheirDependencies([...importedPackages(), ...Object.keys(manifest.dependencies ?? {})]);
    expect(runtime).toContain("node_modules/proj4");
    expect(runtime).toContain("node_modules/mgrs");
    const native = runtime.filter((path) => {
      const folder = join(rootPath, path);
      const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
      const own = JSON.parse(readText(`${path}/package.json`)) as { gypfile?: boolean };
      const isNative = names.some((name) => name.endsWith(".node") || name.endsWith("binding.gyp"));
      return isNative || own.gypfile === true || lock.packages[path]?.hasInstallScript === true;
    });
    expect(native).toEqual([]);
  });

  it("would be found out if it were native", () => {
    // The official Icechunk binding, a development dependency, is: so the rule above can fail.
    const engine = withTheirDependencies(["@earthmover/icechunk"]);
    const folders = engine.map((path) => join(rootPath, path)).filter(existsSync);
    const files = folders.flatMap((folder) => readdirSync(folder, { recursive: true, encoding: "utf8" }));
    const optional = readdirSync(join(rootPath, "node_modules/@earthmover"));
    expect([...files, ...optional].some((name) => name.endsWith(".node") || name.startsWith("icechunk-"))).toBe(true);
  });

  it("is locked by checksum where it is needed, and the lock names no registry: whoever installs it chooses theirs", () => {
    const locked = Object.entries(lock.packages).filter(([path]) => path !== "");
    expect(locked.length).toBeGreaterThan(50);
    // A registry that lacks a platform's optional package leaves its checksum unknown; see decision 053.
    const unsure = locked.filter(([, { integrity, optional }]) => !integrity?.startsWith("sha512-") && !optional);
    expect(unsure.map(([path]) => path)).toEqual([]);
    expect(locked.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
  });
});
