import { stat } from "node:fs/promises";
import type { Command } from "commander";
import type { InspectedFile } from "../../cog/inspect.js";
import { errorToJson, NotFoundError } from "../../errors.js";
import { type InspectFailure, inspectCog, inspectDirectory } from "../../ingest/inspect.js";
import { type CliContext, stderrTerminal, tableTerminal, writeJson } from "../context.js";
import { EXIT_SOME_FAILED, exitCodeOf } from "../exit-codes.js";
import { addCommonOptions, addExamples, type CommonOptions } from "../options.js";
import { writeError } from "../report-failure.js";
import { startProgress } from "../terminal/progress.js";
import { inspectCard, inspectTable } from "../views/inspect-view.js";
import { problemText, renderProblems } from "../views/problem-list.js";

type Inspected = InspectedFile | InspectFailure;

/** `inspect PATH…`: headers as a table, one file as a card. */
export function defineInspect(command: Command, context: CliContext): void {
  command.argument("<path...>", "files, folders or quoted glob patterns");
  addCommonOptions(command);
  addExamples(command, ["inspect scene.tif", "inspect ./cogs", 'inspect "cogs/**/*_B4.tif" --json']);
  command.action(async (paths: string[], options: CommonOptions) => {
    const found = await inspectAll(paths, context);
    context.exitCode = exitCodeFor(found, paths);
    if (options.json) writeJson(context, found);
    writeForPeople(found, options, context);
  });
}

async function inspectAll(paths: readonly string[], context: CliContext): Promise<Inspected[]> {
  const { stderr, signal } = context;
  const progress = startProgress(stderr, stderrTerminal(context), { label: "Reading headers", unit: "files" });
  const found: Inspected[] = [];
  try {
    for (const path of paths) {
      signal.throwIfAborted();
      const before = found.length;
      const onProgress = (done: number, total: number) =>
        progress.update(before + done, before + total + paths.length - paths.indexOf(path) - 1);
      found.push(...(await inspectPath(path, signal, onProgress)));
    }
  } finally {
    progress.stop();
  }
  return found;
}

/** What a path holds; where it holds nothing readable, that as a failure, since other paths may do. */
async function inspectPath(
  path: string,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<Inspected[]> {
  try {
    if ((await stat(path).catch(() => null))?.isFile()) return [await inspectCog(path, { signal })];
    const found = await inspectDirectory(path, { signal, onProgress });
    if (found.length > 0) return found;
    throw new NotFoundError(`${path}: no TIFF here (*.tif, *.tiff)`, { details: { path } });
  } catch (error) {
    signal.throwIfAborted();
    const json = errorToJson(error);
    // A fault of this program is no property of the file.
    if (exitCodeOf(json.name) === exitCodeOf("Error")) throw error;
    return [{ path, error: json }];
  }
}

function isFailure(file: Inspected): file is InspectFailure {
  return "error" in file;
}

/** The error's own code where the one thing asked for failed. */
function exitCodeFor(found: readonly Inspected[], paths: readonly string[]): number {
  const failed = found.filter(isFailure);
  const [first] = failed;
  if (first === undefined) return 0;
  return paths.length === 1 && first.path === paths[0] ? exitCodeOf(first.error.name) : EXIT_SOME_FAILED;
}

function writeForPeople(found: readonly Inspected[], options: CommonOptions, context: CliContext): void {
  const readable = found.filter((file): file is InspectedFile => !isFailure(file));
  const failed = found.filter(isFailure);
  const [only] = readable;
  if (!options.json && only !== undefined) {
    const terminal = tableTerminal(context);
    const view = found.length === 1 ? inspectCard(only, terminal) : inspectTable(readable, terminal);
    context.stdout.write(view);
  }
  const [first] = failed;
  if (found.length === 1 && first !== undefined) {
    const { path, error } = first;
    writeError(context, { ...error, message: problemText({ path, message: error.message }) });
  } else {
    const problems = failed.map(({ path, error }) => ({ path, message: error.message }));
    context.stderr.write(renderProblems(problems, stderrTerminal(context).colors.red("failed:")));
  }
}
