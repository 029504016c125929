/**
 * Negative where version `a` is older than `b`, positive where it is newer, 0 where neither is.
 *
 * Runs of digits count as numbers, what is between them as letters: `05.09` < `05.10`, `20180207_RT` < `20180207_T1`.
 * A missing version is older than any.
 */
export function compareVersions(a: string | null, b: string | null): number {
  const [left, right] = [parts(a), parts(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [one, other] = [left[i], right[i]];
    if (one === undefined) return -1;
    if (other === undefined) return 1;
    const order = comparePart(one, other);
    if (order !== 0) return order;
  }
  return 0;
}

function parts(version: string | null): string[] {
  return version?.toUpperCase().match(/\d+|[A-Z]+/g) ?? [];
}

function comparePart(a: string, b: string): number {
  const [one, other] = [Number(a), Number(b)];
  if (!Number.isNaN(one) && !Number.isNaN(other)) return one - other;
  return a < b ? -1 : a > b ? 1 : 0;
}
