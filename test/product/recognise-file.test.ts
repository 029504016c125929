import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { builtInProfiles } from "../../src/product/built-in-profiles.js";
import { recogniseFile } from "../../src/product/recognise-file.js";

/** File names as providers and programs write them, with what a person reads in them; `none` where they are no scene's. */
const namesPath = fileURLToPath(new URL("./names/", import.meta.url));

interface NameRow {
  path: string;
  product: string;
  scene: string;
  /** Divided by spaces; `*` where the file must tell. */
  bands: string;
  time: string;
  tile: string;
  version: string;
  role: string;
}

function readRows(table: string): NameRow[] {
  const [head = "", ...lines] = readFileSync(join(namesPath, table), "utf8").trimEnd().split("\n");
  const keys = head.split(";");
  return lines.map(
    (line) => Object.fromEntries(line.split(";").map((cell, i) => [keys[i], cell])) as unknown as NameRow,
  );
}

function recognised(path: string): NameRow {
  const none = { path, product: "none", scene: "", bands: "", time: "", tile: "", version: "", role: "" };
  const file = recogniseFile(path);
  if (file === null) return none;
  return {
    path,
    product: file.profile.id,
    scene: file.sceneId,
    bands: file.bands === "all" ? "*" : file.bands.join(" "),
    time: file.timeMs === null ? "" : new Date(file.timeMs).toISOString(),
    tile: file.tile ?? "",
    version: file.version ?? "",
    role: file.role,
  };
}

describe("real file names", () => {
  for (const table of readdirSync(namesPath)) {
    it(`of ${table} are read as a person reads them, and near misses are left alone`, () => {
      const rows = readRows(table);
      const misses = rows.filter(({ product }) => product === "none").length;
      expect(rows.length - misses).toBeGreaterThanOrEqual(40);
      expect(misses).toBeGreaterThanOrEqual(10);
      expect(rows.map(({ path }) => recognised(path))).toEqual(rows);
    });
  }

  it("of every product that is told by its names are in the tables", () => {
    const named = new Set(readdirSync(namesPath).flatMap((table) => readRows(table).map(({ product }) => product)));
    const products = builtInProfiles.filter(({ onlyWhenNamed }) => !onlyWhenNamed).map(({ id }) => id);
    expect(products.filter((id) => !named.has(id))).toEqual([]);
  });

  it("longer than a file system's are nobody's", () => {
    const tail = "_transparent_mosaic_group1.tif";
    expect(recogniseFile("x".repeat(255 - tail.length) + tail)?.profile.id).toBe("drone");
    expect(recogniseFile("x".repeat(256 - tail.length) + tail)).toBeNull();
  });

  it("are read in whatever case they are written", () => {
    expect(recogniseFile("hls.s30.t10seg.2023132t185921.V2.0.fmask.TIF")?.bands).toEqual(["Fmask"]);
    expect(recogniseFile("s2b_10seg_20230512_0_l2a/b8a.tif")?.bands).toEqual(["B8A"]);
  });
});
