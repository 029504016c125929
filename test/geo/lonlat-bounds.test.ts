import { describe, expect, test } from "vitest";
import { epsgCrs } from "../../src/geo/crs.js";
import { lonLatBounds } from "../../src/geo/lonlat-bounds.js";
import { openProjection } from "../../src/geo/projection.js";

/** Rounded to what a comparison with GDAL needs: 1e-4 degrees are 11 m. */
const rounded = (bounds: readonly number[]) => bounds.map((value) => Math.round(value * 1e4) / 1e4 + 0);

describe("lonLatBounds", () => {
  test("degrees are their own bounds, whole globes included", async () => {
    const wgs84 = await openProjection(epsgCrs(4326));
    expect(lonLatBounds(wgs84, [0.5, 0, 10, 0, -0.5, 50], 4, 2)).toEqual([10, 49, 12, 50]);
    expect(lonLatBounds(wgs84, [1, 0, -180, 0, -1, 90], 360, 180)).toEqual([-180, -90, 180, 90]);
    expect(lonLatBounds(wgs84, [1, 0, 0, 0, -1, 90], 360, 180)).toEqual([-180, -90, 180, 90]);
  });

  // Expected here and below: rasterio.warp.transform_bounds(crs, 4326, *bounds, densify_pts=21), on GDAL 3.6.2.
  test("edges that bend are followed", async () => {
    const utm = await openProjection(epsgCrs(32618));
    expect(rounded(lonLatBounds(utm, [3000, 0, 399000, 0, -3000, 4704000], 132, 123))).toEqual([
      -76.2289, 39.1143, -71.4138, 42.4883,
    ]);
    const laea = await openProjection(epsgCrs(3035));
    expect(rounded(lonLatBounds(laea, [10000, 0, 2000000, 0, -10000, 5000000], 400, 300))).toEqual([
      -36.4524, 37.3892, 46.0919, 68.1196,
    ]);
  });

  test("a raster across the antimeridian has west > east", async () => {
    const utm = await openProjection(epsgCrs(32601));
    expect(rounded(lonLatBounds(utm, [1000, 0, 200000, 0, -1000, 4000000], 400, 100))).toEqual([
      179.6678, 35.1982, -175.8885, 36.1447,
    ]);
  });

  test("a raster around a pole reaches it", async () => {
    const polar = await openProjection(epsgCrs(3031));
    expect(rounded(lonLatBounds(polar, [1000, 0, -1000000, 0, -1000, 1000000], 2000, 2000))).toEqual([
      -180, -90, 180, -77.0374,
    ]);
  });

  test("a raster that lies nowhere is refused", async () => {
    const nowhere = { forward: () => [Number.NaN, Number.NaN], inverse: () => [Number.NaN, Number.NaN] } as never;
    expect(() => lonLatBounds(nowhere, [1, 0, 0, 0, -1, 0], 1, 1)).toThrow(
      expect.objectContaining({ name: "InvalidInputError" }),
    );
  });
});
