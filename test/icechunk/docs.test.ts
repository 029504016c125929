import { execFile } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Repository } from "../../src/icechunk/index.js";
import { MemoryStore } from "../../src/store/index.js";
import { type HttpServer, startHttpServer } from "../store/http-server.js";
import { rootPath } from "../support/data-path.js";
import { exampleArray } from "./example-array.js";

const run = promisify(execFile);
const page = fs.readFileSync(path.join(rootPath, "docs/icechunk.md"), "utf8");

/** Heading → the programs below it, in order. */
function programsByHeading(): Map<string, string[]> {
  const programs = new Map<string, string[]>();
  for (const section of page.split(/^## /m).slice(1)) {
    const heading = section.slice(0, section.indexOf("\n"));
    const found = [...section.matchAll(/^```js\n(.*?)^```$/gms)].map(([, program = ""]) => program);
    if (found.length > 0) programs.set(heading, found);
  }
  return programs;
}

const programs = programsByHeading();

let project: string;
let server: HttpServer;

beforeAll(async () => {
  // A stranger's project: the package is where npm would put it, and is found by its exports.
  project = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), "icechunk-docs-")));
  fs.mkdirSync(path.join(project, "node_modules"));
  fs.symlinkSync(rootPath, path.join(project, "node_modules", "pixelquery"));
  fs.symlinkSync(path.join(rootPath, "node_modules", "zarrita"), path.join(project, "node_modules", "zarrita"));
  fs.mkdirSync(path.join(project, "raw"));
  const raw = Uint8Array.from({ length: 106 }, (_, i) => i);
  fs.writeFileSync(path.join(project, "raw", "2025-06-01.bin"), raw);
  server = await startHttpServer();
  await publishWeather();
});
afterAll(async () => {
  await server.close();
  fs.rmSync(project, { recursive: true, force: true });
});

/** The repository at the address that the page reads from. */
async function publishWeather(): Promise<void> {
  const store = new MemoryStore();
  const repository = await Repository.create(store);
  await repository.transact(
    (session) => {
      session.setArray("/temperature", exampleArray([3, 2], [1, 2]));
      for (const day of [0, 1, 2]) session.setChunk("/temperature", [day, 0], Uint8Array.of(day, day + 10));
    },
    { message: "weather" },
  );
  for await (const { key } of store.list("")) server.objects.set(`weather/${key}`, (await store.get(key))!.data);
}

/** What a program prints, with the page's addresses replaced by those that are there. */
async function outputOf(program: string): Promise<string> {
  const here = program
    .replaceAll("https://example.org", server.url)
    .replaceAll("file:///data/raw", `file://${project}/raw`)
    .replaceAll("/data/raw", `${project}/raw`);
  fs.writeFileSync(path.join(project, "program.mjs"), here);
  const env = { ...process.env, FORCE_COLOR: "0" };
  return (await run(process.execPath, ["program.mjs"], { cwd: project, env })).stdout;
}

describe("docs/icechunk.md", () => {
  test("has programs under these headings", () => {
    expect([...programs].map(([heading, { length }]) => [heading, length])).toEqual([
      ["Read a public repository", 1],
      ["Write references into files that stay where they are", 3],
      ["Write chunks with zarrita", 1],
      ["History, branches, tags", 1],
    ]);
  });

  test("reads a public repository in ten lines", async () => {
    const [program = ""] = programs.get("Read a public repository")!;
    expect(program.trim().split("\n").filter(Boolean).length).toBeLessThanOrEqual(10);
    expect(await outputOf(program)).toBe("group /\narray /temperature\nUint8Array(4) [ 0, 10, 1, 11 ]\n");
  });

  test("writes references, appends one, and reads what they lead to", async () => {
    const heading = "Write references into files that stay where they are";
    const [write = "", append = "", read = ""] = programs.get(heading)!;
    const statements = write.match(/;(?= *(?:\/\/.*)?$)/gm)!;
    expect(statements.length).toBeLessThanOrEqual(12);
    expect(await outputOf(write)).toBe("");
    expect(await outputOf(append)).toBe("[ 'One more day', 'Two days', 'Repository initialized' ]\n");
    const output = await outputOf(read);
    expect(output).toContain("location: 'vcc://raw/2025-06-01.bin'");
    expect(output).toContain("offset: 103");
    expect(output).toContain("Uint8Array(9) [\n  100, 101, 102, 103,\n  104, 105,  50,  51,\n   52\n]\ntrue\n");
  });

  test("writes chunks with zarrita", async () => {
    const [program = ""] = programs.get("Write chunks with zarrita")!;
    expect(await outputOf(program)).toBe("Int32Array(4) [ -1, 7, 7, -1 ]\n");
  });

  test("tells history, differences and operations", async () => {
    const [program = ""] = programs.get("History, branches, tags")!;
    expect((await outputOf(program)).split("\n")).toEqual([
      "second true",
      "first true",
      "Repository initialized true",
      "[ '/' ]",
      "newCommit",
      "branchCreated",
      "tagCreated",
      "newCommit",
      "repoInitialized",
      "",
    ]);
  });

  test("its table of errors has every error that pixelquery/icechunk exports, and no other", async () => {
    const exported = Object.keys(await import("../../src/icechunk/index.js")).filter((name) => name.endsWith("Error"));
    const rows = [...page.matchAll(/^\| `(\w+Error)` \|/gm)].map(([, name]) => name);
    expect(rows.sort()).toEqual(exported.filter((name) => name !== "isPixelQueryError").sort());
  });

  test("names functions, classes and methods that are there", async () => {
    const icechunk = (await import("../../src/icechunk/index.js")) as Record<string, unknown>;
    const store = (await import("../../src/store/index.js")) as Record<string, unknown>;
    const functions = [...page.matchAll(/`(?:new )?((?:with|create|is|Http|File|Memory)[A-Za-z]+)\(/g)].map(
      ([, name = ""]) => name,
    );
    expect(functions.length).toBeGreaterThan(6);
    expect(functions.filter((name) => !(name in icechunk) && !(name in store))).toEqual([]);
    const methods = ["expireSnapshots", "collectGarbage", "check", "storageFigures"];
    expect(methods.filter((name) => !page.includes(`\`${name}(`) || !(name in Repository.prototype))).toEqual([]);
  });
});
