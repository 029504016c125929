/** Counts of symbols made into probabilities that fill a table. */
import { PROBABILITIES } from "../memory-map";
import { COUNTS } from "./memory-map";

/** The accuracy that is worth its description: the number of states of a table is 2 to this power. */
export function accuracyFor(total: u32, distinct: u32, most: u32): u32 {
  const known: u32 = 31 - clz(total);
  const needed: u32 = 33 - clz(distinct);
  return min(most, max(max(5, needed), max(known, 2) - 2));
}

/**
 * Fill PROBABILITIES with the shares of a table of 2^`accuracy` states that the symbols 0 to `last` in COUNTS get. -1 is
 * a symbol that would get less than one state.
 */
export function normalize(last: u32, total: u32, accuracy: u32): void {
  const size: u32 = 1 << accuracy;
  let missing: i32 = size;
  for (let symbol: u32 = 0; symbol <= last; symbol++) {
    const count = load<u32>(COUNTS + symbol * 4);
    const share: u32 = count === 0 ? 0 : max(1, (count * size + (total >> 1)) / total);
    store<i16>(PROBABILITIES + symbol * 2, <i16>share);
    missing -= share;
  }
  for (; missing < 0; missing++) changeCheapest(last, -1);
  for (; missing > 0; missing--) changeCheapest(last, 1);
  for (let symbol: u32 = 0; symbol <= last; symbol++) {
    const count = load<u32>(COUNTS + symbol * 4);
    if (load<i16>(PROBABILITIES + symbol * 2) === 1 && count * size < total) store<i16>(PROBABILITIES + symbol * 2, -1);
  }
}

/** Give the symbol that gains most a state, or take one from the symbol that loses least. */
function changeCheapest(last: u32, change: i32): void {
  let best: usize = 0;
  let bestValue: f32 = change > 0 ? -1 : Infinity;
  for (let symbol: u32 = 0; symbol <= last; symbol++) {
    const at = PROBABILITIES + symbol * 2;
    const share = <i32>load<i16>(at);
    if (share === 0 || share + change === 0) continue;
    // The derivative of the cost in bits, count × log2(share), in the middle of the step.
    const value = <f32>load<u32>(COUNTS + symbol * 4) / (<f32>share + 0.5 * <f32>change);
    if (change > 0 ? value <= bestValue : value >= bestValue) continue;
    best = at;
    bestValue = value;
  }
  store<i16>(best, <i16>(load<i16>(best) + change));
}
