/** Finite state entropy tables: their description and how they are built (RFC 8878, 4.1.1). */
import { loadBits } from "./bits";
import { NEXT_STATES, PROBABILITIES } from "./memory-map";
import { BAD_TABLE, CUT_OFF } from "./status";

/** The accuracy of the table that was read last: the number of its states is 2 to this power. */
export let accuracyLog: u32 = 0;

/**
 * Read the probabilities of a table at `start` and build it at `target`.
 *
 * @returns the number of bytes that the description takes, or a status.
 */
export function readTable(start: usize, end: usize, maxSymbol: u32, maxAccuracy: u32, target: usize): i32 {
  const endBit = <u32>(end - start) * 8;
  const accuracy = loadBits(start, 0, 4) + 5;
  if (accuracy > maxAccuracy) return BAD_TABLE;
  let bit: u32 = 4;
  let remaining: i32 = 1 << accuracy;
  let count: u32 = 0;
  while (remaining > 0) {
    if (bit > endBit) return CUT_OFF;
    // A probability takes one bit less where its value is small: both widths share one code. -1 means "less than 1".
    const width: u32 = 32 - clz(<u32>remaining + 1);
    const lowMask: u32 = (1 << (width - 1)) - 1;
    const threshold = ((1 << width) - 1 - (remaining + 1)) as u32;
    const value = loadBits(start, bit, width);
    const isShort = (value & lowMask) < threshold;
    bit += isShort ? width - 1 : width;
    const code = isShort ? value & lowMask : value > lowMask ? value - threshold : value;
    const probability = <i32>code - 1;
    remaining -= abs(probability);
    if (count > maxSymbol) return BAD_TABLE;
    store<i16>(PROBABILITIES + count++ * 2, <i16>probability);
    if (probability !== 0) continue;
    let repeat: u32;
    do {
      if (bit > endBit) return CUT_OFF;
      repeat = loadBits(start, bit, 2);
      bit += 2;
      if (count + repeat > maxSymbol + 1) return BAD_TABLE;
      for (let i: u32 = 0; i < repeat; i++) store<i16>(PROBABILITIES + count++ * 2, 0);
    } while (repeat === 3);
  }
  if (remaining < 0) return BAD_TABLE;
  if (bit > endBit) return CUT_OFF;
  accuracyLog = accuracy;
  return buildTable(PROBABILITIES, count, accuracy, target) ? <i32>((bit + 7) >> 3) : BAD_TABLE;
}

/** Build the table of `count` normalized probabilities; false where they do not fill it. */
export function buildTable(probabilities: usize, count: u32, accuracy: u32, target: usize): bool {
  const size: u32 = 1 << accuracy;
  let high = size;
  for (let symbol: u32 = 0; symbol < count; symbol++) {
    const probability = <i32>load<i16>(probabilities + symbol * 2);
    store<u16>(NEXT_STATES + symbol * 2, <u16>abs(probability));
    if (probability === -1) store<u32>(target + --high * 4, symbol);
  }
  const step = (size >> 1) + (size >> 3) + 3;
  let position: u32 = 0;
  for (let symbol: u32 = 0; symbol < count; symbol++) {
    const probability = <i32>load<i16>(probabilities + symbol * 2);
    for (let i = 0; i < probability; i++) {
      store<u32>(target + position * 4, symbol);
      do {
        position = (position + step) & (size - 1);
      } while (position >= high);
    }
  }
  if (position !== 0) return false;
  for (let state: u32 = 0; state < size; state++) {
    const symbol = load<u32>(target + state * 4);
    const order = <u32>load<u16>(NEXT_STATES + symbol * 2);
    store<u16>(NEXT_STATES + symbol * 2, <u16>(order + 1));
    const bits: u32 = accuracy - (31 - clz(order));
    store<u32>(target + state * 4, symbol | (bits << 8) | (((order << bits) - size) << 16));
  }
  return true;
}
