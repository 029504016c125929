/** The natural (row by row) index of each coefficient in zigzag order (ITU-T T.81, figure A.6). */
export const naturalOrder: readonly number[] = walkDiagonals();

/** Diagonals of an 8 × 8 block in turn, up and down by turns. */
function walkDiagonals(): number[] {
  const order: number[] = [];
  for (let diagonal = 0; diagonal < 15; diagonal++) {
    const cells: number[] = [];
    for (let row = Math.max(0, diagonal - 7); row <= Math.min(7, diagonal); row++) {
      cells.push(row * 8 + diagonal - row);
    }
    order.push(...(diagonal % 2 === 0 ? cells.reverse() : cells));
  }
  return order;
}
