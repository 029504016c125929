import { describe, expect, it } from "vitest";
import { type BandPixels, evaluate } from "../../../src/lazy/expression/evaluate.js";
import { bandsOf, type Expr } from "../../../src/lazy/expression/expr.js";
import { formatExpression } from "../../../src/lazy/expression/format-expression.js";
import { parseExpression } from "../../../src/lazy/expression/parse.js";
import { spectralIndices } from "../../../src/lazy/expression/spectral-index-table.js";
import { findSpectralIndex, indexExpression } from "../../../src/lazy/expression/spectral-indices.js";
import oracle from "./spectral-indices-oracle.json" with { type: "json" };

const expected: Readonly<Record<string, readonly number[]>> = oracle.indices;
const available = Object.keys(oracle.bands);

function run(expr: Expr, factor = 1): number[] {
  const bands = new Map<string, BandPixels>(
    Object.entries(oracle.bands).map(([name, values]) => [
      name,
      { data: Float64Array.from(values, (value) => factor * value), status: null },
    ]),
  );
  return [...evaluate(expr, bands, 12, { dtype: "float64" }).data];
}

/** The largest difference relative to the larger of 1 and the expected value. */
function furthest(values: readonly number[], wanted: readonly number[]): number {
  return Math.max(...values.map((value, at) => Math.abs(value - wanted[at]!) / Math.max(1, Math.abs(wanted[at]!))));
}

describe("the catalogue of spectral indices", () => {
  it("is all in the oracle", () => {
    expect(spectralIndices.map((index) => index.name).sort()).toEqual(Object.keys(expected).sort());
  });

  it.each(spectralIndices)("gives numpy's $name on real pixels", ({ name }) => {
    expect(furthest(run(indexExpression(name, available)), expected[name]!)).toBeLessThan(1e-12);
  });

  it.each(spectralIndices)("says rightly whether $name needs reflectance from 0 to 1", ({ name, needsReflectance }) => {
    const scaled = run(indexExpression(name, available), 10_000);
    expect(furthest(scaled, expected[name]!) > 1e-6).toBe(needsReflectance);
  });

  it.each(spectralIndices)("says who published $name, and when", ({ source, title }) => {
    expect(source).toMatch(/^\p{L}.* \((19[6-9]\d|20[0-2]\d)\), \p{L}/u);
    expect(title).not.toBe("");
  });

  it("calls no two indices the same, in any case", () => {
    const names = spectralIndices.flatMap(({ name, alternatives = [] }) => [name, ...alternatives]);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
  });
});

describe("findSpectralIndex", () => {
  it.each([
    ["ndvi", "NDVI"],
    ["NDII", "NDMI"],
    ["gci", "CIgreen"],
    ["awei_sh", "AWEIsh"],
    ["KNDVI", "kNDVI"],
  ])("finds %s as %s", (name, found) => {
    expect(findSpectralIndex(name).name).toBe(found);
  });

  it("says what was probably meant, or what there is", () => {
    expect(() => findSpectralIndex("NDIV")).toThrow(
      expect.objectContaining({
        name: "ExpressionError",
        message: 'unknown spectral index "NDIV", did you mean "NDVI"?',
        details: { index: "NDIV" },
      }),
    );
    expect(() => findSpectralIndex("temperature")).toThrow(/; there is NDVI, GNDVI, /);
    expect(() => findSpectralIndex("constructor")).toThrow(/unknown spectral index/);
  });
});

describe("indexExpression", () => {
  const text = (...args: Parameters<typeof indexExpression>) => formatExpression(indexExpression(...args));

  it("is the very expression that the formula's text is", () => {
    const bands = ["blue", "red", "nir"];
    const typed = parseExpression("2.5 * (nir - red) / (nir + 6 * red - 7.5 * blue + 1)", bands);
    expect(indexExpression("EVI", bands)).toEqual(typed);
    expect(bandsOf(typed)).toEqual(["nir", "red", "blue"]);
  });

  it.each([
    ["Landsat's swir1", "NBR2", ["swir1", "swir2"], "(swir1 - swir2) / (swir1 + swir2)"],
    ["the narrow near infrared", "NDVI", ["red", "nir08"], "(nir08 - red) / (nir08 + red)"],
    ["other spellings", "NDMI", ["NIR", "SWIR_16"], "(NIR - SWIR_16) / (NIR + SWIR_16)"],
    ["awkward names", "NDVI", ["Red", "Near Infrared"], '({"Near Infrared"} - Red) / ({"Near Infrared"} + Red)'],
    ["the first red edge", "CIre", ["nir", "rededge2", "rededge1"], "nir / rededge1 - 1"],
    ["the exact name before another", "NDVI", ["nir08", "NIR", "nir", "red"], "(nir - red) / (nir + red)"],
  ])("finds %s", (_, name, bands, formula) => {
    expect(text(name, bands)).toBe(formula);
  });

  it("takes aliases for bands that are called by number, before any other name", () => {
    const bands = ["B4", "B5", "nir"];
    expect(text("NDVI", bands, { red: "B4", nir: "B5" })).toBe("(B5 - B4) / (B5 + B4)");
  });

  it("takes other constants than the published ones", () => {
    expect(text("SAVI", ["red", "nir"], {}, { L: 0.25 })).toBe("(1 + 0.25) * (nir - red) / (nir + red + 0.25)");
  });

  it("names the bands that are missing and those that there are", () => {
    expect(() => indexExpression("EVI", ["red", "B8", "green"])).toThrow(
      expect.objectContaining({
        name: "ExpressionError",
        message: "EVI needs nir and blue, and the bands are red, B8, green; name them with aliases",
        details: {
          index: "EVI",
          formula: "G * (nir - red) / (nir + C1 * red - C2 * blue + L)",
          missing: ["nir", "blue"],
          bands: ["red", "B8", "green"],
        },
      }),
    );
    expect(() => indexExpression("NDVI", [])).toThrow("NDVI needs nir and red, and the bands are none");
  });

  it("refuses aliases and constants that mean nothing", () => {
    const bands = ["red", "nir", "B8"];
    expect(() => indexExpression("NDVI", bands, { nri: "B8" })).toThrow(
      'the alias nri is no common band name, did you mean "nir"?',
    );
    expect(() => indexExpression("NDVI", bands, { nir: "B9" })).toThrow(
      'the alias nir stands for a band "B9" that is not there, did you mean "B8"?',
    );
    expect(() => indexExpression("SAVI", bands, {}, { l: 1 })).toThrow("l = 1 is no constant of SAVI; it has L");
    expect(() => indexExpression("SAVI", bands, {}, { L: Number.NaN })).toThrow("L = NaN is no constant of SAVI");
  });
});
