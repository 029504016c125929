import stringWidth from "fast-string-width";

/** Control characters, and those that turn or hide what follows them. */
const UNPRINTABLE = /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Columns that a text takes up in a terminal: 2 for wide characters, 0 for colour codes. */
export function displayWidth(text: string): number {
  return stringWidth(text);
}

/** Text from a file, made safe to print: no line breaks, and nothing that commands the terminal. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, "\ufffd");
}

/**
 * The text in at most `width` columns, its middle replaced by an ellipsis: of a path or a scene's name both ends
 * matter. Not for text with colour codes.
 */
export function shorten(text: string, width: number, isUnicode: boolean): string {
  if (displayWidth(text) <= width) return text;
  const ellipsis = isUnicode ? "…" : "..";
  const room = width - ellipsis.length;
  if (room < 0) return "";
  const characters = [...text];
  const tail = takeColumns(characters.toReversed(), Math.floor(room / 2)).toReversed();
  const head = takeColumns(characters, room - Math.floor(room / 2));
  return `${head.join("")}${ellipsis}${tail.join("")}`;
}

function takeColumns(characters: readonly string[], width: number): string[] {
  const taken: string[] = [];
  let used = 0;
  for (const character of characters) {
    used += displayWidth(character);
    if (used > width) break;
    taken.push(character);
  }
  return taken;
}
