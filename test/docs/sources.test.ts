import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { rootPath } from "../support/data-path.js";
import { createSharedTempDir } from "../support/temp-dir.js";
import { archives } from "./archives.js";
import { withoutIds } from "./page-program.js";

const folder = createSharedTempDir();

/** Commands of a page, fence by fence, and what the page says that they print together. */
function readCommands(page: string): { commands: string[]; output: string }[] {
  const text = readFileSync(join(rootPath, "docs/sources", page), "utf8");
  return [...text.matchAll(/^```sh\n(.*?)^```\n\n```text\n(.*?)^```\n/gms)].map(([, code = "", output = ""]) => ({
    commands: code.trim().split("\n"),
    output,
  }));
}

/** What a command line prints for people, run by a shell as they would. */
function runLine(line: string, cwd: string): string {
  const program = `"${process.execPath}" "${join(rootPath, "dist/cli/main.js")}"`;
  // As where the program is installed: under npm it names itself otherwise.
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("npm_"));
  const env = { ...Object.fromEntries(own), NO_COLOR: "1", COLUMNS: "120" };
  const command = line.replace(/^pixelquery /, `${program} `);
  return execFileSync("bash", ["-c", command], { cwd, env, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

/** Output without what differs from run to run. */
function withoutTimes(output: string): string {
  return withoutIds(output)
    .replace(/\b\d+(\.\d+)? m?s\b/g, "… ms")
    .replace(/ +$/gm, "");
}

describe.each(Object.keys(archives))("docs/sources/%s", (page) => {
  it("shows what its commands print, run from top to bottom over files of such names", () => {
    const cwd = join(folder, page);
    mkdirSync(cwd);
    archives[page]?.(cwd);
    const fences = readCommands(page);
    expect(fences.length).toBeGreaterThan(0);
    for (const { commands, output } of fences) {
      expect(commands.filter((line) => !line.startsWith("pixelquery "))).toEqual([]);
      const printed = commands.map((line) => runLine(line, cwd)).join("\n");
      expect(withoutTimes(printed)).toBe(withoutTimes(output));
    }
  });
});

describe("docs/sources", () => {
  const pages = readdirSync(join(rootPath, "docs/sources"));

  it("has no page that the tests do not run, and a list of them all", () => {
    expect(pages.filter((page) => page !== "README.md").sort()).toEqual(Object.keys(archives).sort());
    const list = readFileSync(join(rootPath, "docs/sources/README.md"), "utf8");
    expect(Object.keys(archives).filter((page) => !list.includes(`](${page})`))).toEqual([]);
  });

  it.each(pages)("%s has no command that is not run, and links that lead somewhere", (page) => {
    const text = readFileSync(join(rootPath, "docs/sources", page), "utf8");
    expect(text.match(/^```sh$/gm) ?? []).toHaveLength(page === "README.md" ? 0 : readCommands(page).length);
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, link = ""]) => link);
    expect(links.filter((link) => !existsSync(join(rootPath, dirname(`docs/sources/${page}`), link)))).toEqual([]);
  });
});
