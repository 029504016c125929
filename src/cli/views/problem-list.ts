import { formatCount } from "../terminal/format.js";
import { printable } from "../terminal/printable.js";

/** A file with what is to be said of it. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

/** This many are read; more scroll what matters out of sight. */
const MOST_SHOWN = 10;

/**
 * Problems for people, a line each: the first ten, then how many more there are.
 *
 * @param mark Stands before each: `warning:`.
 */
export function renderProblems(problems: readonly Problem[], mark: string): string {
  const lines = problems.slice(0, MOST_SHOWN).map((problem) => `${mark} ${printable(problemText(problem))}\n`);
  const more = problems.length - lines.length;
  if (more > 0) lines.push(`${mark} and ${formatCount(more)} more\n`);
  return lines.join("");
}

/** The message, behind the path where it does not name that already. */
export function problemText({ path, message }: Problem): string {
  return message.includes(path) ? message : `${path}: ${message}`;
}
