import { CorruptDataError, InvalidInputError } from "../../errors.js";

/** Crockford's base 32: no I, L, O, U. */
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const encoder = new TextEncoder();

/** `length` random bytes: 12 for snapshots, manifests and chunks, 8 for nodes (spec, "Object ids"). */
export function randomId(length: 8 | 12): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}

/** The text form of an id: 20 characters for 12 bytes, 13 for 8, the last one padded with zero bits. */
export function idToText(id: Uint8Array): string {
  let text = "";
  let pending = 0;
  let pendingBits = 0;
  for (const byte of id) {
    pending = (pending << 8) | byte;
    pendingBits += 8;
    while (pendingBits >= 5) {
      pendingBits -= 5;
      text += alphabet[(pending >> pendingBits) & 31];
    }
    pending &= (1 << pendingBits) - 1;
  }
  if (pendingBits > 0) text += alphabet[(pending << (5 - pendingBits)) & 31];
  return text;
}

/**
 * The 12 bytes of a snapshot id as people write it.
 *
 * @throws InvalidInputError where `text` is not 20 characters of Crockford's base 32.
 */
export function snapshotIdFromText(text: string): Uint8Array {
  const id = new Uint8Array(12);
  let pending = 0;
  let pendingBits = 0;
  let filled = 0;
  for (const character of text.toUpperCase()) {
    const value = alphabet.indexOf(character);
    if (value < 0) throw invalidId(text);
    pending = ((pending << 5) | value) & 0xfff;
    pendingBits += 5;
    if (pendingBits >= 8 && filled < 12) {
      pendingBits -= 8;
      id[filled] = (pending >> pendingBits) & 0xff;
      filled += 1;
    }
  }
  if (text.length !== 20) throw invalidId(text);
  return id;
}

function invalidId(text: string): InvalidInputError {
  return new InvalidInputError(`"${text}" is not a snapshot id: 20 characters of 0-9 and A-Z without I, L, O, U.`, {
    details: { snapshot: text },
  });
}

/** Order of ids as the format sorts them: byte by byte, unsigned. Negative, zero or positive. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = a[i]! - b[i]!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Order of names and paths as the format sorts them: by UTF-8 bytes, which JavaScript's own order is not. */
export function compareUtf8(a: string, b: string): number {
  if (isAscii(a) && isAscii(b)) return a < b ? -1 : a > b ? 1 : 0;
  return compareBytes(encoder.encode(a), encoder.encode(b));
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}

/**
 * Check that ids or names are strictly ascending, as every reader's binary search needs.
 *
 * @throws CorruptDataError
 */
export function assertAscending<T>(items: readonly T[], compare: (a: T, b: T) => number, what: string): void {
  for (let i = 1; i < items.length; i++) {
    if (compare(items[i - 1]!, items[i]!) >= 0) {
      throw new CorruptDataError(`${what} are not sorted, at position ${i}.`, { details: { what, position: i } });
    }
  }
}
