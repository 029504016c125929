/**
 * Where everything lies in linear memory. Nothing is ever allocated: the tables have fixed places below
 * {@link HEAP}, and the host lays the compressed bytes, the inflated bytes and the planes out above it.
 */

/** 16 × u32: how many symbols have each code length. */
export const LENGTH_COUNTS: usize = 0x100;
/** 17 × u32: where the symbols of each code length start in {@link SORTED_SYMBOLS}. */
export const LENGTH_OFFSETS: usize = 0x140;
/** 320 × u8 with room for one overrun: code lengths of literal/length symbols, then of distance symbols. */
export const CODE_LENGTHS: usize = 0x200;
/** 19 × u8, padded to 24: code lengths of the code length alphabet. */
export const PRECODE_LENGTHS: usize = 0x3c0;
/** 320 × u16: symbols sorted by code length, then by value. */
export const SORTED_SYMBOLS: usize = 0x400;

/** 288 × u32: what a literal/length symbol means, before its code length is known. */
export const LITLEN_TEMPLATES: usize = 0x1000;
/** 32 × u32: the same for distance symbols. */
export const DISTANCE_TEMPLATES: usize = 0x1500;
/** 19 × u32: the same for the code length alphabet. */
export const PRECODE_TEMPLATES: usize = 0x1600;

/** 128 × u32: decoding table of the code length alphabet. */
export const PRECODE_TABLE: usize = 0x1800;
/** 16 patterns of 16 bytes: pattern d repeats the lanes 0 … d−1. */
export const REPEAT_PATTERNS: usize = 0x1a00;
/** 16 × u8: the largest multiple of d that fits 16 bytes. */
export const REPEAT_STEPS: usize = 0x1b00;
/** 16 bytes: where a vector is put of which only a part is wanted. */
export const EIGHT_VALUES: usize = 0x1b10;
/** u32 entries: distance table and its subtables. */
export const DISTANCE_TABLE: usize = 0x2000;
/** At most 8192 u32 entries: literal/length table, one symbol an entry, and its subtables. */
export const SYMBOL_TABLE: usize = 0x4000;
/** 2048 × u32: scratch of `packTable`. */
export const PACK_REST: usize = 0xc000;
/** 288 × u16: codes of the sorted literal/length symbols. */
export const SORTED_CODES: usize = 0xe000;
/** At most 8192 u32 entries: literal/length table with several symbols an entry. */
export const PACKED_TABLE: usize = 0x10000;

/** The bytes 0 … 255, and 16 bytes that a vector load may read behind them. */
export const LZW_LITERALS: usize = 0x18000;
/** 4096 × u64: for each LZW code the address of its string in bits 0-31 and its length in bits 32-63. */
export const LZW_TABLE: usize = 0x18400;

/** First byte that belongs to the host. */
export const HEAP: usize = 0x20400;
