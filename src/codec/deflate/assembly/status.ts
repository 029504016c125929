/** What a decompressor returns. */

/** The stream's end was reached. */
export const OK: i32 = 0;
/** All the bytes that were asked for are out. */
export const STOPPED: i32 = 1;
export const BAD_HEADER: i32 = -1;
export const TRUNCATED: i32 = -2;
export const BAD_DATA: i32 = -3;
export const BAD_DISTANCE: i32 = -4;
export const BAD_CHECKSUM: i32 = -5;
export const TOO_LONG: i32 = -6;

/** Between the steps of one call, never returned: go on; the block's end was read. */
export const GO_ON: i32 = 2;
export const BLOCK_END: i32 = 3;

/** Address of u32 results: bytes produced, then bytes consumed. */
export const PRODUCED: usize = 0;
export const CONSUMED: usize = 4;
