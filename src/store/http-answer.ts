import { CorruptDataError, UnavailableError, UnsupportedError } from "../errors.js";
import type { ByteRange } from "./byte-store.js";
import type { HttpExchange } from "./http-exchange.js";

/** `Last-Modified` tells whole seconds (RFC 9110, section 5.6.7). */
export const HTTP_TIME_PRECISION_MS = 1000;

/** A server that knows no ranges sends the object from its first byte; this much is read in vain for a range. */
const longestSkipBytes = 8 * 2 ** 20;

/**
 * The bytes of `range` out of the answer to a request for it.
 *
 * @throws CorruptDataError where the server sends another range.
 * @throws UnavailableError where it was cut off.
 * @throws UnsupportedError where it sends the whole of a large object and the range lies far inside.
 */
export async function readRange(exchange: HttpExchange, range: ByteRange, name: string): Promise<Uint8Array> {
  if (exchange.status === 200) return readRangeOfWhole(exchange, range, name);
  const told = parseContentRange(exchange.header("content-range"));
  // Browsers may hide this header: then the length has to do.
  if (told?.first != null && told.first !== range.offset) {
    throw wrongAnswer(name, range, `bytes ${told.first} to ${told.last}`);
  }
  const data = await exchange.read(0, range.length + 1);
  const end = told?.total == null ? Number.POSITIVE_INFINITY : told.total - range.offset;
  if (data.length > range.length) throw wrongAnswer(name, range, "more bytes than that");
  if (told !== null && data.length < Math.min(range.length, end)) {
    throw new UnavailableError(`${name} was cut off: ${data.length} of ${Math.min(range.length, end)} bytes came.`, {
      details: { url: name },
    });
  }
  return data;
}

/** The server sends the whole object: take the range out of it, and stop the download behind it. */
async function readRangeOfWhole(exchange: HttpExchange, range: ByteRange, name: string): Promise<Uint8Array> {
  if (range.offset > longestSkipBytes) {
    throw new UnsupportedError(
      `The server of ${name} does not serve ranges, and the bytes from ${range.offset} on are too far into the object.`,
      { details: { url: name, ...range } },
    );
  }
  return exchange.read(range.offset, range.length);
}

function wrongAnswer(name: string, { offset, length }: ByteRange, sent: string): CorruptDataError {
  return new CorruptDataError(
    `Asked for bytes ${offset} to ${offset + length - 1} of ${name}, the server sent ${sent}.`,
    { details: { url: name, offset, length } },
  );
}

/** What to throw where a part comes and the whole was asked for. */
export function unaskedRange(name: string): CorruptDataError {
  return new CorruptDataError(`Asked for all of ${name}, the server sent a part.`, { details: { url: name } });
}

/** `bytes 0-99/1234`, or `bytes * /1234` without the space (RFC 9110, section 14.4). */
export function parseContentRange(
  header: string | null,
): { first: number | null; last: number | null; total: number | null } | null {
  const match = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(header?.trim() ?? "");
  return match && { first: parseCount(match[1]), last: parseCount(match[2]), total: parseCount(match[3]) };
}

/** Size of the whole object, as the answer to a request for it or for a range of it tells; null where it does not. */
export function wholeSize(exchange: HttpExchange): number | null {
  if (exchange.status === 206) return parseContentRange(exchange.header("content-range"))?.total ?? null;
  return parseCount(exchange.header("content-length"));
}

/** A whole number of a header; null where it holds anything else, or more than can be counted. */
export function parseCount(text: string | null | undefined): number | null {
  const count = /^\d+$/.test(text ?? "") ? Number(text) : null;
  return Number.isSafeInteger(count) ? count : null;
}

/** The seconds that a server asks to wait: a number or a date (RFC 9110, section 10.2.3); null where it asks nothing. */
export function retryAfterSeconds(header: string | null, nowMs = Date.now()): number | null {
  const seconds = parseCount(header);
  if (seconds !== null || header === null) return seconds;
  const dateMs = Date.parse(header);
  return Number.isNaN(dateMs) ? null : Math.max(0, Math.ceil((dateMs - nowMs) / 1000));
}
