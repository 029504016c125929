import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { builtInProfiles } from "../../src/product/built-in-profiles.js";
import { parseProfile } from "../../src/product/parse-profile.js";
import { readText } from "../guards/source-files.js";
import { firstPixel, writeFlatScene } from "../ingest/write-scene.js";
import { createTempDir } from "../support/temp-dir.js";
import { jsonOf, runCli } from "./run-cli.js";

const vineyard = /```json\n([\s\S]*?)```/.exec(readText("docs/products.md"))?.[1] ?? "";

let dir: string;
beforeEach(() => {
  dir = createTempDir();
  writeFileSync(join(dir, "vineyard.json"), vineyard);
});

describe("products", () => {
  it("lists the built-in ones where there is no warehouse, and refuses one that is named and not there", async () => {
    const [people, program, named] = await Promise.all([
      runCli(["products"], dir),
      runCli(["products", "--json"], dir),
      runCli(["products", "-w", "none"], dir),
    ]);
    expect([people.code, program.code, named.code]).toEqual([0, 0, 3]);
    expect(people.stdout).toMatch(/^sentinel2_l2a +Sentinel-2 Level-2A surface reflectance +B01 .* SCL +built-in$/m);
    const listed = jsonOf(program) as { id: string }[];
    expect(listed.map(({ id }) => id)).toEqual(builtInProfiles.map(({ id }) => id));
    expect(listed.find(({ id }) => id === "hls_l30")).toEqual({
      ...{ id: "hls_l30", title: "Harmonized Landsat Sentinel-2: Landsat 8 and 9", provider: "NASA" },
      ...{ origin: "built-in", cloudBands: ["Fmask"], scenes: 0 },
      bands: expect.arrayContaining(["B04", "Fmask"]),
    });
  });

  it("show prints a profile that is one, to start from", async () => {
    const { code, stdout, stderr } = await runCli(["products", "show", "planet_sr"], dir);
    expect([code, stderr]).toEqual([0, ""]);
    expect(parseProfile(JSON.parse(stdout))).toEqual(builtInProfiles.find(({ id }) => id === "planet_sr"));
    const wrong = await runCli(["products", "show", "planet"], dir);
    expect([wrong.code, wrong.stdout]).toEqual([3, ""]);
    expect(wrong.stderr).toContain("planet: no product has such a profile");
  });

  it("add makes a warehouse that knows the product, and show prints it as it was written", async () => {
    const added = await runCli(["products", "add", "vineyard.json", "-w", "wh", "--json"], dir);
    expect(added.code).toBe(0);
    expect(jsonOf(added)).toEqual({ warehouse: "wh", productId: "vineyard", snapshot: expect.any(String) });
    const [shown, listed] = await Promise.all([
      runCli(["products", "show", "vineyard", "-w", "wh"], dir),
      runCli(["products", "-w", "wh", "--json"], dir),
    ]);
    expect(jsonOf(shown)).toEqual(JSON.parse(vineyard));
    expect(jsonOf(listed)).toContainEqual({
      ...{ id: "vineyard", title: "Vineyard camera, five bands", provider: "us", origin: "warehouse" },
      ...{ bands: ["B", "R", "N", "shade"], cloudBands: ["shade"], scenes: 0 },
    });
  });

  it("add says what is wrong in a profile, and what it replaces", async () => {
    writeFileSync(join(dir, "wrong.json"), vineyard.replace('"scene": "plot', '"scene": "{plt}plot'));
    const wrong = await runCli(["products", "add", "wrong.json"], dir);
    expect([wrong.code, wrong.stdout]).toEqual([2, ""]);
    expect(wrong.stderr).toContain('namings[0].scene: neither pattern has a group "plt", did you mean "plot"?');
    writeFileSync(join(dir, "drone.json"), vineyard.replace('"id": "vineyard"', '"id": "drone"'));
    const replaced = await runCli(["products", "add", "drone.json"], dir);
    expect(replaced.code).toBe(0);
    expect(replaced.stderr).toContain("warning: drone.json: replaces the built-in profile drone in this warehouse");
    const listed = jsonOf(await runCli(["products", "--json"], dir)) as { id: string; origin: string }[];
    expect(listed.filter(({ id }) => id === "drone").map(({ origin }) => origin)).toEqual(["warehouse"]);
  });
});

describe("ingest --product with a profile's file", () => {
  it("stores it with the scenes: later ingests and --cloud-mask need not be told", async () => {
    const write = (day: string, red: number, shade: number) => {
      writeFlatScene(`${dir}/in`, `plot1_${day}_R.tif`, red);
      writeFlatScene(`${dir}/in`, `plot1_${day}_shade.tif`, shade);
    };
    write("20240512", 7, 0);
    const first = await runCli(["ingest", "in", "--product", "./vineyard.json", "--json"], dir);
    expect(jsonOf(first)).toMatchObject({ productId: "vineyard", sceneCount: 1, fileCount: 2, added: 1 });
    write("20240601", 8, 1);
    expect(jsonOf(await runCli(["ingest", "in", "--json"], dir))).toMatchObject({ productId: "vineyard", added: 1 });
    const place = ["--lon", String(firstPixel.lon), "--lat", String(firstPixel.lat)];
    const series = await runCli(["timeseries", ...place, "--bands", "R", "--cloud-mask", "--json"], dir);
    expect((jsonOf(series) as { rows: { values: unknown; status: unknown }[] }).rows).toMatchObject([
      { values: { R: 7 }, status: { R: "valid" } },
      { values: { R: null }, status: { R: "masked" } },
    ]);
    const missing = await runCli(["ingest", "in", "--product", "none.json"], dir);
    expect([missing.code, missing.stderr]).toEqual([3, expect.stringContaining("none.json: no such file")]);
  });
});
