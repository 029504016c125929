import type { Affine } from "../geo/affine.js";
import { leadingNumber } from "./leading-number.js";

/** Lines of a world file that count, as many as it has numbers. */
const LINES = 6;
/** Longer lines end GDAL's reading of a text; a number has fewer characters. */
const MAX_LINE_CHARACTERS = 100;

/**
 * The endings of world files that belong to a raster, in GDAL's order of precedence: first and last letter of its own
 * ending with a "w" ("tfw"), its ending with a "w" ("tifw"), "wld". Letter case does not matter.
 */
export function worldFileEndings(ending: string): string[] {
  const own = ending.toLowerCase();
  return own.length < 2 ? ["wld"] : [`${own[0]}${own.at(-1)}w`, `${own}w`, "wld"];
}

/**
 * The transform of pixel corners that a world file gives; null for text that is none.
 *
 * Its six lines are a, d, b, e and the place of the first pixel's centre. As in GDAL, empty lines do not count, text behind
 * a number is passed over, a line without a number is 0, and pixels of no width or height make the file void.
 */
export function parseWorldFile(text: string): Affine | null {
  const lines = text.split(/\r\n|\n|\r/).filter((line) => line !== "");
  if (lines.length < LINES || lines.some((line) => line.length > MAX_LINE_CHARACTERS)) return null;
  const numbers = lines.slice(0, LINES).map(leadingNumber);
  const [a, d, b, e, x, y] = numbers as [number, number, number, number, number, number];
  if (!numbers.every(Number.isFinite) || a * e - b * d === 0) return null;
  return [a, b, x - 0.5 * (a + b), d, e, y - 0.5 * (d + e)];
}
