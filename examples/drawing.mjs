// What the examples share to make pictures: panels side by side, and colours for numbers.

/**
 * Pictures of one size side by side, `columns` in a row, with transparent gaps: what `toPng` takes.
 *
 * Every pixel becomes a square of `factor` × `factor`: pixels of 3 km would be specks, and nothing is invented between.
 *
 * @param panels Each with `bands`, and a `status` that is null where all pixels are valid.
 */
export function arrangePanels(panels, { width, height, columns, factor = 4, gap = 12 }) {
  const rows = Math.ceil(panels.length / columns);
  const whole = {
    width: columns * (width * factor + gap) - gap,
    height: rows * (height * factor + gap) - gap,
  };
  const bands = panels[0].bands.map(() => new Float32Array(whole.width * whole.height));
  const status = new Uint8Array(whole.width * whole.height).fill(1);
  for (const [i, panel] of panels.entries()) {
    const left = (i % columns) * (width * factor + gap);
    const top = Math.floor(i / columns) * (height * factor + gap);
    for (let row = 0; row < height * factor; row++) {
      for (let col = 0; col < width * factor; col++) {
        const from = Math.floor(row / factor) * width + Math.floor(col / factor);
        const to = (top + row) * whole.width + left + col;
        status[to] = panel.status?.[from] ?? 0;
        for (const [band, plane] of panel.bands.entries()) bands[band][to] = plane[from];
      }
    }
  }
  return { ...whole, bands, status };
}

/**
 * A plane of numbers as a panel of three bands from 0 to 255.
 *
 * @param status null where all are valid; what is missing stays so.
 * @param colorOf The colour `[red, green, blue]` of a number.
 */
export function paint(values, status, colorOf) {
  const bands = [0, 1, 2].map(() => new Uint8Array(values.length));
  for (const [at, value] of values.entries()) {
    if (status !== null && status[at] !== 0) continue;
    for (const [band, level] of colorOf(value).entries()) bands[band][at] = level;
  }
  return { bands, status };
}

/** Colours already from 0 to 255, for `toPng`. */
export const AS_PAINTED = { kind: "range", min: 0, max: 255 };
