/** Words longer than this are compared by nobody: the comparison costs the product of both lengths. */
const MAX_WORD_LENGTH = 64;

/**
 * Edits (insert, delete, replace a character, swap two neighbours) that turn `a` into `b`: the "optimal string
 * alignment" distance, which counts a swap, the commonest slip of the fingers, as one.
 */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      let best = Math.min(replaced, previous[column]! + 1, current[column - 1]! + 1);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) best = Math.min(best, beforePrevious[column - 2]! + 1);
      current.push(best);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length]!;
}

/**
 * The candidate that `word` was probably meant to be, or null where none is close.
 *
 * Close is one edit for every three characters, and at least one; upper and lower case count as equal. The first of
 * equally close candidates wins.
 *
 * @example
 * suggest("nri", ["red", "nir"]); // "nir"
 */
export function suggest(word: string, candidates: Iterable<string>): string | null {
  if (word.length > MAX_WORD_LENGTH) return null;
  const wanted = word.toLowerCase();
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = editDistance(wanted, candidate.toLowerCase());
    // A one-letter word is one edit away from every other one.
    if (distance >= Math.max(wanted.length, 1)) continue;
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `, did you mean "nir"?` to append to a message, or the empty string where {@link suggest} knows nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const meant = suggest(word, candidates);
  return meant === null ? "" : `, did you mean "${meant}"?`;
}
