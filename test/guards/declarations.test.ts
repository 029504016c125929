import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { rootPath } from "../support/data-path.js";

/** The declarations that one leads to, and the packages that they name. */
function reachFrom(entry: string): { files: Set<string>; packages: Set<string> } {
  const [files, packages] = [new Set([entry]), new Set<string>()];
  for (const file of files) {
    const text = readFileSync(file, "utf8");
    for (const [, specifier = ""] of text.matchAll(/(?:from |import\()"([^"]+)"/g)) {
      if (!specifier.startsWith(".")) packages.add(specifier);
      else files.add(join(dirname(file), specifier.replace(/\.js$/, ".d.ts")));
    }
  }
  return { files, packages };
}

// What is bundled is not there for who installs the package: a type that names it would be `any`.
it.each(["index.d.ts", "icechunk/index.d.ts", "store/index.d.ts"])(
  "the declarations behind %s name no package that is bundled",
  (entry) => {
    const { files, packages } = reachFrom(join(rootPath, "dist", entry));
    expect(files.size).toBeGreaterThan(10);
    expect([...files].filter((file) => !existsSync(file))).toEqual([]);
    expect([...packages].filter((name) => !name.startsWith("node:"))).toEqual([]);
  },
);
