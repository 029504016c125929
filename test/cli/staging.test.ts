import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { oneGridPath, rootPath } from "../support/data-path.js";
import { createTempDir } from "../support/temp-dir.js";
import { jsonOf, runCli } from "./run-cli.js";

const names = readdirSync(oneGridPath).sort();
let dir: string;

/** Copies of bundled scenes in a folder of the test's own. */
function copyScenes(folder: string, ...scenes: string[]): void {
  mkdirSync(join(dir, folder), { recursive: true });
  for (const name of scenes) cpSync(join(oneGridPath, name), join(dir, folder, name));
}

const cli = (...args: string[]) => runCli(args, dir);

beforeEach(() => {
  dir = createTempDir();
});

describe("ingest --branch, merge and branches", () => {
  it("stage, report, list and merge", async () => {
    copyScenes("a", ...names.slice(0, 6));
    copyScenes("b", ...names.slice(6, 8));
    expect((await cli("ingest", "a", "--product", "p")).code).toBe(0);
    const staged = await cli("ingest", "b", "--product", "p", "--branch", "staging");
    expect([staged.code, staged.stderr]).toEqual([0, ""]);
    expect(staged.stdout).toContain("Branch     staging\n");
    expect(staged.stdout).toContain("The branch staging was made from the tip of main.");
    expect(staged.stdout).toMatch(/^staged on staging +new +changed .*\n[─ ]+\np +2 +0 +0 +6 +2018-12-01 to/m);
    expect(staged.stdout).toMatch(/Next:\n {2}pixelquery merge staging --dry-run\n$/);

    expect(jsonOf(await cli("branches", "--json"))).toMatchObject([
      { name: "main", ahead: 0, message: "ingest 6 scenes of p" },
      { name: "staging", ahead: 2, message: "ingest 2 scenes of p" },
    ]);
    expect((await cli("branches")).stdout).toMatch(/^staging +2 +[0-9A-Z]{20} .* ingest 2 scenes of p\n$/m);

    const rehearsal = await cli("merge", "staging", "--dry-run");
    expect([rehearsal.code, rehearsal.stderr]).toEqual([0, ""]);
    expect(rehearsal.stdout).toMatch(/^Merging +main has not moved since/m);
    expect(rehearsal.stdout).toMatch(/^New +2: /m);
    expect(rehearsal.stdout).toMatch(/^red +uint16 +\d+ +[\d.]+ +\d+ +75 % +uint16/m);
    expect(rehearsal.stdout).toMatch(/By its pixels no scene looks odd\.\n\nNext:\n {2}pixelquery merge staging\n$/);
    const report = jsonOf(await cli("merge", "staging", "--dry-run", "--no-pixels", "--json"));
    expect(report).toMatchObject({ branch: "staging", into: { branch: "main" }, pixels: false, isFastForward: true });
    expect(jsonOf(await cli("scenes", "--json"))).toHaveLength(6);
    expect(jsonOf(await cli("scenes", "--at", "staging", "--json"))).toHaveLength(8);

    const merged = await cli("merge", "staging");
    expect([merged.code, merged.stderr]).toEqual([0, ""]);
    expect(merged.stdout).toMatch(/^p +2 +0 +0$/m);
    expect(merged.stdout).toContain("Branch     staging was deleted\n");
    expect(jsonOf(await cli("scenes", "--json"))).toHaveLength(8);
    expect(jsonOf(await cli("branches", "--json"))).toHaveLength(1);
  });

  it("names no next step where main has all of it, and no stacks where nothing would come to one", async () => {
    copyScenes("a", ...names.slice(0, 1));
    await cli("ingest", "a", "--product", "p");
    const staged = await cli("ingest", "a", "--product", "p", "--branch", "staging");
    expect(staged.stdout).toMatch(/\n\nmain has all of staging\n$/);
    expect((await cli("ingest", "a", "--product", "p", "--dry-run")).stdout).not.toContain("stack");
  });

  it("merge gives the keys of its report, keeps the branch when told, and says what it left out", async () => {
    copyScenes("a", ...names.slice(0, 1));
    copyScenes("b", ...names.slice(1, 2));
    await cli("ingest", "a", "--product", "p");
    await cli("ingest", "b", "--product", "p", "--branch", "staging");
    const merged = jsonOf(await cli("merge", "staging", "--keep-branch", "--message", "by hand", "--json"));
    expect(merged).toEqual({
      warehouse: "./warehouse",
      branch: "staging",
      into: "main",
      how: "fast-forward",
      snapshot: expect.stringMatching(/^[0-9A-Z]{20}$/),
      added: 1,
      updated: 0,
      pruned: 0,
      products: [{ productId: "p", added: 1, updated: 0, pruned: 0 }],
      leftOut: [],
      isBranchDeleted: false,
      elapsedMs: expect.any(Number),
    });
    const info = jsonOf(await cli("info", "--snapshots", "--json")) as { snapshots: { message: string }[] };
    expect(info.snapshots[0]?.message).toBe("by hand");
    const deleted = await cli("branches", "--delete", "staging");
    expect(deleted.stdout).toMatch(/^deleted staging \(main has all of it\); /);
  });

  it("name what is wrong with a branch, with an exit code for it", async () => {
    copyScenes("a", ...names.slice(0, 1));
    await cli("ingest", "a");
    const runs = await Promise.all([
      cli("merge", "staging"),
      cli("merge", "main"),
      cli("branches", "--delete", "main"),
      cli("ingest", "a", "--branch", "a/b"),
      cli("ingest", "a", "--watch", "--dry-run"),
      cli("ingest", "a", "--watch", "--interval", "0"),
      cli("ingest", "a", "--interval", "5"),
    ]);
    expect(runs.map(({ code }) => code)).toEqual([3, 2, 2, 2, 2, 2, 2]);
    expect(runs[0]?.stderr).toContain('has no branch "staging"');
    expect(runs[3]?.stderr).toContain('branch "a/b"');
  });
});

