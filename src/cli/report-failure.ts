import { CommanderError } from "commander";
import { type ErrorJson, errorToJson, InvalidInputError, isPixelQueryError } from "../errors.js";
import { type CliContext, stderrTerminal, writeJson } from "./context.js";
import { EXIT_INTERRUPTED, EXIT_OK, EXIT_WRONG_CALL, exitCodeOf } from "./exit-codes.js";

/** Where faults of the program are reported. */
const ISSUES = "please report this with the command you typed, and what --verbose adds";

/**
 * Tell people, and programs that asked for JSON, why a command ended; nothing where it only showed help or its version.
 *
 * @param argv What was typed: a wrong call is not parsed to its end, so `--json` and `--verbose` are looked for here.
 * @returns The exit code.
 */
export function reportFailure(thrown: unknown, argv: readonly string[], context: CliContext): number {
  if (context.signal.aborted) {
    context.stderr.write("interrupted\n");
    return context.interruptedCode ?? EXIT_INTERRUPTED;
  }
  if (thrown instanceof CommanderError) {
    if (thrown.exitCode === 0) return EXIT_OK;
    // Help stands on stderr in place of a message: no command was named.
    if (thrown.code === "commander.help") return EXIT_WRONG_CALL;
  }
  const error = thrown instanceof CommanderError ? wrongCall(thrown) : thrown;
  const json = errorToJson(error);
  if (wantsJson(argv)) writeJson(context, { error: json });
  writeError(context, json, error);
  if (argv.includes("--verbose") && error instanceof Error) context.stderr.write(`${withCauses(error)}\n`);
  return exitCodeOf(json.name);
}

function wrongCall(error: CommanderError): InvalidInputError {
  return new InvalidInputError(error.message.replace(/^error: /, ""), { cause: error });
}

function wantsJson(argv: readonly string[]): boolean {
  return argv.some(
    (word, i) => word === "--json" || word === "--format=json" || (word === "json" && argv[i - 1] === "--format"),
  );
}

/** Write `error: …` and what can be done about it to stderr. */
export function writeError(context: CliContext, { message }: ErrorJson, error?: unknown): void {
  const { colors } = stderrTerminal(context);
  context.stderr.write(`${colors.red("error:")} ${safeLines(message)}\n`);
  const isOurFault = error !== undefined && !isPixelQueryError(error);
  if (isOurFault) context.stderr.write(`${colors.dim(`an unexpected error: ${ISSUES}`)}\n`);
}

/** A message may quote a file's name or a band's: nothing in it may command the terminal. Its line breaks are ours. */
function safeLines(message: string): string {
  return message.replace(/[^\P{Cc}\n]/gu, "\ufffd");
}

function withCauses(error: Error): string {
  const own = error.stack ?? String(error);
  return error.cause instanceof Error ? `${own}\ncaused by ${withCauses(error.cause)}` : own;
}
