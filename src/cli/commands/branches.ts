import type { Command } from "commander";
import { type BranchInfo, branches, deleteBranch } from "../../staging/branches.js";
import { type CliContext, tableTerminal, writeJson } from "../context.js";
import { addCommonOptions, addExamples, addWarehouseOption, type WarehouseOptions } from "../options.js";
import { formatPlural } from "../terminal/format.js";
import { branchTable } from "../views/branches-view.js";

interface BranchesFlags extends WarehouseOptions {
  readonly delete?: string;
}

/** `branches`: where scenes wait to be merged; with `--delete` one is taken away. */
export function defineBranches(command: Command, context: CliContext): void {
  addWarehouseOption(command).option("--delete <name>", "delete a branch and what only it has");
  addCommonOptions(command);
  addExamples(command, ["branches", "branches -w ./warehouse --json", "branches --delete staging"]);
  command.action(async ({ warehouse, delete: name, json }: BranchesFlags) => {
    const { signal } = context;
    if (name === undefined) {
      const found = await branches(warehouse, { signal });
      if (json) writeJson(context, found);
      else context.stdout.write(branchTable(found, tableTerminal(context)));
      return;
    }
    const deleted = await deleteBranch(warehouse, name, { signal });
    if (json) writeJson(context, deleted);
    else context.stdout.write(`${deletedText(deleted)}\n`);
  });
}

function deletedText({ name, snapshot, ahead }: BranchInfo): string {
  const lost = ahead === 0 ? "main has all of it" : `${formatPlural(ahead, "scene")} ahead of main`;
  return `deleted ${name} (${lost}); until garbage is collected --at ${snapshot} still shows it`;
}
