/**
 * What an entry of the decoding tables holds, and how it is read.
 *
 * ## Entry of a table (u32)
 *
 *     bits 0-5    bits to drop from the input: the code, and for a length or distance its extra bits too
 *     bits 6-7    number of literals in the entry; 0 means: not a literal
 *     literals    bits 8-31 hold the bytes
 *     otherwise   bits 8-12  code length + 2 (the width of a subtable's index for a pointer)
 *                 bit 13     EXCEPTION: neither a length nor a distance; look at the next two
 *                 bit 14     END of block
 *                 bit 15     POINTER to a subtable
 *                 bits 16-31 base of the length or distance, or index of the subtable's first entry
 *
 * An EXCEPTION that is neither END nor POINTER is a code that must not occur.
 *
 * ## Entry of the packed table (u32)
 *
 * Real blocks are short matches with a literal now and then, so one look-up takes all that fits the index: up to two
 * literals and, after them, one whole match length.
 *
 *     0           nothing fits: look into the symbol table
 *     bits 0-5    bits to drop, extra bits included
 *     bits 6-7    number of literals, 0 to 2
 *     bits 8-23   the literals
 *     bits 24-31  match length − 2; 0 means that no match follows
 */
import { DISTANCE_TABLE, PACKED_TABLE, SYMBOL_TABLE } from "./memory-map";

export const EXCEPTION: u64 = 1 << 13;
export const END: u64 = 1 << 14;
export const POINTER: u64 = 1 << 15;
/** Set in every literal entry. */
export const LITERAL: u64 = 0xc0;
export const LITERAL_COUNT: u32 = 0xc0;
export const ONE_LITERAL: u32 = 0x40;

// The offset of a load must be a literal constant to become part of the instruction, hence one function a table.

// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
export function packedEntry(index: u64): u64 {
  return <u64>i64.load32_u(<usize>index, PACKED_TABLE);
}

// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
export function symbolEntry(index: u64): u64 {
  return <u64>i64.load32_u(<usize>index, SYMBOL_TABLE);
}

// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
export function distanceEntry(index: u64): u64 {
  return <u64>i64.load32_u(<usize>index, DISTANCE_TABLE);
}

/** Byte offset into the subtable that `pointer` names. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
export function subIndex(pointer: u64, bits: u64): u64 {
  return ((pointer >> 16) << 2) + (bits & (((<u64>1 << ((pointer >> 8) & 31)) - 1) << 2));
}

/**
 * A length or distance: the entry's base plus the extra bits behind its code.
 *
 * Both shifts look at the low six bits only, and bit 13 is clear in such an entry, so neither count needs a mask.
 */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
export function valueOf(entry: u64, bits: u64): usize {
  return <usize>(entry >> 16) + <usize>((bits & (((<u64>4) << entry) - 1)) >> (entry >> 8));
}

/** True for an entry of literals alone: neither zero nor with a match length in its top byte. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
export function isLiteralsOnly(packed: u64): bool {
  return packed - 1 < 0xffffff;
}

// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
export function literalCount(packed: u64): usize {
  return <usize>(packed >> 6) & 3;
}
