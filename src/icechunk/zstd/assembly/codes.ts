/**
 * Codes of lengths and offsets, and their default distributions: what decoder and encoder agree on (RFC 8878,
 * 3.1.1.3.2.1).
 */

export const LITERAL_CODES: u32 = 36;
export const MATCH_CODES: u32 = 53;
/** How many bits follow the codes of literal and match lengths (RFC 8878, tables 16 and 17). */
export const LITERAL_BITS = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
]);
export const MATCH_BITS = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3,
  3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
]);
/** The first length of each code, u32, once {@link prepareBaselines} was called. */
export const LITERAL_BASELINES: usize = memory.data(36 * 4);
export const MATCH_BASELINES: usize = memory.data(53 * 4);
/** The distributions in force where a block brings none (RFC 8878, 3.1.1.3.2.2). */
export const LITERAL_DEFAULTS = memory.data<i16>([
  4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1,
]);
export const MATCH_DEFAULTS = memory.data<i16>([
  1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
]);
export const OFFSET_DEFAULTS = memory.data<i16>([
  1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1,
]);

/** Compute the first lengths, which as data would be a tenth of the module. */
export function prepareBaselines(): void {
  fillBaselines(LITERAL_BASELINES, LITERAL_BITS, LITERAL_CODES, 0);
  fillBaselines(MATCH_BASELINES, MATCH_BITS, MATCH_CODES, 3);
}

/** Each code begins where the one before it ends. */
function fillBaselines(baselines: usize, bits: usize, count: u32, shortest: u32): void {
  let length = shortest;
  for (let code: u32 = 0; code < count; code++) {
    store<u32>(baselines + code * 4, length);
    length += 1 << load<u8>(bits + code);
  }
}