/** The command line watching, its lines as they come; ended with the test. */
function startWatching(...args: string[]) {
  const child = spawn(process.execPath, [join(rootPath, "dist/cli/main.js"), "ingest", ...args], {
    cwd: dir,
    env: { PATH: process.env.PATH, LANG: "C.UTF-8" },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (text: Buffer) => {
    stdout += text.toString();
  });
  child.stderr.on("data", (text: Buffer) => {
    stderr += text.toString();
  });
  const exit = new Promise<number | null>((resolve) => child.on("exit", resolve));
  return {
    async lines(count: number): Promise<string[]> {
      while (stdout.split("\n").length <= count) await new Promise((resolve) => setTimeout(resolve, 20));
      return stdout.trimEnd().split("\n");
    },
    async says(text: string): Promise<void> {
      while (!stderr.includes(text)) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    async interrupt(): Promise<number | null> {
      child.kill("SIGINT");
      return exit;
    },
  };
}

describe("ingest --watch", () => {
  it("prints a line for each round that changed something, and ends with 0 at Ctrl-C", async () => {
    copyScenes("in", ...names.slice(0, 2));
    const watching = startWatching("in", "--watch", "--interval", "0.1");
    expect((await watching.lines(1))[0]).toMatch(/^\d{4}-\d\d-\d\d \S+ {2}2 scenes added, 0 updated {2}[0-9A-Z]{20}$/);
    copyScenes("in", ...names.slice(2, 3));
    const lines = await watching.lines(2);
    expect(lines[1]).toMatch(/ {2}1 scene added, 0 updated {2}[0-9A-Z]{20}$/);
    expect(await watching.interrupt()).toBe(0);
    expect(jsonOf(await cli("scenes", "--json"))).toHaveLength(3);
  });

  it("with --json prints each as one line of JSON, errors as well", async () => {
    copyScenes("in", ...names.slice(0, 1));
    const watching = startWatching("in", "--watch", "--interval", "0.1", "--prune", "--json");
    expect(JSON.parse((await watching.lines(1))[0] ?? "")).toMatchObject({ added: 1, time: expect.any(String) });
    rmSync(join(dir, "in"), { recursive: true });
    const lines = await watching.lines(2);
    expect(JSON.parse(lines[1] ?? "")).toMatchObject({ error: { name: "NotFoundError" }, retryInMs: 100 });
    await watching.says("next try in 100 ms");
    expect(existsSync(join(dir, "in"))).toBe(false);
    expect(await watching.interrupt()).toBe(0);
    // A folder that is away is no reason to forget what lay in it.
    expect(jsonOf(await cli("scenes", "--json"))).toHaveLength(1);
  });
});
