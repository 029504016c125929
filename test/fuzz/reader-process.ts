import { type ChildProcess, fork } from "node:child_process";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import type { ChildAnswer, ChildTask } from "./child.js";

/** What became of a file in a process of its own: an answer, or none because it hung or the process died. */
export type ProcessOutcome = ChildAnswer | LostProcess;

/** Why there is no answer. */
export interface LostProcess {
  kind: "hang" | "crash";
  message: string;
}

/** Heap of the process, so that memory that grows is a crash of it and not of the machine. */
const HEAP_MIB = 256;
/** After so long nothing is awaited any more; the machine may be busy with other things. */
const WATCHDOG_MS = 20_000;
/** A process that has died says why in its last words. */
const LAST_WORDS = 600;

/** Bundle what the process runs into a folder, with the threads' program beside it; gives its path. */
export async function bundleChild(root: string, folder: string): Promise<string> {
  const outdir = join(folder, "dist/fuzz");
  await build({
    absWorkingDir: root,
    entryPoints: ["test/fuzz/child.ts", "src/lazy/worker.ts"],
    entryNames: "[name]",
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    mainFields: ["module", "main"],
    logLevel: "error",
  });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  // Tables of CRSs are looked for there, two folders above the program.
  symlinkSync(join(root, "data"), join(folder, "data"));
  return join(outdir, "child.js");
}

/** Reads files in a process of its own, which is started again after every hang and crash. */
export class ReaderProcess {
  readonly #program: string;
  #child: ChildProcess | null = null;
  #lastWords = "";

  constructor(program: string) {
    this.#program = program;
  }

  /** Have a file read; a second one waits for nobody, so do not ask before the first is answered. */
  read(task: ChildTask): Promise<ProcessOutcome> {
    const child = this.#child ?? this.#start();
    return new Promise((resolve) => {
      const settle = (outcome: ProcessOutcome) => {
        clearTimeout(watchdog);
        child.removeAllListeners("message").removeAllListeners("exit");
        resolve(outcome);
      };
      const watchdog = setTimeout(() => {
        this.#child = null;
        child.kill("SIGKILL");
        settle({ kind: "hang", message: `no answer after ${WATCHDOG_MS} ms` });
      }, WATCHDOG_MS);
      child.once("message", (answer: ChildAnswer) => settle(answer));
      child.once("exit", (code, signal) => {
        this.#child = null;
        settle({ kind: "crash", message: `exit ${code ?? signal}: ${this.#lastWords.slice(-LAST_WORDS)}` });
      });
      child.send(task);
    });
  }

  /** End the process. */
  close(): void {
    this.#child?.kill();
    this.#child = null;
  }

  #start(): ChildProcess {
    const child = fork(this.#program, [], {
      execArgv: [`--max-old-space-size=${HEAP_MIB}`],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#lastWords = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      this.#lastWords = (this.#lastWords + chunk.toString()).slice(-4 * LAST_WORDS);
    });
    this.#child = child;
    return child;
  }
}
