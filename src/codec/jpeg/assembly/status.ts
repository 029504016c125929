// @ts-nocheck: AssemblyScript, which its own compiler checks
/** What the functions that the host calls say: 0 or more where all went well. */

export const OK: i32 = 0;
/** The entropy-coded bytes end before the pixels do. */
export const TRUNCATED: i32 = -1;
/** Bits that are no Huffman code. */
export const BAD_CODE: i32 = -2;
/** A run of zeros reaches behind coefficient 63 or the scan's last one. */
export const BAD_RUN: i32 = -3;
/** A restart marker is missing or out of turn. */
export const BAD_RESTART: i32 = -4;
/** Entropy-coded bytes are left over when all pixels are there. */
export const TOO_LONG: i32 = -5;
/** A coefficient that no 8-bit image has. */
export const BAD_COEFFICIENT: i32 = -6;
/** Code lengths that make no prefix code. */
export const BAD_TABLE: i32 = -7;
