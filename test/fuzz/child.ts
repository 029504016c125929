import { type ReadOutcome, readFile } from "./read-file.js";

// A process that reads one file after another as it is told: a hang or a crash ends it, and not the run.

/** What a child is told to read. */
export interface ChildTask {
  path: string;
  withValues: boolean;
}

/** What reading came to, and what it took. */
export interface ChildAnswer extends ReadOutcome {
  /** Processor time, of all threads: other programs do not count. */
  cpuMs: number;
  /** Bytes of memory at the worst moment beyond those held before; 0 where an earlier file took more. */
  grownBytes: number;
}

const KIB = 1024;

process.on("message", async ({ path, withValues }: ChildTask) => {
  const heldBytes = process.memoryUsage.rss();
  const peakBefore = process.resourceUsage().maxRSS;
  const cpuBefore = process.cpuUsage();
  const outcome = await readFile(path, withValues);
  const cpu = process.cpuUsage(cpuBefore);
  const peak = process.resourceUsage().maxRSS;
  const answer: ChildAnswer = {
    ...outcome,
    cpuMs: (cpu.user + cpu.system) / 1000,
    grownBytes: peak > peakBefore ? Math.max(0, peak * KIB - heldBytes) : 0,
  };
  process.send?.(answer);
});
