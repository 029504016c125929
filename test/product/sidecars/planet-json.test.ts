import { expect, it } from "vitest";
import { CorruptDataError } from "../../../src/errors.js";
import { parseSidecar } from "../../../src/product/sidecars/parse-sidecar.js";

const parse = (value: unknown) => parseSidecar("planet_json", JSON.stringify(value), "scene_metadata.json");

it("a Planet scene's metadata says time, clouds in percent and the sun", () => {
  const properties = {
    acquired: "2023-09-12T17:54:50.003582Z",
    cloud_cover: 0.07,
    ground_control: true,
    instrument: "PSB.SD",
    sun_azimuth: 129.9,
    sun_elevation: 51.4,
  };
  expect(parse({ type: "Feature", id: "20230912_175450_00_2439", geometry: null, properties })).toEqual({
    timeMs: Date.UTC(2023, 8, 12, 17, 54, 50, 3),
    cloudCover: 7.000000000000001,
    sunAzimuth: 129.9,
    sunElevation: 51.4,
    baseline: null,
    productId: "20230912_175450_00_2439",
    bands: {},
  });
});

it("its share of clouds gives way to a percentage: 1 is all of one and a hundredth of the other", () => {
  const clouds = (properties: object) => parse({ type: "Feature", properties }).cloudCover;
  expect(clouds({ cloud_cover: 1 })).toBe(100);
  expect(clouds({ cloud_cover: 0.01, cloud_percent: 1 })).toBe(1);
  expect(clouds({ "eo:cloud_cover": 1 })).toBe(1);
  expect(clouds({ cloud_cover: 7 })).toBeNull();
  expect(clouds({})).toBeNull();
});

it("the STAC item of an order says them in STAC's words", () => {
  const properties = {
    datetime: "2020-10-20T16:28:47.942Z",
    "eo:cloud_cover": 12,
    "view:sun_azimuth": 164.1,
    "view:sun_elevation": 36.7,
  };
  expect(parse({ type: "Feature", stac_version: "1.0.0", id: "20201020_162847_94_2416", properties })).toMatchObject({
    ...{ timeMs: Date.UTC(2020, 9, 20, 16, 28, 47, 942), cloudCover: 12, sunAzimuth: 164.1, sunElevation: 36.7 },
  });
});

it("what is no feature is refused", () => {
  for (const value of [[], null, 1, { type: "FeatureCollection", features: [] }, { type: "Feature" }]) {
    expect(() => parse(value)).toThrow(CorruptDataError);
  }
  expect(() => parseSidecar("planet_json", "{", "scene_metadata.json")).toThrow("scene_metadata.json: not JSON");
});
