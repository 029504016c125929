import { describe, expect, it } from "vitest";
import { type CommonBand, commonBands, findCommonBand } from "../../../src/lazy/expression/band-names.js";

describe("findCommonBand", () => {
  it.each<[CommonBand, string[], string | null]>([
    ["red", ["blue", "red"], "red"],
    ["red", ["Red", "RED"], "Red"],
    ["red", ["Red", "red"], "red"],
    ["swir16", ["SWIR-1"], "SWIR-1"],
    ["swir16", ["swir", "swir1"], "swir1"],
    ["swir22", ["swir1", "swir"], null],
    ["nir", ["nir08", "near infrared"], "nir08"],
    ["nir08", ["nir"], "nir"],
    ["rededge", ["red_edge_3", "rededge078", "Red Edge 2"], "Red Edge 2"],
    ["rededge071", ["rededge"], null],
    ["coastal", ["coastal_aerosol"], "coastal_aerosol"],
    ["red", ["B4", "rededge", "infrared"], null],
    ["red", [], null],
  ])("finds %s among %j as %j", (common, available, found) => {
    expect(findCommonBand(common, available)).toBe(found);
  });

  it("lets an alias decide, and takes no alias from an object's own inheritance", () => {
    expect(findCommonBand("nir", ["nir", "B5"], { nir: "B5" })).toBe("B5");
    expect(findCommonBand("nir", ["nir", "B5"], { red: "B5" })).toBe("nir");
    expect(findCommonBand("nir", ["nir"], Object.create({ nir: "B5" }))).toBe("nir");
  });

  it("can reach every other name, and none of them stands for two shades of the same colour at once", () => {
    for (const [common, others] of Object.entries(commonBands)) {
      for (const other of others) expect(findCommonBand(common as CommonBand, [other])).toBe(other);
    }
    const visible = (["coastal", "blue", "green", "yellow", "red", "swir16", "swir22"] as const).map((name) => [
      name,
      ...commonBands[name],
    ]);
    expect(new Set(visible.flat()).size).toBe(visible.flat().length);
  });
});
