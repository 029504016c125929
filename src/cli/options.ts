import { type Command, InvalidArgumentError } from "commander";

/** Where a warehouse is looked for unless `-w` says else. */
export const DEFAULT_WAREHOUSE = "./warehouse";

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: boolean;
}

/** Options of every command that reads or writes a warehouse. */
export interface WarehouseOptions extends CommonOptions {
  readonly warehouse: string;
}

/** Give a command `--json` and `--verbose`. The latter is read from the arguments, so that it works in wrong calls. */
export function addCommonOptions(command: Command): Command {
  return command
    .option("--json", "print exactly one JSON document")
    .option("--verbose", "show where an error was thrown");
}

/** Give a command `-w`. */
export function addWarehouseOption(command: Command): Command {
  return command.option("-w, --warehouse <path>", "folder of the warehouse", DEFAULT_WAREHOUSE);
}

/** Give a command that looks back in time `--at`. */
export function addAtOption(command: Command): Command {
  return command.option("--at <version>", "snapshot id, tag, branch or ISO time (default: the newest snapshot)");
}

/** Give a command its examples, as the end of its help. */
export function addExamples(command: Command, examples: readonly string[]): Command {
  const lines = examples.map((example) => `  $ pixelquery ${example}`);
  return command.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
}

/** `a, b,c` as its names; for commander. */
export function parseNames(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("")) throw new InvalidArgumentError("Names are separated by one comma each: red,nir");
  return names;
}

/** A decimal number; for commander. */
export function parseNumber(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) throw new InvalidArgumentError("It takes a number.");
  return value;
}

/** A number above 0; for commander. */
export function parsePositive(text: string): number {
  const value = parseNumber(text);
  if (value <= 0) throw new InvalidArgumentError("It takes a number above 0.");
  return value;
}

/** A whole number from 1; for commander. */
export function parseLimit(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("It takes a whole number from 1.");
  return Number(text);
}

/** West, south, east, north in degrees; for commander. West may be greater than east: the antimeridian lies between. */
export function parseBounds(text: string): [west: number, south: number, east: number, north: number] {
  const parts = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const [west = Number.NaN, south = Number.NaN, east = Number.NaN, north = Number.NaN] = parts;
  const areDegrees = parts.length === 4 && parts.every((part) => Math.abs(part) <= 360);
  if (!areDegrees || south > north || south < -90 || north > 90) {
    throw new InvalidArgumentError("It takes west,south,east,north in degrees: -74.1,40.6,-73.8,40.9");
  }
  return [west, south, east, north];
}
