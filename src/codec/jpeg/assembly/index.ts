// @ts-nocheck: AssemblyScript, which its own compiler checks
import { Scan } from "./block-progressive";

export { buildHuffman } from "./huffman";
export { COMPONENTS, HEAP, HUFFMAN, HUFFMAN_BYTES, HUFFMAN_COUNTS, QUANTIZATION, SCAN_COMPONENTS } from "./memory-map";
export { render, transformComponent } from "./render";
export { decodeScan } from "./scan";

/** What the header of the next progressive scan says (T.81, B.2.3): coefficients in zigzag order, bit positions. */
export function setProgression(first: i32, last: i32, high: i32, low: i32): void {
  Scan.first = first;
  Scan.last = last;
  Scan.high = high;
  Scan.low = low;
}
