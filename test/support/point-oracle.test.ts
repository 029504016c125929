import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { readPointOracle } from "./point-oracle.js";

it("offers every scene of the checkout, and only files that exist", () => {
  const counts = (["one-grid", "stacked", "slovenia", "openeo"] as const).map((set) => {
    const scenes = readPointOracle(set);
    expect(scenes.filter(({ path }) => !existsSync(path))).toEqual([]);
    return scenes.length;
  });
  expect(counts.slice(0, 2)).toEqual([19, 19]);
  expect([12, 68]).toContain(counts[2]);
  expect(counts[3]).toBe(3);
});

it("gives a point's pixel, GDAL's values and which of them are nodata", () => {
  const scenes = readPointOracle("one-grid");
  const find = (name: string, lon: number) =>
    scenes.find((scene) => scene.name === name)?.random.find(({ at }) => at[0] === lon);
  // gdallocationinfo -wgs84 LC08_L1TP_013032_20180131.tif -73.0865796 39.96904
  expect(find("LC08_L1TP_013032_20180131.tif", -73.0865796)).toEqual({
    at: [-73.0865796, 39.96904],
    pixel: { row: 105, col: 91 },
    values: [7757, 6616, 6075, 5631, 5303, 5256, 2720],
    stored: [7757, 6616, 6075, 5631, 5303, 5256, 2720],
  });
  // gdallocationinfo -wgs84 LC08_L1TP_013032_20180405.tif -73.9445055 39.3673386: nodata is 0 in every band
  expect(find("LC08_L1TP_013032_20180405.tif", -73.9445055)).toEqual({
    at: [-73.9445055, 39.3673386],
    pixel: { row: 128, col: 66 },
    values: [null, null, null, null, null, null, 1],
    stored: [0, 0, 0, 0, 0, 0, 1],
  });
  expect(scenes[0]?.outside[0]).toMatchObject({ pixel: null, values: [] });
});
