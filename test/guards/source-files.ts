import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { rootPath } from "../support/data-path.js";

/** A file of `src/` with every module that it imports, as it is written. */
export interface SourceFile {
  /** Relative to `src/`, with forward slashes. */
  path: string;
  imports: string[];
}

const importForms = [
  /^\s*(?:import|export)\s[^"';]*?\sfrom\s+["']([^"']+)["']/gm,
  /^\s*import\s+["']([^"']+)["']/gm,
  /\bimport\(\s*["']([^"']+)["']\s*\)/g,
];

/** Every TypeScript file of `src/` except what is compiled to WebAssembly, which imports nothing of it. */
export function readSourceFiles(): SourceFile[] {
  const src = join(rootPath, "src");
  return readdirSync(src, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".ts") && !path.includes("/assembly/"))
    .sort()
    .map((path) => {
      const text = readFileSync(join(src, path), "utf8");
      const imports = importForms.flatMap((form) => [...text.matchAll(form)].map(([, specifier = ""]) => specifier));
      return { path, imports };
    });
}

/** A file of the checkout, as text. */
export function readText(path: string): string {
  return readFileSync(join(rootPath, path), "utf8");
}
