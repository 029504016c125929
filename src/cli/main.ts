#!/usr/bin/env node
import type { CliContext } from "./context.js";
import { EXIT_INTERRUPTED, EXIT_TERMINATED } from "./exit-codes.js";
import { run } from "./run.js";

const interrupt = new AbortController();
const context: CliContext = {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: interrupt.signal,
  exitCode: 0,
};
function endWith(code: number): void {
  context.interruptedCode = code;
  interrupt.abort();
}
process.once("SIGINT", () => endWith(EXIT_INTERRUPTED));
// As the first process of a container there is no other who would end it.
process.once("SIGTERM", () => endWith(EXIT_TERMINATED));

for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // Whoever read us (head, less) has seen enough.
    if (error.code === "EPIPE") process.exit();
    throw error;
  });
}

process.exitCode = await run(process.argv.slice(2), context);
// An interrupted command may still have reads under way; nothing waits for them.
if (interrupt.signal.aborted) process.exit();
