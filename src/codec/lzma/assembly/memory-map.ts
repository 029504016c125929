/**
 * Where everything lies in linear memory. Nothing is ever allocated: the probabilities have fixed places below
 * {@link HEAP}, and the host lays the compressed and the expanded bytes out above it.
 *
 * A probability is a u16: of 2048, how likely the next bit is 0. Names and numbers are those of the LZMA specification:
 * 12 states, 16 positions, lengths in three ranges, distances by slot.
 */

/** [12 states][16 positions]: a match or a literal. */
export const IS_MATCH: usize = 0x100;
/** [12]: a repeated distance or a new one. */
export const IS_REP: usize = 0x280;
/** [12]: not the last distance. */
export const IS_REP_G0: usize = 0x298;
/** [12]: not the one before the last. */
export const IS_REP_G1: usize = 0x2b0;
/** [12]: the fourth last, not the third last. */
export const IS_REP_G2: usize = 0x2c8;
/** [12][16]: the last distance with a length of its own, not of 1. */
export const IS_REP0_LONG: usize = 0x2e0;
/** [4 lengths][64]: trees of distance slots. */
export const POSITION_SLOTS: usize = 0x460;
/** [128]: trees of the low bits of distances of the slots 4 to 13. */
export const POSITION_SPECIAL: usize = 0x660;
/** [16]: tree of the low four bits of longer distances. */
export const POSITION_ALIGN: usize = 0x760;
/** Lengths of matches, then of repeated ones; see the offsets below. */
export const MATCH_LENGTHS: usize = 0x780;
export const REP_LENGTHS: usize = 0xb90;
/** [16][0x300]: literals. */
export const LITERALS: usize = 0x1000;
/** End of the probabilities: LZMA2 allows no more than 4 bits of context and position for a literal. */
export const PROBABILITIES_END: usize = 0x1000 + 16 * 0x300 * 2;

/** Inside of a length decoder: longer than 9; longer than 17; [16][8]; [16][8]; [256]. */
export const CHOICE: usize = 0;
export const CHOICE_2: usize = 2;
export const LOW: usize = 4;
export const MID: usize = 0x104;
export const HIGH: usize = 0x204;

/** [256] × u32 and [256] × u64, made when they are first needed. */
export const CRC32_TABLE: usize = 0x7000;
export const CRC64_TABLE: usize = 0x7400;

/** First byte that belongs to the host. */
export const HEAP: usize = 0x8000;
