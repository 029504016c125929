import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { InvalidInputError } from "../errors.js";
import type { Environment } from "./environment.js";
import { errorCode, isMissing, toFileError } from "./file-error.js";

/** A program that asks a cloud for credentials answers within this time. */
const longestRunMs = 60_000;

/** The environment of this process. */
export const nodeEnvironment: Environment = {
  variable: (name) => process.env[name] || null,
  get home() {
    return homedir();
  },
  async readText(path) {
    try {
      return await readFile(path, "utf8");
    } catch (error) {
      if (isMissing(error)) return null;
      throw toFileError(error, "read", path);
    }
  },
  run: (command, args) =>
    new Promise((resolve, reject) => {
      // Windows finds `az` only by the name of its script, which needs a shell; its arguments are ours.
      const shell = process.platform === "win32";
      execFile(command, [...args], { timeout: longestRunMs, windowsHide: true, shell }, (error, stdout) => {
        if (error === null) resolve(stdout);
        else if (errorCode(error) === "ENOENT") resolve(null);
        else reject(new InvalidInputError(`The program ${command}, asked for credentials, failed.`));
      });
    }),
  fetch: (input, init) => globalThis.fetch(input, init),
  now: () => Date.now(),
};
