import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { rootPath } from "../support/data-path.js";
import { createSharedTempDir } from "../support/temp-dir.js";
import { createProject, outputsOf, programOf, readSnippets } from "./page-program.js";

const page = "docs/time-passing.md";
const snippets = readSnippets(page);
const project = createSharedTempDir();
beforeAll(() => createProject(project));

describe(page, () => {
  it("shows what its snippets print, run from top to bottom", async () => {
    expect(snippets).toHaveLength(4);
    expect(await outputsOf(snippets, project, "time-passing")).toEqual(snippets.map(({ output }) => output));
  });

  it("has a program that a compiler accepts, by the declarations of the package", async () => {
    const folder = join(project, "typed");
    mkdirSync(folder);
    writeFileSync(join(folder, "page.ts"), programOf(snippets));
    const compilerOptions = { module: "NodeNext", target: "ES2022", noEmit: true, types: ["node"] };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
    const tsc = join(rootPath, "node_modules", ".bin", "tsc");
    const { stdout } = await promisify(execFile)(tsc, ["-p", folder]).catch((error: { stdout: string }) => error);
    expect(stdout).toBe("");
  });

  it("shows commands with flags that they have", async () => {
    const text = readFileSync(join(rootPath, page), "utf8");
    const commands = [...text.matchAll(/^ {4}pixelquery (.*)$/gm)].map(([, line = ""]) => line.split(" "));
    expect(commands.length).toBeGreaterThan(4);
    for (const [name = "", ...words] of commands) {
      const main = join(rootPath, "dist/cli/main.js");
      const { stdout } = await promisify(execFile)(process.execPath, [main, name, "--help"]);
      for (const flag of words.filter((word) => word.startsWith("-"))) expect(stdout).toContain(flag);
    }
  });
});
