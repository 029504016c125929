import { readFileSync } from "node:fs";
import { Command } from "commander";
import { commandEntries } from "./commands.js";
import { type CliContext, stdoutTerminal } from "./context.js";
import { addExamples } from "./options.js";
import { packageRoot } from "./package-root.js";
import { reportFailure } from "./report-failure.js";

/**
 * Run the command line.
 *
 * @param argv What was typed after the program's name.
 * @returns The exit code. Errors do not leave it: they are reported on stderr, with `--json` on stdout too.
 */
export async function run(argv: readonly string[], context: CliContext): Promise<number> {
  try {
    const program = await createProgram(argv, context);
    await Promise.race([program.parseAsync([...argv], { from: "user" }), rejectWhenAborted(context)]);
    return context.exitCode;
  } catch (error) {
    return reportFailure(error, argv, context);
  }
}

async function createProgram(argv: readonly string[], context: CliContext): Promise<Command> {
  const { colors } = stdoutTerminal(context);
  const program = new Command("pixelquery")
    .description("Turns a folder of Cloud-Optimized GeoTIFFs into a versioned time-series data cube.")
    .version(packageVersion(), "--version", "print the version")
    .exitOverride()
    .configureHelp({ styleTitle: (title) => colors.bold(title) })
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: (text) => void context.stderr.write(text),
      // What is wrong with a call is reported like any other error.
      outputError: () => {},
    });
  addExamples(program, ["demo", "inspect ./cogs", "ingest ./cogs", "timeseries --lon -73.97 --lat 40.78 --plot"]);
  const wanted = wantedCommand(argv);
  for (const { name, summary, load } of commandEntries) {
    const command = program.command(name).description(summary);
    if (name === wanted) (await load())(command, context);
  }
  return program;
}

/** The word that names the command, also behind `help`. */
function wantedCommand(argv: readonly string[]): string | undefined {
  const [first, second] = argv.filter((word) => !word.startsWith("-"));
  return first === "help" ? second : first;
}

function packageVersion(): string {
  const text = readFileSync(new URL("package.json", packageRoot), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** Ctrl-C ends any command at once that does not end itself; a warehouse opens again whatever was interrupted. */
function rejectWhenAborted(context: CliContext): Promise<never> {
  const { signal } = context;
  return new Promise((_, reject) => {
    const interrupt = () => {
      if (context.endsItself !== true) reject(signal.reason);
    };
    if (signal.aborted) interrupt();
    signal.addEventListener("abort", interrupt, { once: true });
  });
}
