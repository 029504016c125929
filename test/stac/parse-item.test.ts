import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isPixelQueryError } from "../../src/index.js";
import { parseItem } from "../../src/stac/parse-item.js";
import type { StacScene } from "../../src/stac/stac-scene.js";
import { fixturePath } from "../support/data-path.js";

const readItem = (name: string): unknown => JSON.parse(readFileSync(fixturePath("stac", `${name}.json`), "utf8"));
const assetOf = ({ assets }: StacScene, key: string) => assets.find((asset) => asset.key === key);

/** An item with what it needs, and what `change` says. */
const item = (change: object = {}) => ({
  type: "Feature",
  id: "scene",
  properties: { datetime: "2023-05-12T19:07:16Z" },
  assets: { red: { href: "red.tif" } },
  ...change,
});

describe("items of services, in the form that they have", () => {
  it("of Earth Search: facts, bands by eo:bands and raster:bands, and whether the offset is in the pixels", () => {
    const scene = parseItem(readItem("earth-search-sentinel-2-l2a"), "https://earth-search.example/v1/search?x=1");
    expect(scene).toMatchObject({
      id: "S2B_10SEG_20230512_0_L2A",
      collection: "sentinel-2-l2a",
      timeMs: Date.UTC(2023, 4, 12, 19, 7, 16, 262),
      cloudCover: 0.04,
      sunAzimuth: 139.5,
      sunElevation: 67.25,
      baseline: "05.09",
      productUri: "S2B_MSIL2A_20230512T185919_N0509_R013_T10SEG_20230512T232213.SAFE",
      isOffsetApplied: true,
      updatedMs: Date.UTC(2023, 4, 13, 3, 12, 11),
      source: "https://earth-search.example/v1/search",
    });
    expect(assetOf(scene, "red")).toEqual({
      key: "red",
      href: "https://sentinel-cogs.s3.us-west-2.amazonaws.com/sentinel-s2-l2a-cogs/10/S/EG/2023/5/S2B_10SEG_20230512_0_L2A/B04.tif",
      mediaType: "image/tiff; application=geotiff; profile=cloud-optimized",
      roles: ["data", "reflectance"],
      bands: [{ name: "red", commonName: "red", scale: 0.0001, offset: -0.1, nodata: 0, dataType: "uint16" }],
      grid: {
        crs: { code: "EPSG:32610", name: null, definition: null },
        transform: [10, 0, 499980, 0, -10, 4200000],
        width: 10980,
        height: 10980,
      },
      sizeBytes: null,
    });
    expect(assetOf(scene, "visual")?.bands.map(({ name }) => name)).toEqual(["red", "green", "blue"]);
  });

  it("of Earth Search's collection 1: proj:code and file:size", () => {
    const scene = parseItem(readItem("earth-search-sentinel-2-c1-l2a"), "/items.json");
    expect(scene).toMatchObject({ isOffsetApplied: null, baseline: "05.10" });
    expect(assetOf(scene, "scl")).toMatchObject({
      grid: { crs: { code: "EPSG:32610" }, width: 5490, height: 5490 },
      sizeBytes: 2_300_000,
      bands: [{ name: null, commonName: null, scale: null, nodata: 0, dataType: "uint8" }],
    });
  });

  it("of the Planetary Computer: the sun from its zenith, bands without scales", () => {
    const scene = parseItem(readItem("planetary-computer-sentinel-2-l2a"), "/items.json");
    expect(scene).toMatchObject({ sunAzimuth: 139.5, sunElevation: 67.25, cloudCover: 0.037 });
    const unknown = { scale: null, offset: null, nodata: null, dataType: null };
    expect(assetOf(scene, "B08")?.bands).toEqual([{ name: "B08", commonName: "nir", ...unknown }]);
    expect(assetOf(scene, "SCL")?.bands).toEqual([{ name: null, commonName: null, ...unknown }]);
  });

  it("of Landsat: the grid of the item holds for its assets", () => {
    for (const name of ["planetary-computer-landsat-c2-l2", "usgs-landsat-c2l2-sr"]) {
      const scene = parseItem(readItem(name), "/items.json");
      expect(scene).toMatchObject({ cloudCover: 26.51, sunAzimuth: 126.1, sunElevation: 65.8, baseline: null });
      expect(assetOf(scene, "qa_pixel")?.grid).toMatchObject({
        width: 7561,
        height: 7731,
        transform: [30, 0, 462885, 0, -30, 4264515],
      });
    }
  });
});

