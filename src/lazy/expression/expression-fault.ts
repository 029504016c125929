import { ExpressionError } from "../../errors.js";

/** Characters of the expression shown around a fault; a line of a terminal holds them with the margin. */
const SHOWN_LENGTH = 72;

/**
 * An error that shows the expression with a caret line under the fault.
 *
 * `details` holds `expression`, `position` and `length` of the fault, in UTF-16 code units from 0.
 *
 * @example
 * unknown band "nri", did you mean "nir"?
 *   (nri - red) / (nir + red)
 *    ^^^
 */
export function expressionFault(message: string, text: string, position: number, length: number): ExpressionError {
  const end = Math.min(text.length, position + Math.max(length, 1));
  const from = Math.max(0, Math.min(position - SHOWN_LENGTH / 2, text.length - SHOWN_LENGTH));
  const to = Math.min(text.length, from + SHOWN_LENGTH);
  const before = from > 0 ? "…" : "";
  const after = to < text.length ? "…" : "";
  // A line break or a control character would tear the caret from its place, or speak to the terminal.
  const line = `${before}${text.slice(from, to).replace(/\p{Cc}/gu, " ")}${after}`;
  const caret = " ".repeat(before.length + position - from) + "^".repeat(Math.max(1, Math.min(end, to) - position));
  return new ExpressionError(`${message}\n  ${line}\n  ${caret}`, {
    details: { expression: text.slice(0, 1000), position, length },
  });
}
