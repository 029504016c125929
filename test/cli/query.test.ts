import { readdirSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { oneGridPath } from "../support/data-path.js";
import { createSharedTempDir, createTempDir } from "../support/temp-dir.js";
import { type CliRun, jsonOf, runCli } from "./run-cli.js";

const dir = createSharedTempDir();
const place = ["--lon", "-74.44", "--lat", "40.23"];

beforeAll(async () => {
  expect((await runCli(["ingest", oneGridPath, "--product", "landsat8", "--provider", "USGS"], dir)).code).toBe(0);
});

/** A query in the folder that holds the warehouse. */
function query(...args: string[]): Promise<CliRun> {
  return runCli(args, dir);
}

describe("info", () => {
  it("prints the keys of the interface", async () => {
    const run = await query("info", "--snapshots", "--json");
    expect([run.code, run.stderr]).toEqual([0, ""]);
    const id = expect.stringMatching(/^[0-9A-Z]{20}$/);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(jsonOf(run)).toEqual({
      warehouse: "./warehouse",
      snapshot: id,
      products: [
        {
          productId: "landsat8",
          provider: "USGS",
          scenes: 19,
          bands: ["blue", "green", "red", "nir", "swir1", "swir2", "BQA"],
          timeRange: ["2018-01-06T00:00:00.000Z", "2018-12-17T00:00:00.000Z"],
          resolution: 3000,
          title: null,
          bandFacts: ["blue", "green", "red", "nir", "swir1", "swir2", "BQA"].map((name) => ({ name })),
          cloudRules: [
            { band: "BQA", bits: [4] },
            { band: "BQA", bitRange: [7, 8], values: [3] },
            { band: "BQA", bitRange: [11, 12], values: [3] },
          ],
          hasProfile: false,
        },
      ],
      repositoryBytes: expect.any(Number),
      sourceBytes: 986_532,
      snapshots: [
        { id, time, message: "ingest 19 scenes of landsat8" },
        { id: "1CECHNKREP0F1RSTCMT0", time, message: "Repository initialized" },
      ],
    });
    expect(jsonOf(await query("info", "--json"))).not.toHaveProperty("snapshots");
  });

  it("shows products, size and history to people", async () => {
    const { stdout } = await query("info", "--snapshots");
    expect(stdout).toMatch(/^landsat8 +19 +blue, .*BQA +2018-01-06 +2018-12-17 +3000 +USGS$/m);
    expect(stdout).toContain("that refer to 986.5 kB of files");
    expect(stdout).toContain("ingest 19 scenes of landsat8");
  });

  it("looks at a snapshot of the past", async () => {
    const run = await query("info", "--at", "1CECHNKREP0F1RSTCMT0", "--json");
    expect(jsonOf(run)).toMatchObject({ snapshot: "1CECHNKREP0F1RSTCMT0", products: [] });
    expect((await query("info", "--at", "nosuchtag")).code).toBe(3);
  });
});

describe("scenes", () => {
  it("prints the keys of the interface, by time, filtered and limited", async () => {
    const filters = ["--time", "2018-06/2018-08", "--bounds", "-74,40,-73,41", "--product", "landsat8"];
    const run = await query("scenes", ...filters, "--limit", "1", "--json");
    expect([run.code, run.stderr]).toEqual([0, ""]);
    expect(jsonOf(run)).toEqual([
      {
        id: "LC08_L1TP_014032_20180615",
        productId: "landsat8",
        acquisitionTime: "2018-06-15T00:00:00.000Z",
        bounds: [390000, 4347000, 759000, 4743000],
        crs: "EPSG:32618",
        bbox: [
          expect.closeTo(-76.346, 2),
          expect.closeTo(39.234, 2),
          expect.closeTo(-71.833, 2),
          expect.closeTo(42.84, 2),
        ],
        bands: ["blue", "green", "red", "nir", "swir1", "swir2", "BQA"],
        sources: [`${oneGridPath}/LC08_L1TP_014032_20180615.tif`],
        cloudCover: null,
        ...{ sunAzimuth: null, sunElevation: null, baseline: null },
      },
    ]);
  });

  it("shows a line for each scene to people", async () => {
    const { stdout } = await query("scenes", "--time", "2018-06/2018-08");
    expect(stdout.split("\n").filter((line) => line.startsWith("2018-"))).toEqual([
      "2018-06-15  LC08_L1TP_014032_20180615  landsat8  EPSG:32618  -76.35, 39.23, -71.83, 42.84",
      "2018-07-10  LC08_L1TP_013032_20180710  landsat8  EPSG:32618  -76.35, 39.23, -71.83, 42.84",
      "2018-08-27  LC08_L1TP_013032_20180827  landsat8  EPSG:32618  -76.35, 39.23, -71.83, 42.84",
    ]);
  });

  it("says on stderr that nothing matches, and ends well", async () => {
    const [people, program] = await Promise.all([
      query("scenes", "--bounds", "10,40,11,41"),
      query("scenes", "--bounds", "10,40,11,41", "--json"),
    ]);
    expect([people.code, people.stdout, program.code, jsonOf(program)]).toEqual([0, "", 0, []]);
    expect(people.stderr).toContain("no scene matches");
  });

  it("refuses a time that is none and a product that is not there", async () => {
    const [time, product] = await Promise.all([
      query("scenes", "--time", "2018-13"),
      query("scenes", "--product", "sentinel"),
    ]);
    expect([time.code, product.code]).toEqual([2, 3]);
    expect(product.stderr).toContain('no product "sentinel"; there are landsat8');
  });
});

describe("timeseries", () => {
  // The numbers: gdallocationinfo -valonly -wgs84 -b 3 -b 4 FILE -74.44 40.23
  it("prints the keys of the interface with the values that GDAL reads, at negative degrees too", async () => {
    const run = await query("timeseries", ...place, "--bands", "red,nir", "--time", "2018-07/2018-09-03", "--json");
    expect([run.code, run.stderr]).toEqual([0, ""]);
    const valid = { red: "valid", nir: "valid" };
    const rows = (jsonOf(run) as { rows: unknown[] }).rows;
    expect(jsonOf(run)).toEqual({
      lon: -74.44,
      lat: 40.23,
      snapshot: expect.stringMatching(/^[0-9A-Z]{20}$/),
      bands: ["red", "nir"],
      rows: expect.any(Array),
    });
    expect(rows[0]).toEqual({
      time: "2018-07-10T00:00:00.000Z",
      scene: "LC08_L1TP_013032_20180710",
      values: { red: 7147, nir: 24272 },
      status: valid,
    });
    expect(rows[2]).toEqual({
      time: "2018-09-03T00:00:00.000Z",
      scene: "LC08_L1TP_014031_20180903",
      values: { red: null, nir: null },
      status: { red: "nodata", nir: "nodata" },
    });
    expect(rows.length).toBe(4);
  });

  it("prints CSV with an empty cell for what is missing", async () => {
    const flags = ["--bands", "red,nir", "--time", "2018-07/2018-09-03", "--format", "csv"];
    const { code, stdout } = await query("timeseries", ...place, ...flags);
    const lines = stdout.split("\n");
    expect([code, lines.length, lines[0], lines[1], lines[3]]).toEqual([
      0,
      6,
      "time,scene,red,nir",
      "2018-07-10T00:00:00.000Z,LC08_L1TP_013032_20180710,7147,24272",
      "2018-09-03T00:00:00.000Z,LC08_L1TP_014031_20180903,,",
    ]);
  });

  it("computes band math as the one column expr, and prints JSON by --format too", async () => {
    const flags = ["--expr", "(nir - red) / (nir + red)", "--time", "2018-07-10", "--format", "json"];
    const series = jsonOf(await query("timeseries", ...place, ...flags)) as { rows: { values: { expr: number } }[] };
    expect(series).toMatchObject({ bands: ["expr"], rows: [{ status: { expr: "valid" } }] });
    expect(series.rows[0]?.values.expr).toBeCloseTo((24272 - 7147) / (24272 + 7147), 12);
  });

  it("shows a table with the reason where a value is missing, a sparkline, and a plot where asked", async () => {
    const flags = ["--bands", "red", "--time", "2018-07/2018-09-03"];
    const [table, plot] = await Promise.all([
      query("timeseries", ...place, ...flags),
      query("timeseries", ...place, ...flags, "--plot"),
    ]);
    expect(table.stdout).toMatch(/^2018-07-10 {2}LC08_L1TP_013032_20180710 +7147$/m);
    expect(table.stdout).toMatch(/^2018-09-03 {2}LC08_L1TP_014031_20180903 +– nodata$/m);
    expect(table.stdout).toMatch(/^red {2}▁█ ▁ {2}7147 … 7390, 3 of 4 valid$/m);
    expect(plot.stdout.startsWith(table.stdout)).toBe(true);
    expect(plot.stdout).toContain("└─");
  });

  it("says on stderr that no scene covers the point, and ends well", async () => {
    const run = await query("timeseries", "--lon", "4", "--lat", "40", "--json");
    expect([run.code, run.stderr]).toEqual([0, "no scene covers longitude 4, latitude 40\n"]);
    expect(jsonOf(run)).toMatchObject({ rows: [] });
  });

  it("asks whether another band was meant, in bands and in band math", async () => {
    const [band, math] = await Promise.all([
      query("timeseries", ...place, "--bands", "rde"),
      query("timeseries", ...place, "--expr", "nir / rde", "--json"),
    ]);
    expect([band.code, math.code]).toEqual([2, 2]);
    expect(band.stderr).toContain('no band "rde", did you mean "red"?');
    expect(math.stderr).toContain('did you mean "red"?\n  nir / rde\n        ^^^\n');
    expect(jsonOf(math)).toMatchObject({ error: { name: "ExpressionError", details: { position: 6 } } });
  });
});

describe("info, scenes and timeseries", () => {
  it("create nothing where there is no warehouse", async () => {
    const empty = createTempDir();
    const runs = await Promise.all([
      runCli(["info"], empty),
      runCli(["scenes", "--json"], empty),
      runCli(["timeseries", "--lon", "1", "--lat", "2"], empty),
    ]);
    expect(runs.map(({ code }) => code)).toEqual([3, 3, 3]);
    expect(runs[0]?.stderr).toContain("no warehouse here");
    expect(jsonOf(runs[1] as CliRun)).toMatchObject({ error: { name: "NotFoundError" } });
    expect(readdirSync(empty)).toEqual([]);
  });
});
