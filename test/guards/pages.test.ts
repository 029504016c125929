import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import * as pixelquery from "../../src/index.js";
import { rootPath } from "../support/data-path.js";
import { readText } from "./source-files.js";

const readme = readText("README.md");

describe("docs/decisions", () => {
  const pages = readdirSync(join(rootPath, "docs/decisions")).filter((name) => name !== "README.md");

  it("are named by a number and a title, and numbers are not used twice", () => {
    expect(pages.filter((name) => !/^\d{3}-[a-z0-9-]+\.md$/.test(name))).toEqual([]);
    const numbers = pages.map((name) => name.slice(0, 3));
    expect(numbers.filter((number, i) => numbers.indexOf(number) !== i)).toEqual([]);
  });

  it("start with their number, and say context, decision and consequences", () => {
    for (const name of pages) {
      const text = readText(`docs/decisions/${name}`);
      expect(text.slice(0, 5), name).toBe(`# ${name.slice(0, 3)}`);
      for (const part of ["Context", "Decision", "Consequences"]) expect(text, `${name}: ${part}`).toContain(part);
    }
  });
});

describe("the README", () => {
  const words = (line: string) => line.match(/"[^"]*"|\S+/g) ?? [];
  const commands = [...readme.matchAll(/^ *(pixelquery [^#\n]*)/gm)].map(([, line = ""]) => words(line).slice(1));

  it("shows commands of the program, with flags that they have", () => {
    const names = [...new Set(commands.map(([name = ""]) => name))];
    expect(names.sort()).toEqual(["info", "ingest", "inspect", "merge", "scenes", "timeseries"]);
    for (const name of names) {
      const help = execFileSync(process.execPath, [join(rootPath, "dist/cli/main.js"), name, "--help"], {
        encoding: "utf8",
      });
      const flags = commands
        .filter(([first]) => first === name)
        .flatMap((line) => line.filter((word) => /^--?[a-z]/.test(word)));
      expect(
        flags.filter((flag) => !new RegExp(`(^|[\\s,])${flag}([\\s,]|$)`, "m").test(help)),
        name,
      ).toEqual([]);
    }
  });

  it("shows scripts of the package", () => {
    const { scripts } = JSON.parse(readText("package.json")) as { scripts: Record<string, string> };
    const used = [...readme.matchAll(/npm run (\w+(?::\w+)*)/g)].map(([, name = ""]) => name);
    expect(used).toContain("demo");
    expect(used.filter((name) => scripts[name] === undefined)).toEqual([]);
    expect(scripts.test).toBeDefined();
  });

  it("calls functions that the library has", () => {
    const called = [...readme.matchAll(/\bpq\.(\w+)\(/g)].map(([, name = ""]) => name);
    expect([...new Set(called)].sort()).toEqual(["ingest", "openCog", "openDataset", "timeseries"]);
    expect(called.filter((name) => !(name in pixelquery))).toEqual([]);
    const members = [...readme.matchAll(/\bds\.(\w+)/g)].map(([, name = ""]) => name);
    expect(members.filter((name) => !(name in pixelquery.Dataset.prototype))).toEqual([]);
  });
});

describe("links between pages", () => {
  const pages = [
    "README.md",
    "docs/icechunk.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "GLOSSARY.md",
    "CHANGELOG.md",
    "docs/warehouse-format.md",
    "docs/stores.md",
    "docs/products.md",
    "docs/stac.md",
    "docs/time-passing.md",
    "docs/cube/README.md",
    "docs/cube/labels.md",
    "docs/cube/missing-values.md",
    "docs/cube/masks.md",
    "docs/cube/reductions.md",
    "docs/cube/how-it-runs.md",
    "examples/README.md",
  ];

  it.each(pages)("of %s lead somewhere", (page) => {
    const links = [...readText(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, link = ""]) => link);
    expect(links.filter((link) => !existsSync(join(rootPath, dirname(page), link)))).toEqual([]);
  });
});
