import type { Command } from "commander";
import { type MergeReport, merge } from "../../staging/merge.js";
import { stagedReport } from "../../staging/staged-report.js";
import { type CliContext, stderrTerminal, tableTerminal, writeJson } from "../context.js";
import { placeOf, writeNext } from "../next-steps.js";
import { addCommonOptions, addExamples, addWarehouseOption, type WarehouseOptions } from "../options.js";
import { mergeSummary } from "../views/merge-view.js";
import { renderProblems } from "../views/problem-list.js";
import { stagedView } from "../views/staged-view.js";

interface MergeFlags extends WarehouseOptions {
  readonly into?: string;
  readonly message?: string;
  readonly keepBranch?: boolean;
  readonly dryRun?: boolean;
  readonly pixels: boolean;
}

/** `merge BRANCH`: what is staged comes into main, all of it at one moment; with `--dry-run` a report on it. */
export function defineMerge(command: Command, context: CliContext): void {
  command.argument("<branch>", "branch whose scenes come in");
  addWarehouseOption(command)
    .option("--into <branch>", "branch that gets them (default: main)")
    .option("--dry-run", "say what would come in, beside the earlier scenes, and write nothing")
    .option("--no-pixels", "with --dry-run: do not look at pixels")
    .option("--keep-branch", "do not delete the branch when it is merged")
    .option("--message <text>", "what the commit is for (default: how many scenes)");
  addCommonOptions(command);
  addExamples(command, [
    "merge staging --dry-run",
    "merge staging",
    'merge staging -w ./warehouse --keep-branch --message "June, checked by eye"',
  ]);
  command.action(async (branch: string, flags: MergeFlags) => {
    const { warehouse, into, message, keepBranch, dryRun, pixels, json } = flags;
    const { signal } = context;
    const target = into === undefined ? {} : { into };
    if (dryRun) {
      const report = await stagedReport(warehouse, branch, { ...target, pixels, signal });
      if (json) return writeJson(context, report);
      context.stdout.write(stagedView(report, tableTerminal(context)));
      const where = into === undefined ? [] : ["--into", into];
      if (report.products.length > 0) writeNext([["merge", branch, ...placeOf(warehouse), ...where]], context);
      return;
    }
    const options = { ...target, deleteBranch: keepBranch !== true, ...(message !== undefined && { message }) };
    const report = await merge(warehouse, branch, { ...options, signal });
    if (json) writeJson(context, report);
    else context.stdout.write(mergeSummary(report, tableTerminal(context)));
    writeLeftOut(report, context);
  });
}

function writeLeftOut({ leftOut }: MergeReport, context: CliContext): void {
  const { colors } = stderrTerminal(context);
  const problems = leftOut.map(({ source, reason }) => ({ path: source, message: `left out: ${reason}` }));
  context.stderr.write(renderProblems(problems, colors.yellow("warning:")));
}
