import { CorruptDataError, UnsupportedError } from "../../errors.js";

/** The error of a JPEG stream that is damaged or not what was expected; `fault` says how. */
export function corruptJpeg(fault: string, details: Readonly<Record<string, number>> = {}): CorruptDataError {
  return new CorruptDataError(`JPEG block: ${fault}`, { details: { compression: "JPEG", fault, ...details } });
}

/** The error of a JPEG stream of a kind that is not read; `what` names it. */
export function unsupportedJpeg(what: string, details: Readonly<Record<string, number>> = {}): UnsupportedError {
  return new UnsupportedError(`JPEG block: ${what} is not read`, {
    details: { compression: "JPEG", what, ...details },
  });
}
