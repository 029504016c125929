import type { Environment } from "./terminal/color.js";
import { describeTerminal, type Terminal } from "./terminal/describe-terminal.js";

/** What a command needs of the process it runs in. */
export interface CliContext {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Environment;
  /** Aborted by Ctrl-C, and by who asks the process to end. */
  readonly signal: AbortSignal;
  /** Exit code of a command that the signal ended. Default: that of Ctrl-C. */
  interruptedCode?: number;
  /** Exit code of a command that ends without an error. */
  exitCode: number;
  /** Set by a command that ends by itself once the signal is aborted: it is waited for, and its exit code counts. */
  endsItself?: boolean;
}

/** Width, colours and characters of stdout, for what people asked for. */
export function stdoutTerminal({ stdout, env }: CliContext): Terminal {
  return describeTerminal(stdout, env);
}

/** As {@link stdoutTerminal}, but endlessly wide where a pipe or file reads it: what grep looks for must not be cut. */
export function tableTerminal(context: CliContext): Terminal {
  const terminal = stdoutTerminal(context);
  return context.stdout.isTTY ? terminal : { ...terminal, width: Number.POSITIVE_INFINITY };
}

/** Width, colours and characters of stderr, for progress, warnings and errors. */
export function stderrTerminal({ stderr, env }: CliContext): Terminal {
  return describeTerminal(stderr, env);
}

/** Write the one JSON document of a command to stdout. */
export function writeJson({ stdout }: CliContext, document: unknown): void {
  stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}

/** Write a remark for people to stderr, where it is in nobody's way. */
export function writeNote({ stderr }: CliContext, text: string): void {
  stderr.write(`${text}\n`);
}
