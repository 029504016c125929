import { type Colors, createColors, type Environment, type TerminalStream } from "./color.js";

/** What a table or a plot needs to know of where it is going to. */
export interface Terminal {
  /** Columns of text; 80 where the stream is no terminal. */
  readonly width: number;
  /** False where only ASCII arrives whole. */
  readonly isUnicode: boolean;
  readonly colors: Colors;
}

/** A stream's width, colours and characters, from itself and the environment. Costs nothing: ask again after a resize. */
export function describeTerminal(stream: TerminalStream, env: Environment): Terminal {
  return {
    width: stream.columns && stream.columns > 0 ? stream.columns : 80,
    isUnicode: isUnicode(stream, env),
    colors: createColors(stream, env),
  };
}

/** The first of these that is set decides (POSIX.1-2017, 8.2); files and pipes are UTF-8 unless the locale says no. */
function isUnicode(stream: TerminalStream, env: Environment): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
  if (env.TERM === "dumb" && stream.isTTY) return false;
  if (!locale) return true;
  return /utf-?8/i.test(locale) || !/^(C|POSIX)$|\.|@/.test(locale);
}
