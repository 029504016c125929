// @ts-nocheck: AssemblyScript, which its own compiler checks
/** One block of a sequential scan (T.81, F.2.2). */
import { Bits, peek } from "./bits";
import { Component } from "./component";
import { decodeSymbol, extend, lookUp, NO_SYMBOL } from "./huffman";
import { inverseTransform } from "./inverse-transform";
import { BLOCK } from "./memory-map";
import { BAD_CODE, BAD_COEFFICIENT, BAD_RUN, OK } from "./status";
import { offsetOf } from "./zigzag";

/**
 * Add the difference that comes next to the component's DC predictor.
 *
 * A size above 11 is no 8-bit image's (T.81, table F.1), and no more is a sum outside of 16 bits.
 */
export function decodeDc(component: Component): i32 {
  const size = decodeSymbol(component.dcTable);
  if (size == NO_SYMBOL) return BAD_CODE;
  if (size > 11) return BAD_COEFFICIENT;
  if (size > 0) {
    const value = <i32>(peek() >> (64 - size));
    Bits.position += size;
    component.predictor += extend(value, size);
  }
  const predictor = component.predictor;
  return predictor == <i32>(<i16>predictor) ? OK : BAD_COEFFICIENT;
}

/** Decode the block and put its samples at `target`, `stride` bytes to a row. */
export function decodeSequentialBlock(component: Component, target: usize, stride: usize): i32 {
  memory.fill(BLOCK, 0, 128);
  const status = decodeDc(component);
  if (status != OK) return status;
  store<i16>(BLOCK, <i16>component.predictor);
  const table = component.acTable;
  let last = 0;
  for (let k = 1; k < 64; k++) {
    const bits = peek();
    const entry = lookUp(table, bits);
    if (entry == NO_SYMBOL) return BAD_CODE;
    const length = entry & 0xff;
    const size = (entry >> 8) & 15;
    const run = entry >> 12;
    if (size == 0) {
      Bits.position += length;
      if (run != 15) break;
      k += 15;
      if (k > 63) return BAD_RUN;
      continue;
    }
    k += run;
    if (k > 63) return BAD_RUN;
    Bits.position += length + size;
    store<i16>(BLOCK + offsetOf(k), <i16>extend(<i32>((bits << length) >> (64 - size)), size));
    last = k;
  }
  inverseTransform(BLOCK, component.quantization, last, target, stride);
  return OK;
}
