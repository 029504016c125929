/**
 * The quantile `q` of the first `count` numbers, by linear interpolation between the closest two, as numpy's default.
 * Reorders them.
 */
export function quantileOf(values: Float64Array, count: number, q: number): number {
  const place = q * (count - 1);
  const below = Math.min(count - 1, Math.floor(place));
  const low = selectAt(values, count, below);
  const part = place - below;
  if (part === 0) return low;
  // The rest is not smaller, so its smallest is the next in order.
  let high = values[below + 1]!;
  for (let i = below + 2; i < count; i++) if (values[i]! < high) high = values[i]!;
  return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
}

/** Below this, sorting by insertion is quicker than partitioning. */
const SMALL = 24;

/** The number at place `k` of the first `count` in ascending order; those before it are not larger, those behind not smaller. */
function selectAt(values: Float64Array, count: number, k: number): number {
  let [low, high] = [0, count - 1];
  while (high - low > SMALL) {
    const pivot = medianOfThree(values[low]!, values[(low + high) >> 1]!, values[high]!);
    let [i, j] = [low, high];
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const value = values[i]!;
      values[i++] = values[j]!;
      values[j--] = value;
    }
    if (k <= j) high = j;
    else if (k >= i) low = i;
    else return values[k]!;
  }
  sortRange(values, low, high);
  return values[k]!;
}

function medianOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

function sortRange(values: Float64Array, low: number, high: number): void {
  for (let i = low + 1; i <= high; i++) {
    const value = values[i]!;
    let at = i - 1;
    for (; at >= low && values[at]! > value; at--) values[at + 1] = values[at]!;
    values[at + 1] = value;
  }
}
