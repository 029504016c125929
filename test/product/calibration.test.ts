import { describe, expect, it } from "vitest";
import { bandCalibration } from "../../src/product/calibration.js";
import { recogniseFile } from "../../src/product/recognise-file.js";

/** Scale, offset and what it goes by, of the one band that a path names. */
function calibrationOf(path: string) {
  const file = recogniseFile(path)!;
  const band = file.profile.bandSets[file.bandSet]!.find(({ name }) => name === file.bands[0])!;
  const { scale, offset, basis } = bandCalibration(band, file);
  return [scale, offset, basis];
}

const esa = (date: string, baseline: string, band = "B04") =>
  `S2A_MSIL2A_${date}T101031_N${baseline}_R022_T33TWM_20230215T140201.SAFE/x/T33TWM_${date}T101031_${band}_10m.jp2`;

describe("Sentinel-2's offset", () => {
  it("begins with baseline 04.00 where the name tells the baseline, whatever the date", () => {
    expect(calibrationOf(esa("20210705", "0301"))).toEqual([0.0001, 0, "baseline"]);
    expect(calibrationOf(esa("20220125", "0400"))).toEqual([0.0001, -0.1, "baseline"]);
    expect(calibrationOf(esa("20230512", "0509"))).toEqual([0.0001, -0.1, "baseline"]);
    expect(calibrationOf(esa("20180705", "0500"))).toEqual([0.0001, -0.1, "baseline"]);
    expect(calibrationOf(esa("20230512", "0510"))).toEqual([0.0001, -0.1, "baseline"]);
  });

  it("goes by the date where the name tells no baseline, or the 99.99 of whoever's own run", () => {
    expect(calibrationOf("T33TWM_20220124T101031_B04_10m.tif")).toEqual([0.0001, 0, "date"]);
    expect(calibrationOf("T33TWM_20220125T101031_B04_10m.tif")).toEqual([0.0001, -0.1, "date"]);
    expect(calibrationOf(esa("20200512", "9999"))).toEqual([0.0001, 0, "date"]);
  });

  it("is in the pixels already in Earth Search's first collection, and is not in its second, which is all new", () => {
    expect(calibrationOf("S2B_10SEG_20230512_0_L2A/B04.tif")).toEqual([0.0001, 0, "archive"]);
    expect(calibrationOf("S2B_T10SEG_20180512T190716_L2A/B04.tif")).toEqual([0.0001, -0.1, "baseline"]);
  });

  it("touches reflectance only", () => {
    expect(calibrationOf(esa("20230512", "0509", "SCL"))).toEqual([1, 0, "constant"]);
    expect(calibrationOf(esa("20230512", "0509", "AOT"))).toEqual([0.001, 0, "constant"]);
  });
});

describe("other products", () => {
  it("have one scale and offset for all files", () => {
    expect(calibrationOf("LC08_L2SP_026029_20260524_20260603_02_T1_SR_B4.TIF")).toEqual([0.0000275, -0.2, "constant"]);
    expect(calibrationOf("LC08_L2SP_026029_20260524_20260603_02_T1_ST_B10.TIF")).toEqual([0.00341802, 149, "constant"]);
  });
});
