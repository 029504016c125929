/** What a step answers where it cannot go on; the host has the words. */
export const CUT_OFF: i32 = -1;
export const BAD_TABLE: i32 = -2;
export const BAD_TREE: i32 = -3;
export const NOT_THERE: i32 = -4;
export const BAD_LITERALS: i32 = -5;
export const BAD_SEQUENCES: i32 = -6;
export const BAD_OFFSET: i32 = -7;
export const TOO_LARGE: i32 = -8;
