import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { writeLandsat } from "../ingest/write-landsat.js";
import { oneGridPath } from "../support/data-path.js";
import { createTempDir } from "../support/temp-dir.js";
import { jsonOf, runCli } from "./run-cli.js";

const [january, july] = ["LC08_L1TP_014031_20180106.tif", "LC08_L1TP_013032_20180710.tif"];

/** A folder with `cogs/`, in which lie these of the bundled scenes. */
function createScenes(...names: string[]): string {
  const dir = createTempDir();
  mkdirSync(join(dir, "cogs"));
  for (const name of names) cpSync(join(oneGridPath, name), join(dir, "cogs", name));
  return dir;
}

describe("ingest", () => {
  it("reports what it did with the keys of the interface, and skips all of it the next time", async () => {
    const dir = createScenes(january, july);
    const first = await runCli(["ingest", "cogs", "--json"], dir);
    expect([first.code, first.stderr]).toEqual([0, ""]);
    const report = jsonOf(first) as { snapshot: string };
    expect(report).toEqual({
      warehouse: "./warehouse",
      branch: "main",
      isNewBranch: false,
      productId: "cogs",
      snapshot: expect.stringMatching(/^[0-9A-Z]{20}$/),
      snapshots: [report.snapshot],
      sceneCount: 2,
      fileCount: 2,
      added: 2,
      updated: 0,
      skipped: 0,
      pruned: 0,
      stacks: [
        {
          name: "exact-00",
          kind: "exact",
          isNew: true,
          bands: ["blue", "green", "red", "nir", "swir1", "swir2", "BQA"],
          dtype: "uint16",
          width: 123,
          height: 132,
          pixelSize: 3000,
          crs: "EPSG:32618",
          scenes: 2,
        },
      ],
      failed: [],
      elapsedMs: expect.any(Number),
    });
    const again = jsonOf(await runCli(["ingest", "cogs", "--json"], dir));
    expect(again).toMatchObject({ snapshot: report.snapshot, added: 0, updated: 0, skipped: 2 });
  });

  it("names product, bands, provider and message as it is told, and what to type next", async () => {
    const dir = createScenes(january);
    const flags = ["--product", "drone", "--provider", "us", "--bands", "a,b,c,d,e,f,g", "--message", "first flight"];
    const { code, stdout, stderr } = await runCli(["ingest", "cogs", "-w", "my wh", ...flags], dir);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/added +updated +skipped +failed\n[─ ]+\n +1 +0 +0 +0\n/);
    const next = /^ {2}pixelquery (timeseries .*)$/m.exec(stdout)?.[1] ?? "";
    expect(next).toMatch(/^timeseries -w "my wh" --lon -74\.\d+ --lat 41\.\d+$/);
    const info = jsonOf(await runCli(["info", "-w", "my wh", "--snapshots", "--json"], dir));
    expect(info).toMatchObject({
      products: [{ productId: "drone", provider: "us", bands: ["a", "b", "c", "d", "e", "f", "g"] }],
      snapshots: [{ message: "first flight" }, {}],
    });
  });

  it("commits the good files among broken ones, names the broken, and ends with 1", async () => {
    const dir = createScenes(january);
    writeFileSync(join(dir, "cogs", "broken_20180101.tif"), "no TIFF at all");
    const people = await runCli(["ingest", "cogs", "-w", "people"], dir);
    expect(people.code).toBe(1);
    expect(people.stderr).toMatch(/^failed: .*broken_20180101\.tif.*Not a TIFF.*\n$/);
    const program = await runCli(["ingest", "cogs", "-w", "program", "--json"], dir);
    expect(program.code).toBe(1);
    expect(jsonOf(program)).toMatchObject({
      sceneCount: 2,
      added: 1,
      failed: [{ path: join(dir, "cogs", "broken_20180101.tif"), error: { name: "CorruptDataError" } }],
    });
  });

  it("creates no warehouse where nothing could be read, or nothing should be written", async () => {
    const dir = createScenes(january);
    mkdirSync(join(dir, "bad"));
    writeFileSync(join(dir, "bad", "x.tif"), "no TIFF at all");
    const runs = await Promise.all([
      runCli(["ingest", "bad", "--json"], dir),
      runCli(["ingest", "cogs", "--dry-run", "--json"], dir),
      runCli(["ingest", "gone"], dir),
      runCli(["ingest", "cogs", "--mask", "udm"], dir),
      runCli(["ingest", "cogs", "--bands", "red,nir"], dir),
    ]);
    expect(runs.map(({ code }) => code)).toEqual([1, 0, 3, 3, 1]);
    const [bad, rehearsal, gone] = runs;
    expect(jsonOf(bad)).toMatchObject({ snapshot: null, added: 0, failed: [{}] });
    expect(jsonOf(rehearsal)).toMatchObject({ snapshot: null, added: 1, failed: [] });
    expect(gone.stderr).toBe("error: gone: no such file or folder\n");
    expect(existsSync(join(dir, "warehouse"))).toBe(false);
  });

  it("says in a dry run which scenes go where, and drops with --prune what is gone", async () => {
    const dir = createTempDir();
    writeLandsat(join(dir, "in"), [400, 500, 800, 2720]);
    writeLandsat(join(dir, "in"), [401, 501, 801, 2720], { date: "20180216" });
    const rehearsal = await runCli(["ingest", "in", "--dry-run"], dir);
    expect([rehearsal.code, existsSync(join(dir, "warehouse"))]).toEqual([0, false]);
    expect(rehearsal.stdout).toContain("A dry run over 2 scenes in 8 files: nothing was written");
    expect(rehearsal.stdout).toMatch(/^ *exact-00 \(new\) +2 +B4 B5 +uint16 +4 × 3 +10 +EPSG:32618/m);
    expect(rehearsal.stdout).toMatch(/^ *exact-01 \(new\) +2 +B8 +uint16 +8 × 6 +5 +EPSG:32618/m);
    expect(rehearsal.stderr).toMatch(/^warning: .*20180131.* has no B1, B2, B3, B6, B7, B9: uncovered/m);
    expect((await runCli(["ingest", "in"], dir)).code).toBe(0);
    rmSync(join(dir, "in", "LC08_L1TP_013032_20180131_20180207_01_T1"), { recursive: true });
    const pruned = await runCli(["ingest", "in", "--prune"], dir);
    expect(pruned.stdout).toMatch(/added +updated +skipped +pruned +failed\n[─ ]+\n +0 +0 +1 +1 +0\n/);
    const scenes = jsonOf(await runCli(["scenes", "--json"], dir));
    expect(scenes).toMatchObject([{ id: "LC08_013032_20180216", productId: "landsat_c1" }]);
  });

  it("warns of files without a date on stderr: of the first ten, and how many more", async () => {
    const dir = createScenes();
    for (let i = 10; i < 22; i++) {
      cpSync(join(oneGridPath, january), join(dir, "cogs", `undated-${i}.tif`));
      utimesSync(join(dir, "cogs", `undated-${i}.tif`), 1_500_000_000, 1_500_000_000 + i);
    }
    const run = await runCli(["ingest", "cogs", "--json"], dir);
    expect([run.code, (jsonOf(run) as { added: number }).added]).toEqual([0, 12]);
    const lines = run.stderr.trimEnd().split("\n");
    expect(lines.length).toBe(11);
    expect(lines[0]).toMatch(/^warning: .*undated-\d\d\.tif: no date in its name or tags: .*--date-pattern/);
    expect(lines[10]).toBe("warning: and 2 more");
  });

  it("takes files by --glob and dates by --date-pattern", async () => {
    const dir = createScenes(january, july);
    cpSync(join(oneGridPath, july), join(dir, "cogs", "flight-2018-190.tif"));
    const pattern = "flight-(?<year>\\d{4})-(?<doy>\\d{3})";
    const run = await runCli(["ingest", "cogs", "--glob", "flight*.tif", "--date-pattern", pattern, "--json"], dir);
    expect(jsonOf(run)).toMatchObject({ sceneCount: 1, added: 1 });
    const scenes = jsonOf(await runCli(["scenes", "--json"], dir));
    expect(scenes).toMatchObject([{ acquisitionTime: "2018-07-09T00:00:00.000Z" }]);
  });

  it("leaves a folder alone that is no warehouse", async () => {
    const dir = createScenes(january);
    const { code, stderr } = await runCli(["ingest", "cogs", "-w", "cogs"], dir);
    expect(code).toBe(2);
    expect(stderr).toContain("not a warehouse and not empty");
    expect(readdirSync(join(dir, "cogs"))).toEqual([january]);
  });
});
