import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import * as pixelquery from "../../src/index.js";
import { rootPath } from "../support/data-path.js";
import { createSharedTempDir } from "../support/temp-dir.js";
import { createProject, outputsOf, programOf, readSnippets, withoutIds } from "./page-program.js";

const run = promisify(execFile);

const pages = [
  { page: "docs/cube/README.md", snippets: 1 },
  { page: "docs/cube/labels.md", snippets: 9 },
  { page: "docs/cube/missing-values.md", snippets: 5 },
  { page: "docs/cube/masks.md", snippets: 6 },
  { page: "docs/cube/reductions.md", snippets: 8 },
  { page: "docs/cube/how-it-runs.md", snippets: 9 },
];
const nameOf = (page: string) => page.replace(/^.*\/|\.md$/g, "").toLowerCase();

const project = createSharedTempDir();
beforeAll(() => createProject(project));

describe.each(pages)("$page", ({ page, snippets: count }) => {
  const snippets = readSnippets(page);

  it("has snippets, and no block of code that is not one", () => {
    expect(snippets).toHaveLength(count);
    const fences = readFileSync(join(rootPath, page), "utf8").match(/^```.*$/gm) ?? [];
    expect(fences.filter((fence) => !["```", "```ts", "```text"].includes(fence))).toEqual([]);
    const outputs = snippets.filter(({ output }) => output !== "");
    expect(fences.filter((fence) => fence === "```text")).toHaveLength(outputs.length);
  });

  it("shows what its snippets print, run from top to bottom", async () => {
    const printed = await outputsOf(snippets, project, nameOf(page));
    expect(printed.map(withoutIds)).toEqual(snippets.map(({ output }) => output));
  });

  it("has links that lead somewhere", () => {
    const text = readFileSync(join(rootPath, page), "utf8");
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, link = ""]) => link);
    expect(links.filter((link) => !existsSync(join(rootPath, dirname(page), link)))).toEqual([]);
  });
});

describe("what the pages show", () => {
  const oracle = JSON.parse(readFileSync(new URL("./oracle.json", import.meta.url), "utf8")) as Record<
    string,
    string[]
  >;

  it.each(["README", "missing-values", "masks", "reductions"])("in %s.md, is what xarray answers", (name) => {
    const outputs = readSnippets(`docs/cube/${name}.md`).map(({ output }) => output);
    const shown = outputs.join("").split("\n");
    const lines = oracle[name] ?? [];
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.filter((line) => !shown.some((other) => other.endsWith(line)))).toEqual([]);
  });
});

describe("docs/cube", () => {
  it("has no page that the tests do not run", () => {
    const there = readdirSync(join(rootPath, "docs/cube")).map((name) => `docs/cube/${name}`);
    expect(there.sort()).toEqual(pages.map(({ page }) => page).sort());
  });

  it("has programs that a strict compiler accepts, by the declarations of the package", async () => {
    const folder = join(project, "typed");
    mkdirSync(folder);
    for (const { page } of pages) writeFileSync(join(folder, `${nameOf(page)}.ts`), programOf(readSnippets(page)));
    const compilerOptions = { strict: true, module: "NodeNext", target: "ES2022", noEmit: true, types: ["node"] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
    const tsc = join(rootPath, "node_modules", ".bin", "tsc");
    const { stdout } = await run(tsc, ["-p", folder]).catch((error: { stdout: string }) => error);
    expect(stdout).toBe("");
  });

  it("translates xarray into methods that there are", () => {
    const text = readFileSync(join(rootPath, "docs/cube/README.md"), "utf8");
    const ours = [...text.slice(text.indexOf("## If you know xarray")).matchAll(/^\| .* \| (.*) \|$/gm)].map(
      ([, cell = ""]) => cell,
    );
    const known = new Set([
      ...Object.keys(pixelquery),
      ...[pixelquery.Dataset, pixelquery.DataArray].flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype)),
    ]);
    const called = ours.flatMap((cell) => [...cell.matchAll(/(\w+)\(/g)].map(([, name = ""]) => name));
    expect(called.length).toBeGreaterThan(30);
    expect(called.filter((name) => !known.has(name))).toEqual([]);
  });
});
