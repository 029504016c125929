import { SingleBar } from "cli-progress";
import type { Terminal } from "./describe-terminal.js";
import { formatCount, formatDuration } from "./format.js";
import { displayWidth, shorten } from "./printable.js";

/** A bar that shows how far a long run has come. */
export interface Progress {
  /** `done` of `total` are finished; both may change at any time. */
  update(done: number, total: number): void;
  /** Take the bar away and leave the line empty. Calling it again does nothing. */
  stop(): void;
}

export interface ProgressOptions {
  /** What is being done: `Reading headers`. */
  readonly label: string;
  /** What is counted, in the plural: `files`. */
  readonly unit: string;
}

/** What the bar shows at one moment. */
export interface ProgressState {
  readonly done: number;
  readonly total: number;
  readonly elapsedMs: number;
}

/** Redraws in a second: smooth to the eye, free of charge to the work. */
const REDRAWS_PER_SECOND = 10;
/** A rate from less than this is a guess. */
const MIN_ELAPSED_MS = 250;

/**
 * A progress bar on `stream`, which is `process.stderr` outside the tests; on a stream that is no terminal, nothing.
 *
 * It is drawn at most ten times a second and leaves no trace when stopped.
 */
export function startProgress(stream: NodeJS.WriteStream, terminal: Terminal, options: ProgressOptions): Progress {
  if (!stream.isTTY) return { update: () => {}, stop: () => {} };
  const bar = new SingleBar({
    stream,
    format: (_, { startTime }, { done, total }: { done: number; total: number }) =>
      formatProgress({ done, total, elapsedMs: Date.now() - startTime }, options, terminal),
    fps: REDRAWS_PER_SECOND,
    clearOnComplete: true,
    hideCursor: true,
    linewrap: true,
  });
  bar.start(1, 0, { done: 0, total: 0 });
  return {
    update: (done, total) => {
      bar.setTotal(Math.max(1, total));
      bar.update(done, { done, total });
    },
    stop: () => bar.stop(),
  };
}

/** `Reading headers ━━━━━━━━━━────────── 120/243 files · 1,850/s · 0.1 s left`, within the terminal's width. */
export function formatProgress(state: ProgressState, { label, unit }: ProgressOptions, terminal: Terminal): string {
  const { done, total, elapsedMs } = state;
  const parts = [`${formatCount(done)}/${formatCount(total)} ${unit}`];
  if (done > 0 && elapsedMs >= MIN_ELAPSED_MS) {
    const rate = (done / elapsedMs) * 1000;
    parts.push(`${rate >= 10 ? formatCount(Math.round(rate)) : rate.toFixed(1)}/s`);
    if (done < total) parts.push(`${formatDuration(((total - done) / done) * elapsedMs)} left`);
  }
  const text = parts.join(terminal.isUnicode ? " · " : " | ");
  const room = terminal.width - 1 - displayWidth(label) - displayWidth(text) - 2;
  // Without room for a bar worth the name, the figures alone.
  if (room < 8) return shorten(`${label} ${text}`, terminal.width - 1, terminal.isUnicode);
  return `${label} ${drawBar(total > 0 ? done / total : 0, Math.min(room, 30), terminal)} ${text}`;
}

function drawBar(share: number, width: number, { colors, isUnicode }: Terminal): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * width);
  const [full, empty] = isUnicode ? ["━", "─"] : ["#", "-"];
  return colors.cyan(full.repeat(filled)) + colors.dim(empty.repeat(width - filled));
}
