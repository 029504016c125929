/** 2^27 + 1: splits a double into two halves whose products are exact (Dekker). */
const SPLITTER = 134_217_729;

/** A product, and what rounding took from it: their sum is exact, unless it leaves the range of doubles. */
export function multiplyExactly(a: number, b: number): [number, number] {
  const product = a * b;
  const [aHigh, bHigh] = [splitHigh(a), splitHigh(b)];
  const [aLow, bLow] = [a - aHigh, b - bHigh];
  return [product, aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow)];
}

/** A sum, and what rounding took from it (Knuth's two-sum). */
export function sumExactly(a: number, b: number): [number, number] {
  const sum = a + b;
  const rounded = sum - a;
  return [sum, a - (sum - rounded) + (b - rounded)];
}

/** What rounding took from a square: it counts where values are large beside their spread. */
export function lostBySquaring(value: number, square: number): number {
  const high = splitHigh(value);
  const low = value - high;
  return low * low - (square - high * high - 2 * high * low);
}

function splitHigh(value: number): number {
  const scaled = SPLITTER * value;
  return scaled - (scaled - value);
}