describe("a STAC item", () => {
  it("of version 1.1 has bands, and what stands at the asset holds for all of them", () => {
    const asset = {
      href: "/data/a.tif",
      data_type: "float32",
      nodata: "nan",
      "raster:scale": 0.5,
      bands: [
        { name: "one", "eo:common_name": "red" },
        { name: "two", "raster:scale": 2, "raster:offset": 1, nodata: -1 },
      ],
    };
    expect(parseItem(item({ assets: { a: asset } }), "/x.json").assets[0]?.bands).toEqual([
      { name: "one", commonName: "red", scale: 0.5, offset: null, nodata: "nan", dataType: "float32" },
      { name: "two", commonName: null, scale: 2, offset: 1, nodata: -1, dataType: "float32" },
    ]);
  });

  it("without datetime has the time at which it starts; a time without a zone is UTC", () => {
    const timeOf = (properties: object) => new Date(parseItem(item({ properties }), "/x.json").timeMs).toISOString();
    expect(
      timeOf({ datetime: null, start_datetime: "2023-05-01T00:00:00Z", end_datetime: "2023-06-01T00:00:00Z" }),
    ).toBe("2023-05-01T00:00:00.000Z");
    expect(timeOf({ datetime: "2023-05-12T19:07:16" })).toBe("2023-05-12T19:07:16.000Z");
    expect(timeOf({ datetime: "2023-05-12T19:07:16.123456+02:00" })).toBe("2023-05-12T17:07:16.123Z");
  });

  it.each([
    ["./red.tif", "/data/x/item.json", "/data/x/red.tif"],
    ["../y/red.tif", "https://h.example/c/x/item.json?key=1", "https://h.example/c/y/red.tif"],
    ["red.tif", "s3://bucket/c/item.json", "s3://bucket/c/red.tif"],
    ["../../red.tif", "s3://bucket/c/item.json", "s3://bucket/red.tif"],
    ["s3://other/red.tif", "https://h.example/item.json", "s3://other/red.tif"],
    ["file:///data/a%20b.tif", "/data/item.json", "/data/a b.tif"],
  ])("finds %s of %s at %s", (href, base, expected) => {
    expect(parseItem(item({ assets: { red: { href } } }), base).assets[0]?.href).toBe(expected);
  });

  it("from elsewhere does not name files of this machine", () => {
    const value = item({ assets: { red: { href: "file:///etc/passwd" } } });
    expect(() => parseItem(value, "https://h.example/item.json")).toThrow("a file of this machine");
  });

  it("with odd facts has them as unknown", () => {
    const properties = {
      datetime: "2023-05-12",
      "eo:cloud_cover": -1,
      "view:sun_azimuth": "south",
      "proj:epsg": {},
      "proj:code": "MOON:1",
    };
    const scene = parseItem(item({ properties }), "/x.json");
    expect(scene).toMatchObject({ cloudCover: null, sunAzimuth: null, assets: [{ grid: { crs: null, width: null } }] });
  });

  it.each([
    ["null", null, "/x.json: item is no STAC item: it: expected Object, got null"],
    [
      "no feature",
      { type: "Collection", id: "c" },
      'item c is no STAC item: type: expected "Feature", got "Collection"',
    ],
    ["no id", item({ id: "" }), "id: expected length >=1, got 0"],
    ["no assets", item({ assets: undefined }), "item scene is no STAC item: assets is missing"],
    ["assets as a list", item({ assets: [1] }), "assets.0: expected Object, got 1"],
    ["an asset without href", item({ assets: { red: {} } }), "assets.red.href is missing"],
    ["roles as text", item({ assets: { red: { href: "a", roles: "data" } } }), "assets.red.roles: expected"],
    [
      "no time",
      item({ properties: {} }),
      "/x.json: item scene has no time: neither datetime nor start_datetime is one",
    ],
    ["a time that is none", item({ properties: { datetime: "yesterday" } }), "item scene has no time"],
  ])("is refused with %s, and it is said what is wrong where", (_what, value, message) => {
    expect(() => parseItem(value, "/x.json")).toThrow(message);
  });

  it("whatever it holds is a scene or an error that says so", () => {
    const keys = ["href", "type", "roles", "bands", "eo:bands", "raster:bands", "proj:transform", "datetime", "name"];
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(null, true, 0, -1.5, "", "a.tif", "2023-05-12T00:00:00Z"),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string()), tie("value"), { maxKeys: 4 }),
      ),
    })).value;
    const candidate = fc.record({ type: fc.constant("Feature"), id: fc.constant("x"), properties: json, assets: json });
    fc.assert(
      fc.property(candidate, (value) => {
        try {
          expect(parseItem(value, "/x.json").id).toBe("x");
        } catch (error) {
          if (!isPixelQueryError(error)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});
