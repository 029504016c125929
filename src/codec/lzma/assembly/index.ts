export { crc32, crc64 } from "./checksums";
export { undoDelta } from "./delta";
export { expandLzma2 } from "./lzma2";
export { HEAP } from "./memory-map";
