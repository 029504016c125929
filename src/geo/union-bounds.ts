/** The box around boxes `[west, south, east, north]`; null where there is none. Across the antimeridian the first one stands. */
export function unionBounds(boxes: readonly (readonly number[] | null)[]): number[] | null {
  const known = boxes.filter((box) => box !== null);
  const [first] = known;
  if (first === undefined) return null;
  if (known.some(([west = 0, , east = 0]) => west > east)) return [...first];
  const edge = (at: number, pick: (...values: number[]) => number) =>
    pick(...known.map((box) => box[at] ?? Number.NaN));
  return [edge(0, Math.min), edge(1, Math.min), edge(2, Math.max), edge(3, Math.max)];
}
