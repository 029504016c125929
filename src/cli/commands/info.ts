import type { Command } from "commander";
import { catalog } from "../../warehouse/catalog.js";
import { type CliContext, tableTerminal, writeJson } from "../context.js";
import { addAtOption, addCommonOptions, addExamples, addWarehouseOption, type WarehouseOptions } from "../options.js";
import { infoView, snapshotTable } from "../views/info-view.js";

interface InfoFlags extends WarehouseOptions {
  readonly at?: string;
  readonly snapshots?: boolean;
}

/** `info`: what a warehouse holds, and with `--snapshots` how it came about. */
export function defineInfo(command: Command, context: CliContext): void {
  addAtOption(addWarehouseOption(command)).option("--snapshots", "list the history, newest first");
  addCommonOptions(command);
  addExamples(command, ["info", "info -w ./warehouse --snapshots", "info --at 2024-06-01T00:00:00Z --json"]);
  command.action(async ({ warehouse, at, snapshots: wantsHistory, json }: InfoFlags) => {
    const found = await catalog(warehouse, { at });
    const [summary, snapshots] = await Promise.all([found.summary(), wantsHistory ? found.snapshots() : null]);
    if (json) return writeJson(context, snapshots === null ? summary : { ...summary, snapshots });
    const terminal = tableTerminal(context);
    context.stdout.write(infoView(summary, terminal));
    if (snapshots !== null) context.stdout.write(`\n${snapshotTable(snapshots, terminal)}`);
  });
}
