import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { oneGridPath } from "../support/data-path.js";
import { createSharedTempDir } from "../support/temp-dir.js";
import { jsonOf, runCli } from "./run-cli.js";

const dir = createSharedTempDir();
const july = "LC08_L1TP_013032_20180710.tif";

beforeAll(() => {
  mkdirSync(join(dir, "mixed"));
  mkdirSync(join(dir, "empty"));
  cpSync(join(oneGridPath, july), join(dir, "mixed", july));
  writeFileSync(join(dir, "mixed", "broken.tif"), "no TIFF at all");
});

describe("inspect", () => {
  it("prints every key of the interface for a file, as gdalinfo has its values", async () => {
    const result = await runCli(["inspect", `mixed/${july}`, "--json"], dir);
    expect([result.code, result.stderr]).toEqual([0, ""]);
    expect(jsonOf(result)).toEqual([
      {
        path: `mixed/${july}`,
        driver: "COG",
        width: 123,
        height: 132,
        count: 7,
        dtype: "uint16",
        crs: "EPSG:32618",
        transform: [3000, 0, 390000, 0, -3000, 4743000],
        bounds: [390000, 4347000, 759000, 4743000],
        resolution: [3000, 3000],
        nodata: 0,
        scale: [1, 1, 1, 1, 1, 1, 1],
        offset: [0, 0, 0, 0, 0, 0, 0],
        blockSize: [64, 64],
        compression: "DEFLATE",
        predictor: 2,
        interleave: "PIXEL",
        overviews: [],
        bandNames: ["blue", "green", "red", "nir", "swir1", "swir2", "BQA"],
        colorInterpretation: ["Gray", ...Array(6).fill("Undefined")],
        colorTable: null,
        acquisitionTime: null,
      },
    ]);
  });

  it("shows one file to people as a card", async () => {
    const { code, stdout } = await runCli(["inspect", `mixed/${july}`], dir);
    expect(code).toBe(0);
    expect(stdout).toContain("123 × 132 pixels, 7 bands, uint16\n");
    expect(stdout).toContain("64 × 64, DEFLATE, predictor 2, interleaved by pixel\n");
  });

  it("lists a folder as a table whose names are not cut in a pipe", async () => {
    const { code, stdout } = await runCli(["inspect", oneGridPath]);
    expect(code).toBe(0);
    const lines = stdout.split("\n").filter((line) => line.startsWith("LC08_"));
    expect(lines.length).toBe(19);
    expect(lines[3]).toMatch(
      /^LC08_L1TP_013032_20180710\.tif +123×132 +7 +uint16 +EPSG:32618 +3000 +DEFLATE +64×64 +0$/,
    );
  });

  it("reads the good files among broken ones, and ends with 1", async () => {
    const result = await runCli(["inspect", "mixed", "--json"], dir);
    expect(result.code).toBe(1);
    expect(jsonOf(result)).toMatchObject([
      { path: join(dir, "mixed", july), width: 123 },
      { path: join(dir, "mixed", "broken.tif"), error: { name: "CorruptDataError" } },
    ]);
    expect(result.stderr).toMatch(/^failed: .*broken\.tif.*\n$/);
  });

  it("ends with the error's own code where the one file asked for is broken", async () => {
    const [people, program] = await Promise.all([
      runCli(["inspect", "mixed/broken.tif"], dir),
      runCli(["inspect", "mixed/broken.tif", "--json"], dir),
    ]);
    expect([people.code, people.stdout, program.code]).toEqual([5, "", 5]);
    expect(people.stderr).toMatch(/^error: .*mixed\/broken\.tif: Not a TIFF/);
    expect(jsonOf(program)).toMatchObject([{ path: "mixed/broken.tif", error: { name: "CorruptDataError" } }]);
  });

  it("says that a path does not exist, or holds no TIFF", async () => {
    const [gone, empty, several] = await Promise.all([
      runCli(["inspect", "gone"], dir),
      runCli(["inspect", "empty"], dir),
      runCli(["inspect", "gone", `mixed/${july}`], dir),
    ]);
    expect([gone.code, gone.stderr]).toEqual([3, "error: gone: no such file or folder\n"]);
    expect([empty.code, empty.stderr]).toEqual([3, "error: empty: no TIFF here (*.tif, *.tiff)\n"]);
    expect([several.code, several.stderr]).toEqual([1, "failed: gone: no such file or folder\n"]);
    expect(several.stdout).toContain(july);
  });
});
