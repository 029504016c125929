import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll } from "vitest";
import { rootPath } from "../support/data-path.js";

/** What the starters in scripts/servers say when a program that they need is not installed. */
const notInstalled = 3;

/**
 * What a server of scripts/servers prints once it is ready; null where it is not installed. It runs until the test file ends,
 * or the process that runs it, whichever is first.
 */
export async function startTestServer<T>(script: string): Promise<T | null> {
  const server = spawn(process.execPath, [join(rootPath, "scripts/servers", script)], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  afterAll(() => stop(server));
  let output = "";
  let complaints = "";
  server.stderr.on("data", (data: Buffer) => {
    complaints += data;
  });
  return new Promise((resolve, reject) => {
    server.stdout.on("data", (data: Buffer) => {
      output += data;
      if (output.includes("\n")) resolve(JSON.parse(output) as T);
    });
    server.once("exit", (code) => {
      if (code === notInstalled) resolve(null);
      else reject(new Error(`${script} ended with code ${code}: ${complaints}`));
    });
  });
}

function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    server.once("exit", () => resolve());
    // It removes its folder when its input ends.
    server.stdin?.end();
  });
}
