import { describe, expect, it } from "vitest";
import { CorruptDataError } from "../../../src/errors.js";
import { parseLandsatMtlJson, parseLandsatMtlText } from "../../../src/product/sidecars/landsat-mtl.js";

/** Collection 2 Level 2: keys of Level 1 stand again, with other values, in groups of their own. */
const levelTwo = {
  PRODUCT_CONTENTS: {
    LANDSAT_PRODUCT_ID: "LC08_L2SP_044034_20210705_20210713_02_T1",
    PROCESSING_LEVEL: "L2SP",
    COLLECTION_NUMBER: "02",
  },
  IMAGE_ATTRIBUTES: {
    SPACECRAFT_ID: "LANDSAT_8",
    DATE_ACQUIRED: "2021-07-05",
    SCENE_CENTER_TIME: "18:45:26.2714529Z",
    CLOUD_COVER: "12.34",
    SUN_AZIMUTH: "125.02549231",
    SUN_ELEVATION: "65.58110522",
  },
  LEVEL2_PROCESSING_RECORD: {
    LANDSAT_PRODUCT_ID: "LC08_L2SP_044034_20210705_20210713_02_T1",
    PROCESSING_SOFTWARE_VERSION: "LPGS_15.4.0",
  },
  LEVEL2_SURFACE_REFLECTANCE_PARAMETERS: {
    REFLECTANCE_MULT_BAND_4: "2.75e-05",
    REFLECTANCE_ADD_BAND_4: "-0.2",
    REFLECTANCE_MULT_BAND_5: "2.75e-05",
  },
  LEVEL2_SURFACE_TEMPERATURE_PARAMETERS: {
    TEMPERATURE_MULT_BAND_ST_B10: "0.00341802",
    TEMPERATURE_ADD_BAND_ST_B10: "149.0",
  },
  LEVEL1_PROCESSING_RECORD: { LANDSAT_PRODUCT_ID: "LC08_L1TP_044034_20210705_20210713_02_T1" },
  LEVEL1_RADIOMETRIC_RESCALING: { REFLECTANCE_MULT_BAND_4: "2.0000E-05", REFLECTANCE_ADD_BAND_4: "-0.100000" },
};

/** Groups in the form of an `_MTL.txt`: names of products, dates and times of day are the kinds of value it has. */
function asText(root: string, groups: Readonly<Record<string, Readonly<Record<string, string>>>>): string {
  const quoted = (value: string) => (/^[-\d.Ee+]+$|^\d{4}-/.test(value) ? value : `"${value}"`);
  const lines = Object.entries(groups).flatMap(([group, entries]) => [
    `  GROUP = ${group}`,
    ...Object.entries(entries).map(([key, value]) => `    ${key} = ${quoted(value)}`),
    `  END_GROUP = ${group}`,
  ]);
  return [`GROUP = ${root}`, ...lines, `END_GROUP = ${root}`, "END", ""].join("\n");
}

const levelTwoMetadata = {
  timeMs: Date.UTC(2021, 6, 5, 18, 45, 26, 271),
  cloudCover: 12.34,
  sunAzimuth: 125.02549231,
  sunElevation: 65.58110522,
  baseline: "LPGS_15.4.0",
  productId: "LC08_L2SP_044034_20210705_20210713_02_T1",
  bands: {
    SR_B4: { scale: 0.0000275, offset: -0.2 },
    ST_B10: { scale: 0.00341802, offset: 149 },
  },
};

describe("a Landsat MTL file", () => {
  it("of Level 2 says time, clouds, sun and the scales of Level 2, not those of the Level 1 behind it", () => {
    expect(parseLandsatMtlText(asText("LANDSAT_METADATA_FILE", levelTwo))).toEqual(levelTwoMetadata);
    expect(parseLandsatMtlText(asText("LANDSAT_METADATA_FILE", levelTwo).replaceAll("\n", "\r\n"))).toEqual(
      levelTwoMetadata,
    );
    expect(parseLandsatMtlText(asText("LANDSAT_METADATA_FILE", levelTwo).replaceAll("\n", "\r"))).toEqual(
      levelTwoMetadata,
    );
  });

  it("says nothing of a band whose scale is 0", () => {
    const text = asText("LANDSAT_METADATA_FILE", levelTwo).replace("2.75e-05", "0");
    expect(Object.keys(parseLandsatMtlText(text).bands)).toEqual(["ST_B10"]);
  });

  it("says the same as JSON", () => {
    expect(parseLandsatMtlJson(JSON.stringify({ LANDSAT_METADATA_FILE: levelTwo }))).toEqual(levelTwoMetadata);
  });

  it("of Collection 1 has reflectance where a band has it, and else radiance; -1 is no cloud cover", () => {
    const text = asText("L1_METADATA_FILE", {
      METADATA_FILE_INFO: {
        LANDSAT_PRODUCT_ID: "LC08_L1TP_013032_20180131_20180207_01_T1",
        PROCESSING_SOFTWARE_VERSION: "LPGS_13.0.0",
      },
      PRODUCT_METADATA: { DATE_ACQUIRED: "2018-01-31", SCENE_CENTER_TIME: "15:39:52.5021570Z" },
      IMAGE_ATTRIBUTES: { CLOUD_COVER: "-1", SUN_AZIMUTH: "155.81", SUN_ELEVATION: "28.90" },
      RADIOMETRIC_RESCALING: {
        RADIANCE_MULT_BAND_4: "1.0283E-02",
        RADIANCE_MULT_BAND_10: "3.3420E-04",
        RADIANCE_ADD_BAND_4: "-51.41547",
        RADIANCE_ADD_BAND_10: "0.10000",
        REFLECTANCE_MULT_BAND_4: "2.0000E-05",
        REFLECTANCE_ADD_BAND_4: "-0.100000",
      },
    });
    expect(parseLandsatMtlText(text)).toEqual({
      timeMs: Date.UTC(2018, 0, 31, 15, 39, 52, 502),
      cloudCover: null,
      sunAzimuth: 155.81,
      sunElevation: 28.9,
      baseline: "LPGS_13.0.0",
      productId: "LC08_L1TP_013032_20180131_20180207_01_T1",
      bands: { B4: { scale: 0.00002, offset: -0.1 }, B10: { scale: 0.0003342, offset: 0.1 } },
    });
  });

  it("that is none is refused by its name", () => {
    expect(() => parseLandsatMtlText("not metadata", "x_MTL.txt")).toThrow(/^x_MTL\.txt: no group IMAGE_ATTRIBUTES/);
    expect(() => parseLandsatMtlJson("[1, 2]", "x_MTL.json")).toThrow(CorruptDataError);
    expect(() => parseLandsatMtlJson("{", "x_MTL.json")).toThrow("x_MTL.json: not JSON");
    expect(() => parseLandsatMtlText("x".repeat(1_000_001))).toThrow("1000001 characters");
  });

  it("with lines without end is read past them, and with a strange band leaves it out", () => {
    const text = asText("LANDSAT_METADATA_FILE", {
      IMAGE_ATTRIBUTES: { SUN_AZIMUTH: "10", SUN_ELEVATION: "95" },
      LEVEL2_PROCESSING_RECORD: {},
      LEVEL2_SURFACE_TEMPERATURE_PARAMETERS: {
        TEMPERATURE_MULT_BAND___proto__: "1",
        TEMPERATURE_ADD_BAND___proto__: "2",
      },
    });
    expect(parseLandsatMtlText(`${text}A = ${" ".repeat(900_000)}x\n`)).toMatchObject({
      ...{ sunAzimuth: 10, sunElevation: null, timeMs: null, bands: {} },
    });
  });
});
