import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { decode } from "fast-png";
import { beforeAll, describe, expect, it } from "vitest";
import { rootPath } from "../support/data-path.js";
import { createSharedTempDir } from "../support/temp-dir.js";

const run = promisify(execFile);

/** Rows of numbers as xarray has them; scripts/oracle/examples.py says what they are. */
type Rows = readonly (readonly (number | null)[])[];

const oracle = JSON.parse(readFileSync(new URL("./oracle.json", import.meta.url), "utf8")) as {
  seasonalComposite: { rows: Rows; drawn: number; scenes: readonly (number | null)[] };
  floodComparison: { size: readonly [height: number, width: number]; rows: Rows };
  droughtAnomaly: { months: readonly string[]; rows: Rows };
};

const folder = createSharedTempDir();

/** Run an example as people do: the cells of its table, row by row, and what it says after that. */
async function runExample(name: string): Promise<{ heading: string; rows: string[][]; story: string }> {
  const program = join(rootPath, "examples", `${name}.mjs`);
  // A terminal's wish for colours, and for none, would be a warning of Node's own.
  const { stdout, stderr } = await run(process.execPath, [program, folder], { env: { PATH: process.env.PATH } });
  expect(stderr).toBe("");
  const [table = "", story = ""] = stdout.split("\n\n");
  const [heading = "", ...lines] = table.split("\n");
  return { heading, rows: lines.map((line) => line.split(/ {2,}/)), story };
}

/** Expect printed cells to be numbers, rounded to the digits that are printed; an empty cell is a missing one. */
function expectRounded(rows: string[][], expected: Rows): void {
  expect(rows.length).toBe(expected.length);
  for (const [i, numbers] of expected.entries()) {
    const [, ...cells] = rows[i] as string[];
    const wanted = numbers.filter((number) => number !== null);
    expect(cells.length, rows[i]?.join(" ")).toBe(wanted.length);
    for (const [at, cell] of cells.entries()) {
      const digits = cell.split(".")[1]?.length ?? 0;
      // Half of the last digit, and what float32 leaves.
      expect(Math.abs(Number(cell) - wanted[at]!), `${rows[i]?.[0]}: ${cell}`).toBeLessThanOrEqual(
        0.5 * 10 ** -digits * (digits > 0 ? 1.001 : 0),
      );
    }
  }
}

/** Numbers that a chart's tooltips give for a series, in order. */
function drawnValues(svg: string, name: string): number[] {
  return [...svg.matchAll(new RegExp(`<title>${name}: (-?[\\d.]+)\n`, "g"))].map(([, value]) => Number(value));
}

/** How many pixels of a picture have each colour `r,g,b`; what is transparent is left out. */
function readColors(name: string): { width: number; height: number; opaque: number; counts: Map<string, number> } {
  const { width, height, channels, data } = decode(readFileSync(join(folder, name)));
  expect(channels).toBe(4);
  const counts = new Map<string, number>();
  let opaque = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] === 0) continue;
    opaque++;
    const color = data.subarray(at, at + 3).join();
    counts.set(color, (counts.get(color) ?? 0) + 1);
  }
  return { width, height, opaque, counts };
}

const countOf = ([count]: readonly (number | null)[]) => count ?? 0;
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

describe("examples/seasonal-composite", () => {
  const { rows: expected, drawn, scenes } = oracle.seasonalComposite;
  let printed: Awaited<ReturnType<typeof runExample>>;
  beforeAll(async () => {
    printed = await runExample("seasonal-composite");
  });

  it("tells the pixels seen, their clear looks and the NDVI of each season, as xarray has them", () => {
    expect(printed.rows.map(([season]) => season)).toEqual(["winter", "spring", "summer", "autumn"]);
    expectRounded(printed.rows, expected);
  });

  it("draws four seasons, 4 × 4 for each pixel that was seen in all three bands", () => {
    const { width, height, opaque, counts } = readColors("seasons.png");
    expect({ width, height }).toEqual({ width: 2 * 123 * 4 + 12, height: 2 * 132 * 4 + 12 });
    expect(opaque).toBe(drawn * 16);
    expect(counts.size).toBeGreaterThan(1000);
  });

  it("draws the NDVI of every scene that shows enough, and of every season", () => {
    const svg = readFileSync(join(folder, "seasons.svg"), "utf8");
    const wanted = scenes.filter((value) => value !== null);
    expect(drawnValues(svg, "each scene")).toEqual(wanted.map((value) => expect.closeTo(value, 3)));
    expect(drawnValues(svg, "median of the season")).toHaveLength(4);
    // rasterio: of the eight scenes that show too little, that of 3 September has no cloud in the box, only fill.
    expect(svg).toContain("no value: 7 masked, 1 nodata");
    expect(scenes.filter((value) => value === null)).toHaveLength(8);
  });
});

