/** Names longer than this are compared by nobody: the comparison costs the product of both lengths. */
const MAX_NAME_LENGTH = 64;

/** Characters to insert, delete or replace between `a` and `b`. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [row, letter] of [...a].entries()) {
    const current = [row + 1];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (letter === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** `, did you mean "wavelengthNm"?` to append to a message; empty where no name is within a third of the letters. */
export function didYouMean(name: string, names: Iterable<string>): string {
  if (name.length > MAX_NAME_LENGTH) return "";
  let best: { name: string; distance: number } | null = null;
  for (const candidate of names) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance <= Math.max(1, Math.floor(name.length / 3)) && distance < (best?.distance ?? name.length)) {
      best = { name: candidate, distance };
    }
  }
  return best === null ? "" : `, did you mean "${best.name}"?`;
}
