import { spawn } from "node:child_process";
import { copyFileSync, linkSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { CliContext } from "../../src/cli/context.js";
import { run } from "../../src/cli/run.js";
import { oneGridPath, rootPath } from "../support/data-path.js";
import { createTempDir } from "../support/temp-dir.js";
import { jsonOf, runCli } from "./run-cli.js";

/** A context that keeps what is written, to run commands in this process. */
function createContext(signal: AbortSignal = new AbortController().signal) {
  const written = { stdout: "", stderr: "" };
  const stream = (name: "stdout" | "stderr") => {
    const write = (text: string) => {
      written[name] += text;
      return true;
    };
    return { write } as unknown as NodeJS.WriteStream;
  };
  const context: CliContext = { stdout: stream("stdout"), stderr: stream("stderr"), env: {}, signal, exitCode: 0 };
  return { context, written };
}

describe("pixelquery", () => {
  it("lists its commands with --help, on stdout", async () => {
    const { code, stdout, stderr } = await runCli(["--help"]);
    expect([code, stderr]).toEqual([0, ""]);
    for (const name of ["inspect", "ingest", "info", "scenes", "products", "timeseries", "demo"]) {
      expect(stdout).toMatch(new RegExp(`^  ${name} `, "m"));
    }
  });

  it.each(["inspect", "ingest", "info", "scenes", "products", "timeseries", "demo"])(
    "explains %s with its options and an example, as `help` too",
    async (name) => {
      const [asked, alone] = [createContext(), createContext()];
      expect(await run([name, "--help"], asked.context)).toBe(0);
      expect(await run(["help", name], alone.context)).toBe(0);
      expect(asked.written.stdout).toContain(`Examples:\n  $ pixelquery ${name}`);
      expect(asked.written.stdout).toContain("--json");
      expect(alone.written).toEqual(asked.written);
    },
  );

  it("prints the package's version", async () => {
    const { version } = JSON.parse(readFileSync(join(rootPath, "package.json"), "utf8"));
    const { context, written } = createContext();
    expect(await run(["--version"], context)).toBe(0);
    expect(written).toEqual({ stdout: `${version}\n`, stderr: "" });
  });

  it("shows its help as a wrong call where no command is named", async () => {
    const { context, written } = createContext();
    expect(await run([], context)).toBe(2);
    expect(written.stdout).toBe("");
    expect(written.stderr).toContain("Usage: pixelquery");
  });

  it.each([
    [["inspct", "x"], "unknown command 'inspct'\n(Did you mean inspect?)"],
    [["ingest", "x", "--bnads", "a"], "unknown option '--bnads'\n(Did you mean --bands?)"],
    [["ingest"], "missing required argument 'source'"],
    [["timeseries", "--lon", "-73.9"], "required option '--lat <degrees>' not specified"],
    [
      ["timeseries", "--lon", "--lat", "40"],
      "option '--lon <degrees>' argument '--lat' is invalid. It takes a number.",
    ],
    [["scenes", "--limit", "0"], "argument '0' is invalid. It takes a whole number from 1."],
    [["timeseries", "--lon", "1", "--lat", "2", "--bands", "a", "--expr", "a"], "'--expr <text>' cannot be used with"],
    [["timeseries", "--lon", "1", "--lat", "2", "--plot", "--json"], "--plot is for people, json for programs"],
  ])("calls %j wrong and says what to type", async (argv, message) => {
    const { context, written } = createContext();
    expect(await run(argv, context)).toBe(2);
    expect(written.stderr).toMatch(/^error: /);
    expect(written.stderr).toContain(message);
    expect(written.stderr).not.toContain("    at ");
  });

  it("prints a wrong call as one JSON document where JSON was asked for", async () => {
    const result = await runCli(["timeseries", "--lon", "x", "--lat", "3", "--json"]);
    expect(result.code).toBe(2);
    expect(jsonOf(result)).toEqual({
      error: {
        name: "InvalidInputError",
        message: "option '--lon <degrees>' argument 'x' is invalid. It takes a number.",
      },
    });
  });

  it("shows where an error was thrown only with --verbose", async () => {
    const [quiet, verbose] = [createContext(), createContext()];
    expect(await run(["info", "-w", "/nowhere/at/all"], quiet.context)).toBe(3);
    expect(await run(["info", "-w", "/nowhere/at/all", "--verbose"], verbose.context)).toBe(3);
    expect(quiet.written.stderr).not.toContain("    at ");
    expect(verbose.written.stderr).toContain("    at ");
  });

  it("asks for a report where an error was not foreseen", async () => {
    const { context, written } = createContext();
    const write = (): never => {
      throw new TypeError("cannot read x of undefined");
    };
    const broken: CliContext = { ...context, stdout: { write } as unknown as NodeJS.WriteStream };
    expect(await run(["inspect", oneGridPath], broken)).toBe(70);
    expect(written.stderr).toContain("error: cannot read x of undefined\n");
    expect(written.stderr).toContain("please report");
  });

  it("ends with 130 where it is interrupted, without a word on stdout", async () => {
    const { context, written } = createContext(AbortSignal.abort());
    expect(await run(["inspect", oneGridPath], context)).toBe(130);
    expect(written).toEqual({ stdout: "", stderr: "interrupted\n" });
  });

  it.each([
    ["Ctrl-C", "SIGINT", 130],
    ["SIGTERM", "SIGTERM", 143],
  ] as const)("ends at once on %s, with the code that shells know", async (_, signal, exitCode) => {
    const dir = createTempDir();
    copyFileSync(join(oneGridPath, "LC08_L1TP_013032_20180710.tif"), join(dir, "scene.tif"));
    // Enough for seconds of work: the signal arrives in the midst of it.
    for (let i = 0; i < 20_000; i++) linkSync(join(dir, "scene.tif"), join(dir, `scene-${i}_20180710.tif`));
    const endAfter = async (ms: number) => {
      const child = spawn(process.execPath, [join(rootPath, "dist/cli/main.js"), "inspect", dir]);
      let stdout = "";
      child.stdout.on("data", (chunk) => {
        stdout += chunk;
      });
      setTimeout(() => child.kill(signal), ms);
      const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
      return { code, stdout };
    };
    // On a busy machine the signal may come before the program listens: then there is no code.
    let ended = await endAfter(500);
    for (let ms = 1000; ended.code === null && ms <= 4000; ms *= 2) ended = await endAfter(ms);
    expect(ended).toEqual({ code: exitCode, stdout: "" });
  });

  it("ends quietly where its reader has seen enough", async () => {
    const child = spawn(process.execPath, [join(rootPath, "dist/cli/main.js"), "inspect", oneGridPath, "--json"]);
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.stdout.destroy();
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect([code, stderr]).toEqual([0, ""]);
  });

  it("can be executed as the package's bin names it", () => {
    const { bin } = JSON.parse(readFileSync(join(rootPath, "package.json"), "utf8"));
    expect(statSync(join(rootPath, bin.pixelquery)).mode & 0o111).toBe(0o111);
  });
});
