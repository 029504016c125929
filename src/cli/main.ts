#!/usr/bin/env node
import { run } from "./run.js";

const interrupt = new AbortController();
process.once("SIGINT", () => interrupt.abort());

for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // Whoever read us (head, less) has seen enough.
    if (error.code === "EPIPE") process.exit();
    throw error;
  });
}

process.exitCode = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  signal: interrupt.signal,
  exitCode: 0,
});
// An interrupted command may still have reads under way; nothing waits for them.
if (interrupt.signal.aborted) process.exit();
