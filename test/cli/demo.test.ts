import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decode } from "fast-png";
import { beforeAll, describe, expect, it } from "vitest";
import { enlarge, validWindow } from "../../src/cli/demo/enlarge.js";
import { findClearest } from "../../src/cli/demo/landsat-quality.js";
import { createSharedTempDir, createTempDir } from "../support/temp-dir.js";
import { type CliRun, jsonOf, runCli } from "./run-cli.js";

describe("demo", () => {
  const dir = createSharedTempDir();
  let told: CliRun;
  beforeAll(async () => {
    told = await runCli(["demo"], dir);
  });

  it("tells the whole story: products, a series with a sparkline and a plot, pictures, what to type next", () => {
    expect([told.code, told.stderr]).toEqual([0, ""]);
    expect(told.stdout).toMatch(/^1\. 19 real Landsat 8 scenes of 2018 around New York, ingested in /);
    expect(told.stdout).toMatch(/^landsat8 +19 /m);
    // gdallocationinfo reads 7147 and 24272 there.
    expect(told.stdout).toMatch(/^2018-07-10 {2}LC08_L1TP_013032_20180710 +7147 +24272 +0\.5451$/m);
    expect(told.stdout).toMatch(/^2018-12-01 {2}LC08_L1TP_013032_20181201 +12090 +13993 +– masked$/m);
    expect(told.stdout).toMatch(/^ndvi {2}[▁-█ ]{14} /m);
    expect(told.stdout).toContain("natural colours of 2018-07-10, the clearest scene: 1.5 % cloud");
  });

  it("suggests commands that work as they stand", async () => {
    const command = /pixelquery (scenes .*)/.exec(told.stdout)?.[1] ?? "";
    const { code, stdout } = await runCli(command.split(" "), dir);
    expect([code, stdout.split("\n").filter((line) => line.startsWith("2018-")).length]).toEqual([0, 3]);
  });

  it("draws the land of the clearest scene, enlarged, transparent where there is nothing", () => {
    const images = ["true-colour.png", "ndvi.png"].map((name) => decode(readFileSync(join(dir, "demo-output", name))));
    expect(images.map(({ width, height }) => [width, height])).toEqual([
      [847, 847],
      [847, 847],
    ]);
    const [colour] = images;
    expect(colour?.channels).toBe(4);
    const opaque = colour?.data.filter((_, i) => i % 4 === 3).filter((alpha) => alpha === 255).length ?? 0;
    expect(opaque / (847 * 847)).toBeGreaterThan(0.5);
    const chart = readFileSync(join(dir, "demo-output", "ndvi-through-time.svg"), "utf8");
    for (const name of ["Woods and fields, New Jersey", "Ramapo Mountains", "Manhattan"]) expect(chart).toContain(name);
  });

  it("replaces what it made before and nothing else", async () => {
    const output = join(dir, "demo-output");
    writeFileSync(join(output, "notes.txt"), "mine");
    const { code, stdout } = await runCli(["demo", "--json"], dir);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ingest: { added: 19, skipped: 0, failed: [] },
      scene: "LC08_L1TP_013032_20180710",
      pictures: [
        { path: "demo-output/true-colour.png" },
        { path: "demo-output/ndvi.png" },
        { path: "demo-output/ndvi-through-time.svg" },
      ],
    });
    expect(readdirSync(output).sort()).toEqual([
      ".pixelquery-demo",
      "ndvi-through-time.svg",
      "ndvi.png",
      "notes.txt",
      "true-colour.png",
      "warehouse",
    ]);
  });

  it("leaves a folder alone that it did not make", async () => {
    const other = createTempDir();
    mkdirSync(join(other, "warehouse"));
    writeFileSync(join(other, "warehouse", "mine"), "");
    const run = await runCli(["demo", "--output", other, "--json"]);
    expect(run.code).toBe(2);
    expect(jsonOf(run)).toMatchObject({ error: { name: "InvalidInputError", details: { found: "warehouse" } } });
    expect(readdirSync(join(other, "warehouse"))).toEqual(["mine"]);
  });
});

describe("findClearest", () => {
  const [clear, cloud, fill] = [2720, 2800, 1];

  it("takes the scene with the most pixels of ground, not with the smallest share of cloud", () => {
    const quality = Uint16Array.of(clear, fill, fill, fill, clear, clear, clear, cloud, cloud, cloud, cloud, cloud);
    expect(findClearest(quality, null, 3)).toEqual({ time: 1, clear: 3, seen: 4 });
  });

  it("counts no pixel that is missing, and finds nothing under full cloud", () => {
    const quality = Uint16Array.of(clear, clear, clear, clear);
    expect(findClearest(quality, Uint8Array.of(2, 2, 2, 0), 2)).toEqual({ time: 1, clear: 1, seen: 1 });
    expect(findClearest(Uint16Array.of(cloud, fill), null, 1)).toBe(null);
    expect(findClearest(new Uint16Array(), null, 0)).toBe(null);
  });
});

describe("enlarge", () => {
  it("turns every pixel into a square", () => {
    const large = enlarge(Uint16Array.of(1, 2, 3, 4), 2, 2, "uint16");
    expect([...large]).toEqual([1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4]);
  });
});

describe("validWindow", () => {
  it("is the smallest window that holds every valid pixel", () => {
    const status = Uint8Array.of(2, 2, 2, 2, 2, 0, 2, 2, 2, 2, 0, 2);
    expect(validWindow(status, 4, 3)).toEqual({ y: { start: 1, stop: 3 }, x: { start: 1, stop: 3 } });
  });

  it("is everything where all are valid, and nothing where none is", () => {
    expect(validWindow(null, 4, 3)).toEqual({ y: { start: 0, stop: 3 }, x: { start: 0, stop: 4 } });
    expect(validWindow(Uint8Array.of(2, 2), 2, 1)).toBe(null);
  });
});