describe("examples/flood-comparison", () => {
  const {
    rows: expected,
    size: [height, width],
  } = oracle.floodComparison;
  let printed: Awaited<ReturnType<typeof runExample>>;
  beforeAll(async () => {
    printed = await runExample("flood-comparison");
  });

  it("tells how much became water or land, and how much MNDWI changed there, as xarray has it", () => {
    expect(printed.rows.map(([name]) => name)).toEqual([
      "dry on both dates",
      "water before only",
      "water after only",
      "water on both dates",
    ]);
    expectRounded(printed.rows, expected);
  });

  it("draws each of these in its colour, 10 × 10 for a pixel", () => {
    const picture = readColors("flood.png");
    expect([picture.width, picture.height]).toEqual([width * 10, height * 10]);
    const colors = ["222,214,196", "222,132,62", "20,70,200", "146,186,216"];
    expect(Object.fromEntries(picture.counts)).toEqual(
      Object.fromEntries(colors.map((color, code) => [color, countOf(expected[code]!) * 100])),
    );
  });

  it("draws MNDWI of water, shore and land, as GDAL's numbers of 11 March make it", () => {
    const svg = readFileSync(join(folder, "flood.svg"), "utf8");
    const onDay = (name: string) => Number(new RegExp(`${name}: (-?[\\d.]+)\n2018-03-11`).exec(svg)?.[1]);
    // GDAL 3.6.2: gdallocationinfo -valonly -wgs84 LC08_L1TP_014032_20180311.tif -b 2 -b 5 at each place says green and
    // swir1; 10000 of their sum is the offset of reflectance.
    expect([onDay("Raritan Bay"), onDay("Great Bay marsh"), onDay("Pine Barrens")]).toEqual([
      expect.closeTo((6935 - 5115) / (6935 + 5115 - 10000), 4),
      expect.closeTo((6944 - 6603) / (6944 + 6603 - 10000), 4),
      expect.closeTo((7250 - 7811) / (7250 + 7811 - 10000), 4),
    ]);
  });
});

describe("examples/drought-anomaly", () => {
  const { months, rows: expected } = oracle.droughtAnomaly;
  let printed: Awaited<ReturnType<typeof runExample>>;
  beforeAll(async () => {
    printed = await runExample("drought-anomaly");
  });

  it("tells the pixels, the NDVI and the anomaly of each month, as xarray has them; February shows nothing", () => {
    expect(printed.rows.map(([month]) => month)).toEqual(months);
    expectRounded(printed.rows, expected);
    expect(printed.rows[1]).toEqual(["2018-02", "0"]);
  });

  it("draws a map a month, 2 × 2 for each pixel with an anomaly", () => {
    const { width, height, opaque } = readColors("anomaly.png");
    expect({ width, height }).toEqual({ width: 4 * 123 * 2 + 3 * 12, height: 3 * 132 * 2 + 2 * 12 });
    expect(opaque).toBe(sum(expected.map(countOf)) * 4);
  });

  it("draws the anomaly of eleven months, and says that one is missing", () => {
    const svg = readFileSync(join(folder, "anomaly.svg"), "utf8");
    expect(drawnValues(svg, "anomaly")).toHaveLength(11);
    expect(svg).toContain("no value: 1 masked");
  });
});

it("tests every example", () => {
  const files = readdirSync(join(rootPath, "examples")).filter((name) => name.endsWith(".mjs"));
  const programs = files.filter((name) =>
    readFileSync(join(rootPath, "examples", name), "utf8").includes("\n// Run: "),
  );
  expect(programs.sort()).toEqual(["drought-anomaly.mjs", "flood-comparison.mjs", "seasonal-composite.mjs"]);
});
