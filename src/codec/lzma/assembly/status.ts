/** What {@link expandLzma2} returns. */

/** The end marker was reached. */
export const OK: i32 = 0;
/** All the bytes that were asked for are out, and another chunk or symbol follows. */
export const STOPPED: i32 = 1;
export const TRUNCATED: i32 = -2;
/** A control byte or properties that must not occur, or a chunk without the resets that must come before it. */
export const BAD_CHUNK: i32 = -3;
export const BAD_DISTANCE: i32 = -4;
/** A chunk's symbols do not end where its sizes say. */
export const BAD_CHUNK_END: i32 = -5;

/** Address of u32 results: bytes produced, then bytes consumed. */
export const PRODUCED: usize = 0;
export const CONSUMED: usize = 4;
