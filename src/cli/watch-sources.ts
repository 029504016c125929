import { errorToJson } from "../errors.js";
import { type WatchOptions, type WatchReport, watchIngest } from "../ingest/watch.js";
import { type CliContext, stderrTerminal, writeNote } from "./context.js";
import { formatDate, formatDuration, formatPlural } from "./terminal/format.js";
import { printable } from "./terminal/printable.js";
import { renderProblems } from "./views/problem-list.js";

/**
 * Ingest again and again until Ctrl-C, a line for each round that changed something: for people, or as JSON. What failed is
 * said on stderr.
 */
export async function watchSources(
  sources: readonly string[],
  options: WatchOptions,
  { json, context }: { json?: boolean; context: CliContext },
): Promise<void> {
  const { stdout, stderr, signal } = context;
  const { colors } = stderrTerminal(context);
  context.endsItself = true;
  const watched = watchIngest(sources, {
    ...options,
    signal,
    onWarning: (warning) => stderr.write(renderProblems([warning], colors.yellow("warning:"))),
    onError: (error, retryInMs) => {
      if (json) stdout.write(`${JSON.stringify({ error: errorToJson(error), retryInMs })}\n`);
      const message = printable(errorToJson(error).message);
      stderr.write(`${colors.red("error:")} ${message}; next try in ${formatDuration(retryInMs)}\n`);
    },
  });
  if (!json) writeNote(context, `watching ${sources.join(", ")}; Ctrl-C ends`);
  for await (const report of watched) {
    stdout.write(`${json ? JSON.stringify(report) : roundText(report)}\n`);
    const failed = report.failed.map(({ path, error }) => ({ path, message: error.message }));
    stderr.write(renderProblems(failed, colors.red("failed:")));
  }
}

/** A round in a line: when, what, and the snapshot that has it. */
function roundText({ time, added, updated, pruned, failed, snapshot }: WatchReport): string {
  const counts = [
    `${formatPlural(added, "scene")} added`,
    `${updated} updated`,
    ...(pruned > 0 ? [`${pruned} pruned`] : []),
    ...(failed.length > 0 ? [`${formatPlural(failed.length, "file")} failed`] : []),
  ];
  return `${formatDate(time)}  ${counts.join(", ")}  ${snapshot ?? "no snapshot yet"}`;
}
