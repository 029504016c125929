import { CorruptDataError, UnsupportedError } from "../../errors.js";

/** The error of a WebP stream that is damaged or not what was expected; `fault` says how. */
export function corruptWebP(fault: string, details: Readonly<Record<string, number>> = {}): CorruptDataError {
  return new CorruptDataError(`WebP block: ${fault}`, { details: { compression: "WEBP", fault, ...details } });
}

/** The error of a WebP stream of a kind that is not read; `what` names it. */
export function unsupportedWebP(what: string): UnsupportedError {
  return new UnsupportedError(`WebP block: ${what} is not read`, { details: { compression: "WEBP", what } });
}
