import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { IngestReport } from "../../src/index.js";

/** Another process, loaded and waiting to ingest one folder into one warehouse as product `p`. */
export interface WaitingIngest {
  /** Start it. @returns its report; rejects where the process ends before */
  run(): Promise<IngestReport>;
  /** SIGKILL: it ends wherever it is. */
  kill(): Promise<void>;
}

/** Start a process with the built package, up to just before its ingest. End it with `kill`. */
export async function startIngest(source: string, warehouse: string): Promise<WaitingIngest> {
  const script = fileURLToPath(new URL("./ingest-process.mjs", import.meta.url));
  const child: ChildProcess = fork(script, [source, warehouse], {
    execArgv: [],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  await once(child, "message");
  return {
    run() {
      const ended = once(child, "exit").then(([code, signal]) => {
        throw new Error(`the ingest of ${source} ended before its report (${signal ?? code})`);
      });
      const reported = once(child, "message").then(([report]) => report as IngestReport);
      child.send("go");
      return Promise.race([reported, ended]);
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}
