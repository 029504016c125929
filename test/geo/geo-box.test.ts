import { describe, expect, test } from "vitest";
import { epsgCrs } from "../../src/geo/crs.js";
import {
  type GeoBox,
  geoBoxBounds,
  isSameGeoBox,
  pixelAt,
  pixelCentre,
  pixelCentreAxes,
} from "../../src/geo/geo-box.js";

const box: GeoBox = { crs: epsgCrs(32618), transform: [10, 0, 100, 0, -10, 200], width: 3, height: 2 };

describe("GeoBox", () => {
  test("a pixel owns its left and upper edge; the grid's right and lower edge are outside", () => {
    expect(pixelAt(box, 100, 200)).toEqual({ row: 0, col: 0 });
    expect(pixelAt(box, 109.999, 190.001)).toEqual({ row: 0, col: 0 });
    expect(pixelAt(box, 110, 190)).toEqual({ row: 1, col: 1 });
    expect(pixelAt(box, 129.999, 180.001)).toEqual({ row: 1, col: 2 });
    expect(pixelAt(box, 130, 185)).toBeNull();
    expect(pixelAt(box, 115, 180)).toBeNull();
    expect(pixelAt(box, 99.999, 195)).toBeNull();
    expect(pixelAt(box, Number.NaN, 195)).toBeNull();
  });

  test("a south-up grid owns its lower edges", () => {
    const southUp: GeoBox = { ...box, transform: [10, 0, 100, 0, 10, 180] };
    expect(pixelAt(southUp, 100, 180)).toEqual({ row: 0, col: 0 });
    expect(pixelAt(southUp, 100, 200)).toBeNull();
  });

  test("every pixel's centre lies in that pixel, also where pixels are not round numbers", () => {
    const odd: GeoBox = {
      crs: epsgCrs(32618),
      transform: [3020.131579, 0, 527685, 0, -3031.558442, 4582215],
      width: 76,
      height: 77,
    };
    for (let row = 0; row < odd.height; row++) {
      for (let col = 0; col < odd.width; col++) {
        expect(pixelAt(odd, ...pixelCentre(odd, { row, col }))).toEqual({ row, col });
      }
    }
  });

  test("axes are pixel centres, descending in y, and none where the grid is rotated", () => {
    expect(pixelCentreAxes(box.transform, box.width, box.height)).toEqual({
      x: Float64Array.of(105, 115, 125),
      y: Float64Array.of(195, 185),
    });
    expect(pixelCentreAxes([10, 1, 100, 1, -10, 200], 3, 2)).toBeNull();
    expect(geoBoxBounds(box)).toEqual([100, 180, 130, 200]);
  });

  test("grids are the same when nothing differs, not even the last bit", () => {
    expect(isSameGeoBox(box, { ...box, crs: epsgCrs(32618, "other name") })).toBe(true);
    expect(isSameGeoBox(box, { ...box, crs: epsgCrs(32617) })).toBe(false);
    expect(isSameGeoBox(box, { ...box, transform: [10, 0, 100, 0, -10, 200.00000000000003] })).toBe(false);
    expect(isSameGeoBox(box, { ...box, width: 4 })).toBe(false);
  });
});
