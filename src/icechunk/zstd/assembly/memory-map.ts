/**
 * Where everything lies in linear memory. Nothing is ever allocated: tables have fixed places below {@link HEAP}, and the
 * host lays the compressed bytes and the decoded bytes out above it.
 *
 * An entry of a finite state entropy table is a u32: the symbol in bits 0-7, how many bits the next state takes in 8-15,
 * the first of the next states in 16-31. An entry of a Huffman table is a u16: symbol, then length.
 */

/** 64 × i16: probabilities of a table that is being read; 256 × u16: the next state of each symbol. */
export const PROBABILITIES: usize = 0x400;
export const NEXT_STATES: usize = 0x600;
/** 256 × u8: weights of a Huffman tree that is being read. */
export const WEIGHTS: usize = 0x800;
/** 64 entries: the table that packs weights. */
export const WEIGHT_TABLE: usize = 0xa00;
/** 64, 32 and 64 entries: the tables in force where a block brings none. */
export const DEFAULT_LITERALS: usize = 0xc00;
export const DEFAULT_OFFSETS: usize = 0xd00;
export const DEFAULT_MATCHES: usize = 0xe00;
/** 512, 256 and 512 entries: the tables that the last block brought. */
export const LITERAL_TABLE: usize = 0x1000;
export const OFFSET_TABLE: usize = 0x1800;
export const MATCH_TABLE: usize = 0x2000;
/** 2048 entries: the Huffman table that the last block brought. */
export const HUFFMAN_TABLE: usize = 0x3000;
/** At most 131072 bytes of literals, and what may be read and written behind them. */
export const LITERALS: usize = 0x4000;
/** Compiled-in data: baselines and bits of codes, default probabilities. */
export const STATIC_DATA: usize = 0x24400;
/** First byte that belongs to the host. */
export const HEAP: usize = 0x25000;
