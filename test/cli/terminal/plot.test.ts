import { describe, expect, it } from "vitest";
import { describeTerminal } from "../../../src/cli/terminal/describe-terminal.js";
import { renderPlot } from "../../../src/cli/terminal/plot.js";
import { sparkline } from "../../../src/cli/terminal/sparkline.js";

/** One point a day from 1 June 2024. */
function daily(name: string, values: (number | null)[]) {
  const points = values.map((value, day) => ({ time: new Date(Date.UTC(2024, 5, 1 + day)), value }));
  return { name, points };
}

const unicode = describeTerminal({ columns: 36 }, {});
const ascii = describeTerminal({ columns: 36 }, { LANG: "C" });

describe("renderPlot", () => {
  it("draws one series as a braille line that breaks where a value is missing", () => {
    expect(renderPlot({ series: [daily("a", [0, 10, null, 10, 0])], height: 5 }, unicode)).toBe(
      [
        "10 ┤      ⢀⠔⠁              ⠈⠢⡀",
        "   │     ⡠⠊                  ⠑⢄",
        " 5 ┤   ⢀⠎                      ⠱⡀",
        "   │ ⢀⠔⠁                        ⠈⠢⡀",
        " 0 ┤⡠⠊                            ⠑⢄",
        "   └────────┬──────────────┬────────",
        "       2024-06-02     2024-06-04",
        "",
      ].join("\n"),
    );
  });

  it("draws several series without colour by a marker each, with a legend", () => {
    const series = [daily("red", [0, 1, 2, 3]), daily("nir", [3, 3, 3, 0])];
    expect(renderPlot({ series, height: 4 }, unicode)).toBe(
      [
        "4 ┤",
        "  │▲          ▲         ▲          ●",
        "2 ┤           ●         ●",
        "0 ┤●                               ▲",
        "  └───────────┬────────────────────┬",
        "         2024-06-02       2024-06-04",
        "   ● red   ▲ nir",
        "",
      ].join("\n"),
    );
  });

  it("keeps to ASCII where nothing else arrives", () => {
    const text = renderPlot({ series: [daily("red", [0, 1, 2, 3])], height: 4 }, ascii);
    expect(text).toBe(
      [
        "4 +",
        "  |                                *",
        "2 +           *         *",
        "0 +*",
        "  +-----------+--------------------+",
        "         2024-06-02       2024-06-04",
        "",
      ].join("\n"),
    );
    expect(text).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it("tells several series apart by colour where there is colour", () => {
    const colored = describeTerminal({ columns: 36 }, { FORCE_COLOR: "1" });
    const text = renderPlot({ series: [daily("red", [0, 1]), daily("nir", [1, 0])], height: 4 }, colored);
    expect(text).toContain("\u001b[36m──\u001b[39m red   \u001b[33m──\u001b[39m nir");
    expect(
      text
        .split("\u001b[36m")
        .slice(1)
        .some((run) => /^[\u2801-\u28ff]+/.test(run)),
    ).toBe(true);
    expect(
      text
        .split("\u001b[33m")
        .slice(1)
        .some((run) => /^[\u2801-\u28ff]+/.test(run)),
    ).toBe(true);
  });

  it("is never wider than the terminal", () => {
    for (const columns of [30, 51, 80, 133]) {
      const text = renderPlot({ series: [daily("a", [-1234.5, 8, 3, 5])] }, describeTerminal({ columns }, {}));
      expect(Math.max(...text.split("\n").map((line) => line.length))).toBe(columns);
    }
  });

  it("says so where there is no value", () => {
    expect(renderPlot({ series: [daily("a", [null, null])] }, unicode)).toBe("no valid observation\n");
    expect(renderPlot({ series: [] }, unicode)).toBe("no valid observation\n");
  });

  it("draws a single observation in the middle, under its date", () => {
    const text = renderPlot({ series: [daily("a", [5])], height: 3 }, ascii);
    expect(text).toBe(
      [
        "5.5 +",
        "5.0 +               *",
        "4.5 +",
        "    +---------------+---------------",
        "               2024-06-01",
        "",
      ].join("\n"),
    );
  });
});

describe("sparkline", () => {
  it("spans the lowest to the highest value, with a gap where one is missing", () => {
    expect(sparkline([1, 2, null, 5, 8, Number.NaN, 3])).toBe("▁▂ ▅█ ▃");
    expect(sparkline([1, 2, null, 5, 8, Number.NaN, 3], { isUnicode: false })).toBe("_. +@ -");
  });

  it("lies in the middle where all values are equal", () => expect(sparkline([7, null, 7])).toBe("▄ ▄"));

  it("averages neighbours into the width, what is missing aside", () => {
    expect(sparkline([0, 2, null, 8, null, null, 4, 4], { width: 4 })).toBe("▁█ ▄");
  });

  it("is empty for nothing", () => expect([sparkline([]), sparkline([1, 2], { width: 0 })]).toEqual(["", ""]));
});
