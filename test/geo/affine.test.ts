import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Affine,
  affineBounds,
  applyAffine,
  invertAffine,
  isAxisAligned,
  pixelSize,
  scaleAffine,
  translateAffine,
} from "../../src/geo/affine.js";

const northUp: Affine = [10, 0, 500000, 0, -20, 4000000];
const rotated: Affine = [24.7, 14.25, 288776, 14.25, -24.7, 9120760];

describe("affine transforms", () => {
  test("apply leads from pixels to coordinates, corner and centre", () => {
    expect(applyAffine(northUp, 0, 0)).toEqual([500000, 4000000]);
    expect(applyAffine(northUp, 0.5, 0.5)).toEqual([500005, 3999990]);
    expect(applyAffine(rotated, 2, 1)).toEqual([288839.65, 9120763.8]);
  });

  test("invert leads back, for any transform that has an area", () => {
    const size = fc.double({ min: 0.001, max: 1000, noNaN: true });
    const origin = fc.integer({ min: -10_000_000, max: 10_000_000 });
    fc.assert(
      fc.property(size, size, fc.double({ min: -0.9, max: 0.9, noNaN: true }), origin, origin, (a, e, shear, c, f) => {
        const transform: Affine = [a, shear * a, c, shear * e, -e, f];
        const [col, row] = applyAffine(invertAffine(transform), ...applyAffine(transform, 12, 34));
        expect(col).toBeCloseTo(12, 3);
        expect(row).toBeCloseTo(34, 3);
      }),
    );
  });

  test("pixels of no area have no inverse", () => {
    expect(() => invertAffine([1, 2, 0, 2, 4, 0])).toThrow(expect.objectContaining({ name: "InvalidInputError" }));
    expect(() => invertAffine([Number.NaN, 0, 0, 0, 1, 0])).toThrow("has no inverse");
  });

  test("scale and translate give the transforms of an overview and of a part", () => {
    expect(scaleAffine(northUp, 2, 4)).toEqual([20, 0, 500000, 0, -80, 4000000]);
    expect(translateAffine(northUp, 3, 1)).toEqual([10, 0, 500030, 0, -20, 3999980]);
  });

  test("only rotation and shear leave the axes, and pixel sizes are positive", () => {
    expect([isAxisAligned(northUp), isAxisAligned(rotated)]).toEqual([true, false]);
    expect(pixelSize(northUp)).toEqual([10, 20]);
    expect(pixelSize([3, 4, 0, 4, -3, 0])).toEqual([5, 5]);
  });

  test("bounds hold all four corners of a rotated raster and of one that is south up", () => {
    expect(affineBounds([0, 1, 100, 1, 0, 200], 3, 2)).toEqual([100, 200, 102, 203]);
    expect(affineBounds([57, 0, 288776, 0, 57, 9110728], 75, 70)).toEqual([288776, 9110728, 293051, 9114718]);
  });
});
