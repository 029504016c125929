import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { transform } from "esbuild";
import { rootPath } from "../support/data-path.js";

const run = promisify(execFile);

/** A snippet of a page, and what the page says that it prints: "" where it shows no output. */
export interface Snippet {
  readonly code: string;
  readonly output: string;
}

/** The snippets of a page, from top to bottom: blocks fenced as `ts`, and blocks fenced as `text` right below them. */
export function readSnippets(page: string): Snippet[] {
  const text = readFileSync(join(rootPath, page), "utf8");
  return [...text.matchAll(/^```ts\n(.*?)^```\n(?:\n?```text\n(.*?)^```\n)?/gms)].map(([, code = "", output = ""]) => ({
    code,
    output,
  }));
}

/** A stranger's project: the package is where npm would put it, and the scenes lie in `data`, as in a checkout. */
export function createProject(folder: string): void {
  mkdirSync(join(folder, "node_modules", "@types"), { recursive: true });
  symlinkSync(rootPath, join(folder, "node_modules", "pixelquery"));
  symlinkSync(join(rootPath, "node_modules", "@types", "node"), join(folder, "node_modules", "@types", "node"));
  symlinkSync(join(rootPath, "data"), join(folder, "data"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
}

/** Snippets as one module: those below use the names of those above. */
export function programOf(snippets: readonly Snippet[], between = ""): string {
  return snippets.map(({ code }) => code).join(between);
}

/** A line that no snippet prints. */
const BETWEEN = "=== the next snippet ===";

/** What each snippet prints when the page is run from top to bottom. */
export async function outputsOf(snippets: readonly Snippet[], project: string, name: string): Promise<string[]> {
  const program = programOf(snippets, `console.log(${JSON.stringify(BETWEEN)});\n`);
  const { code } = await transform(program, { loader: "ts", format: "esm", target: "node20" });
  const folder = join(project, name);
  mkdirSync(folder, { recursive: true });
  symlinkSync(join(project, "data"), join(folder, "data"));
  writeFileSync(join(folder, "page.mjs"), code);
  const env = { ...process.env, FORCE_COLOR: "0" };
  const { stdout } = await run(process.execPath, ["page.mjs"], { cwd: folder, env });
  return stdout.split(`${BETWEEN}\n`);
}

/** Output without what differs from run to run: folders and ids of snapshots. */
export function withoutIds(output: string): string {
  return output.replace(/\S*\/landsat at [0-9A-Z]{20}/g, "landsat at …").replace(/\b[0-9A-Z]{20}\b/g, "…");
}
