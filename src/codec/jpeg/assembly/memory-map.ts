// @ts-nocheck: AssemblyScript, which its own compiler checks
/**
 * Where everything lies in linear memory. Nothing is ever allocated: tables have fixed places below {@link HEAP}, and
 * the host lays the stream, the planes, the coefficients and the samples out above it. Static data lie below 0x1000.
 */

/** 10 × 64 bytes: {@link Component}. */
export const COMPONENTS: usize = 0x1000;
/** 4 × i32: addresses of the components of the current scan. */
export const SCAN_COMPONENTS: usize = 0x1300;
/** 10 × 64 × u16: each component's quantization table in natural order. */
export const QUANTIZATION: usize = 0x1400;
/** 16 × u8 and 256 × u8: how many codes have each length, and their symbols: what the host hands to `buildHuffman`. */
export const HUFFMAN_COUNTS: usize = 0x1900;
export const HUFFMAN_SYMBOLS: usize = 0x1910;
/** 64 × i16: coefficients of the current block in natural order. */
export const BLOCK: usize = 0x1b00;
/** 64 × i32: the block between the two passes of the inverse transform. */
export const WORKSPACE: usize = 0x1c00;
/** 8 × 4 × i32: the columns of four rows behind the second pass. */
export const COLUMNS: usize = 0x1d00;
/** 8 tables of {@link HUFFMAN_BYTES}: 4 for DC, 4 for AC. */
export const HUFFMAN: usize = 0x2000;
export const HUFFMAN_BYTES: usize = 0x1000;

/** First byte that belongs to the host. */
export const HEAP: usize = 0xa000;
