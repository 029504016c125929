// @ts-nocheck: AssemblyScript, which its own compiler checks
/** One block of a progressive scan (T.81, G.1.2): each of the four procedures adds to coefficients kept in memory. */
import { Bits, peek, take } from "./bits";
import { decodeDc } from "./block-sequential";
import { Component } from "./component";
import { decodeSymbol, extend, NO_SYMBOL } from "./huffman";
import { BAD_CODE, BAD_COEFFICIENT, BAD_RUN, OK } from "./status";
import { offsetOf } from "./zigzag";

/** What the scan's header says. */
export namespace Scan {
  /** First and last coefficient, in zigzag order. */
  export let first: i32 = 0;
  export let last: i32 = 63;
  /** Bit position that is coded before, 0 for the first time; and the one that is coded now. */
  export let high: i32 = 0;
  export let low: i32 = 0;
  /** Blocks that still have to pass without a new coefficient. */
  export let endOfBand: u32 = 0;
}

/** Decode into the 64 × i16 at `block`. */
export function decodeProgressiveBlock(component: Component, block: usize): i32 {
  if (Scan.first == 0) return Scan.high == 0 ? decodeDcFirst(component, block) : refineDc(block);
  return Scan.high == 0 ? decodeAcFirst(component.acTable, block) : refineAc(component.acTable, block);
}

function decodeDcFirst(component: Component, block: usize): i32 {
  const status = decodeDc(component);
  if (status != OK) return status;
  const value = component.predictor << Scan.low;
  store<i16>(block, <i16>value);
  return value == <i32>(<i16>value) ? OK : BAD_COEFFICIENT;
}

function refineDc(block: usize): i32 {
  if (take(1) != 0) store<i16>(block, load<i16>(block) | (<i16>1 << <i16>Scan.low));
  return OK;
}

/** Blocks of an end-of-band run of symbol `run`, this one among them. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function takeEndOfBand(run: u32): u32 {
  return run == 0 ? 1 : (<u32>1 << run) + take(run);
}

function decodeAcFirst(table: usize, block: usize): i32 {
  if (Scan.endOfBand > 0) {
    Scan.endOfBand--;
    return OK;
  }
  for (let k = Scan.first; k <= Scan.last; k++) {
    const symbol = decodeSymbol(table);
    if (symbol == NO_SYMBOL) return BAD_CODE;
    const run = symbol >> 4;
    const size = symbol & 15;
    if (size == 0 && run != 15) {
      Scan.endOfBand = takeEndOfBand(run) - 1;
      return OK;
    }
    k += run;
    if (k > Scan.last) return BAD_RUN;
    if (size == 0) continue;
    const value = extend(<i32>take(size), size) << Scan.low;
    if (value != <i32>(<i16>value)) return BAD_COEFFICIENT;
    store<i16>(block + offsetOf(k), <i16>value);
  }
  return OK;
}

/** One more bit for a coefficient that is not zero. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function refine(at: usize, value: i16): void {
  const bit = <i16>1 << <i16>Scan.low;
  if (take(1) != 0 && (value & bit) == 0) store<i16>(at, value > 0 ? value + bit : value - bit);
}

function refineAc(table: usize, block: usize): i32 {
  let k = Scan.first;
  if (Scan.endOfBand == 0) {
    for (; k <= Scan.last; k++) {
      const symbol = decodeSymbol(table);
      if (symbol == NO_SYMBOL) return BAD_CODE;
      let run = <i32>(symbol >> 4);
      const size = symbol & 15;
      let added: i16 = 0;
      if (size == 0) {
        if (run != 15) {
          Scan.endOfBand = takeEndOfBand(run);
          break;
        }
      } else if (size == 1) {
        added = take(1) != 0 ? <i16>1 << <i16>Scan.low : -(<i16>1 << <i16>Scan.low);
      } else return BAD_COEFFICIENT;
      // Pass over `run` coefficients that stay zero, refining those between them.
      for (; k <= Scan.last; k++) {
        const at = block + offsetOf(k);
        const value = load<i16>(at);
        if (value != 0) refine(at, value);
        else if (run-- == 0) break;
      }
      if (k > Scan.last) return BAD_RUN;
      if (added != 0) store<i16>(block + offsetOf(k), added);
    }
  }
  if (Scan.endOfBand > 0) {
    for (; k <= Scan.last; k++) {
      const at = block + offsetOf(k);
      const value = load<i16>(at);
      if (value != 0) refine(at, value);
    }
    Scan.endOfBand--;
  }
  return OK;
}
