/** Prints a run of the fuzzer as tables in Markdown. */

const SLOWEST = 5;
const MIB = 2 ** 20;

function table(head, rows) {
  const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  console.log(`${lines.join("\n")}\n`);
}

const outcomeName = ({ kind, errorName }) => (kind === "refused" ? errorName : kind);
const firstLine = (text) => text.split("\n")[0].slice(0, 240);

function count(items, keyOf) {
  const counts = new Map();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}

/** Cases by outcome: all of them, by the file that was broken and by what was done to it. */
export function printReport({ done, findings, verdicts, seed, seeds }) {
  const outcomes = [...count(done, ({ outcome }) => outcomeName(outcome)).keys()].sort();
  const breakdown = (title, keysOf) => {
    const rows = new Map();
    for (const fuzzCase of done) {
      for (const key of keysOf(fuzzCase)) {
        const row = rows.get(key) ?? new Map();
        row.set(outcomeName(fuzzCase.outcome), (row.get(outcomeName(fuzzCase.outcome)) ?? 0) + 1);
        rows.set(key, row);
      }
    }
    const cells = ([key, row]) => [key, ...outcomes.map((name) => row.get(name) ?? 0)];
    table([title, ...outcomes], [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(cells));
  };
  console.log(`${done.length} cases of ${seeds} files, seed ${seed}: ${findings.length} findings\n`);
  breakdown("all", () => ["cases"]);
  if (verdicts.size > 0) table(["beside GDAL", "cases"], [...verdicts].sort());
  breakdown("codec or file", ({ file }) => [/^(\w+?)(?=-)/.exec(file)?.[0] ?? "other"]);
  breakdown("mutation", ({ mutations }) => new Set(mutations));
  const measured = done.filter(({ outcome }) => outcome.cpuMs !== undefined);
  const slowest = [...measured].sort((a, b) => b.outcome.cpuMs - a.outcome.cpuMs).slice(0, SLOWEST);
  const largest = [...measured].sort((a, b) => b.outcome.grownBytes - a.outcome.grownBytes).slice(0, SLOWEST);
  table(
    ["slowest, processor ms", "case", "file", "outcome"],
    slowest.map(({ number, file, outcome }) => [Math.round(outcome.cpuMs), number, file, outcomeName(outcome)]),
  );
  table(
    ["most memory, MiB", "case", "file", "outcome"],
    largest.map(({ number, file, outcome }) => [
      (outcome.grownBytes / MIB).toFixed(1),
      number,
      file,
      outcomeName(outcome),
    ]),
  );
  for (const { number, file, mutations, fault } of findings) {
    console.log(`case ${number} of ${file} (${mutations.join(", ")}): ${firstLine(fault)}`);
  }
}
