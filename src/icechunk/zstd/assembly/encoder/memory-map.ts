/**
 * Where everything lies in the encoder's linear memory. What is below 0x1000 is that of ../memory-map, for the tables
 * that both directions build alike. Nothing is ever allocated.
 */

/** 256 × u32: how often each literal, or each code, occurs. */
export const COUNTS: usize = 0x1000;
/** 256 × u8: symbols that occur, the rarest first. */
export const ORDER: usize = 0x1400;
/** 16 × u32: the next code of each weight. */
export const NEXT_CODES: usize = 0x1500;
/** 512 each of u32, u16 and u8: how often a node of a tree occurs, the node above it, how deep it lies. */
export const NODE_COUNTS: usize = 0x1800;
export const NODE_PARENTS: usize = 0x2000;
export const NODE_DEPTHS: usize = 0x2400;
/** At most 128 bytes and what a store of 8 writes behind them: the description of a tree. */
export const TREE_DESCRIPTION: usize = 0x2600;
/** 256 × u32 each: codes of the tree that the last block brought, and of a fresh one; code, then length << 16. */
export const TREES: usize = 0x2800;
/** 512 entries of ../memory-map: a table as the decoder sees it. */
export const DECODING_TABLE: usize = 0x3000;
/** 10 tables of {@link FSE_TABLE_BYTES}. */
export const FSE_TABLES: usize = 0x3800;
export const FSE_TABLE_BYTES: usize = 0x600;
/** Compiled-in data. */
export const STATIC_DATA: usize = 0x7400;
/** At most 131072 bytes: the literals of a block, one behind another. */
export const LITERALS: usize = 0x8000;
/** 12 bytes each: literal length, match length - 3, offset value. A block has at most 32768. */
export const SEQUENCES: usize = 0x28100;
/** 3 × u8 each: codes of literal length, match length and offset. */
export const SEQUENCE_CODES: usize = 0x88200;
/** The block that is written; at worst, 11 bits a literal and 11 bytes a sequence. */
export const BLOCK: usize = 0xa0400;
/** 2^17 and 2^16 × u32: addresses where 8 and 5 bytes were last seen. */
export const LONG_TABLE: usize = 0x130400;
export const SHORT_TABLE: usize = 0x1b0400;
/** 2^17 × u32: for each of the last places, the one before that had the same 5 bytes. */
export const CHAIN: usize = 0x1f0400;
/** First byte that belongs to the host. */
export const HEAP: usize = 0x270400;
