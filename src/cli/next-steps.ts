import { type CliContext, tableTerminal } from "./context.js";
import { DEFAULT_WAREHOUSE } from "./options.js";
import { programName } from "./views/program-name.js";
import { shellCommand } from "./views/shell-words.js";

/** Words that name a warehouse in a command; none where it is the default one. */
export function placeOf(warehouse: string): string[] {
  return warehouse === DEFAULT_WAREHOUSE ? [] : ["-w", warehouse];
}

/** Print commands to type next: they work as they stand. */
export function writeNext(steps: readonly (readonly string[])[], context: CliContext): void {
  const { colors } = tableTerminal(context);
  const lines = steps.map((words) => `  ${colors.cyan(`${programName(context.env)} ${shellCommand(words)}`)}\n`);
  context.stdout.write(`\nNext:\n${lines.join("")}`);
}
