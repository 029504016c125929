import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { rootPath } from "../support/data-path.js";

const mainPath = resolve(rootPath, "dist/cli/main.js");

/** What a run of the command line left behind. */
export interface CliRun {
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * Run the built command line as people do: a process of its own, without a terminal and without colours.
 *
 * @param cwd Its working folder; the checkout's root by default.
 */
export function runCli(args: readonly string[], cwd: string = rootPath): Promise<CliRun> {
  if (!existsSync(mainPath)) throw new Error("dist/cli/main.js is not built: npm run build");
  const { PATH } = process.env;
  return new Promise((resolvePromise, reject) => {
    // A child that does not end by itself is killed, and then has no code.
    const options = { cwd, env: { PATH, LANG: "C.UTF-8" }, timeout: 20_000 };
    const child = execFile(process.execPath, [mainPath, ...args], options, (_error, stdout, stderr) => {
      const { exitCode } = child;
      if (exitCode === null) reject(new Error(`pixelquery ${args.join(" ")} did not end: ${stderr}`));
      else resolvePromise({ code: exitCode, stdout, stderr });
    });
  });
}

/** What a run printed on stdout as JSON; fails where that is not exactly one document. */
export function jsonOf({ stdout }: CliRun): unknown {
  return JSON.parse(stdout);
}
