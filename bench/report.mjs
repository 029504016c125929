/** The samples of one run, by operation and who did it, and what they say about the goals. */
export class Report {
  #samples = new Map();
  #goals = [];
  #facts = [];

  /** Add one duration in milliseconds. */
  add(operation, who, ms) {
    const key = JSON.stringify([operation, who]);
    if (!this.#samples.has(key)) this.#samples.set(key, []);
    this.#samples.get(key).push(ms);
  }

  median(operation, who) {
    const samples = this.#samples.get(JSON.stringify([operation, who]));
    return samples === undefined ? null : median(samples);
  }

  /** Goal: `ours` is at least `factor` times as fast as `peer`. Left out where the peer was not measured. */
  goalFaster(operation, ours, peer, factor) {
    const theirs = this.median(operation, peer);
    if (theirs === null) return;
    const ratio = theirs / this.median(operation, ours);
    this.#goals.push([
      `${operation}: ${ours} against ${peer}`,
      `${ratio.toFixed(2)} ×`,
      `≥ ${factor} ×`,
      ratio >= factor,
    ]);
  }

  /** Goal: `value` is at most `limit`. */
  goalAtMost(what, value, limit, unit) {
    this.#goals.push([what, `${value.toPrecision(3)} ${unit}`, `≤ ${limit} ${unit}`, value <= limit]);
  }

  /** Something to know when reading the numbers. */
  note(text) {
    this.#facts.push(text);
  }

  toMarkdown() {
    const times = [...this.#samples].map(([key, samples]) => [
      ...JSON.parse(key),
      median(samples).toFixed(1),
      Math.min(...samples).toFixed(1),
      Math.max(...samples).toFixed(1),
      String(samples.length),
    ]);
    const goals = this.#goals.map(([what, got, wanted, met]) => [what, got, wanted, met ? "yes" : "**no**"]);
    return [
      "# Benchmark results\n\nWritten by `npm run bench`: everything in one run on one machine, the sides taking turns, files in",
      "the page cache. What each line measures stands in `bench/main.mjs`.\n",
      ...this.#facts.map((fact) => `- ${fact}`),
      "",
      toTable(["operation", "who", "median ms", "min", "max", "runs"], times, 2),
      "",
      toTable(["goal", "measured", "wanted", "met"], goals, 1),
      "",
    ].join("\n");
  }
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** A Markdown table that also reads well as text; columns from `firstNumber` on are aligned to the right. */
function toTable(header, rows, firstNumber) {
  const widths = header.map((_, col) => Math.max(...[header, ...rows].map((row) => row[col].length)));
  const pad = (cell, col) => (col < firstNumber ? cell.padEnd(widths[col]) : cell.padStart(widths[col]));
  const line = (cells) => `| ${cells.map(pad).join(" | ")} |`;
  const rule = widths.map((width, col) => (col < firstNumber ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [line(header), line(rule), ...rows.map(line)].join("\n");
}
