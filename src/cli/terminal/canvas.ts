/** One character of a drawing, and the series last drawn there: -1 for none. */
export interface CanvasCell {
  readonly character: string;
  readonly series: number;
}

/** A drawing area of character cells; `{column, row}` with row 0 at the top. */
export interface Canvas {
  /** Dots across: two a cell in braille, one in markers. */
  readonly dotColumns: number;
  /** Dots down: four a cell in braille, one in markers. */
  readonly dotRows: number;
  /** Set the dot for a series; dots outside are ignored. */
  dot(column: number, row: number, series: number): void;
  /** The drawing from the top. */
  rows(): CanvasCell[][];
}

/** Bit of each of a braille cell's eight dots, by row and column (Unicode, U+2800 "Braille Patterns"). */
const brailleBits = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

/** A canvas of braille characters: fine lines, the series told apart by colour alone. */
export function createBrailleCanvas(width: number, height: number): Canvas {
  const bits = new Uint8Array(width * height);
  const owner = new Int16Array(width * height).fill(-1);
  return {
    dotColumns: width * 2,
    dotRows: height * 4,
    dot(column, row, series) {
      if (column < 0 || row < 0 || column >= width * 2 || row >= height * 4) return;
      const cell = (row >> 2) * width + (column >> 1);
      bits[cell]! |= brailleBits[row & 3]![column & 1]!;
      owner[cell] = series;
    },
    rows: () => toRows(width, height, (cell) => (bits[cell] ? String.fromCodePoint(0x2800 + bits[cell]!) : " "), owner),
  };
}

/** A canvas on which each series has a character of its own, readable without colour. */
export function createMarkerCanvas(width: number, height: number, markers: readonly string[]): Canvas {
  const owner = new Int16Array(width * height).fill(-1);
  return {
    dotColumns: width,
    dotRows: height,
    dot(column, row, series) {
      if (column < 0 || row < 0 || column >= width || row >= height) return;
      owner[row * width + column] = series;
    },
    rows: () => toRows(width, height, (cell) => markerOf(owner[cell]!, markers), owner),
  };
}

function markerOf(series: number, markers: readonly string[]): string {
  return series < 0 ? " " : markers[series % markers.length]!;
}

function toRows(
  width: number,
  height: number,
  characterOf: (cell: number) => string,
  owner: Int16Array,
): CanvasCell[][] {
  return Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, column) => {
      const cell = row * width + column;
      return { character: characterOf(cell), series: owner[cell]! };
    }),
  );
}

/** All dots on the straight line between two, both included (Bresenham's algorithm). */
export function drawLine(
  canvas: Canvas,
  from: readonly [number, number],
  to: readonly [number, number],
  series: number,
): void {
  let [column, row] = from;
  const [across, down] = [Math.abs(to[0] - column), -Math.abs(to[1] - row)];
  const [stepColumn, stepRow] = [Math.sign(to[0] - column), Math.sign(to[1] - row)];
  let error = across + down;
  for (;;) {
    canvas.dot(column, row, series);
    if (column === to[0] && row === to[1]) return;
    const doubled = 2 * error;
    if (doubled >= down) {
      error += down;
      column += stepColumn;
    }
    if (doubled <= across) {
      error += across;
      row += stepRow;
    }
  }
}
