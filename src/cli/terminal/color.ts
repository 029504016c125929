import picocolors from "picocolors";

/** What of a stream matters here: `process.stdout` and `process.stderr` are such. */
export interface TerminalStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** Environment variables, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Functions that colour a text, or leave it as it is where no colour is wanted. */
export type Colors = ReturnType<typeof picocolors.createColors>;

/**
 * True where people want colours on this stream.
 *
 * A non-empty `NO_COLOR` (no-color.org) says no; else `FORCE_COLOR` says yes, or no where it is `0` or `false`; else
 * a terminal gets them unless it is `TERM=dumb`.
 */
export function wantsColor(stream: TerminalStream, env: Environment): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  return stream.isTTY === true && env.TERM !== "dumb";
}

/** picocolors for a stream, whatever it decided for the process. */
export function createColors(stream: TerminalStream, env: Environment): Colors {
  return picocolors.createColors(wantsColor(stream, env));
}
