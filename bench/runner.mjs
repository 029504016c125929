import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A program that answers one line of JSON on stdin with one on stdout, kept alive between questions. */
export class LineProgram {
  #child;
  #lines;

  constructor(command, args) {
    this.#child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** @throws Error with the program's own message where the answer is `{ error }` or the program has ended */
  async ask(request) {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`the program ended at ${JSON.stringify(request)}`);
    const answer = JSON.parse(value);
    if (answer.error !== undefined) throw new Error(`${JSON.stringify(request)}: ${answer.error}`);
    return answer;
  }

  async close() {
    const closed = once(this.#child, "close");
    this.#child.stdin.end();
    await closed;
  }
}

/** Milliseconds of a whole command from start to exit. @throws Error where it fails */
export function timeCommand(command, args) {
  const started = performance.now();
  const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 28 });
  const ms = performance.now() - started;
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with code ${status}\n${stderr}`);
  return ms;
}

/** The first line that a program prints, or null where it is not installed or fails. */
export function firstLine(command, args) {
  const { status, stdout } = spawnSync(command, args, { encoding: "utf8" });
  return status === 0 ? stdout.split("\n")[0] : null;
}
