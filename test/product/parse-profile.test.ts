import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../src/errors.js";
import { defineProfile, parseProfile, parseProfileText } from "../../src/product/parse-profile.js";
import { recogniseFile } from "../../src/product/recognise-file.js";
import { recogniseScenes } from "../../src/product/recognise-scenes.js";

/** A small profile as a user writes it. */
const vineyard = {
  profileVersion: 1,
  id: "vineyard",
  title: "Vineyard camera",
  bandSets: {
    camera: [
      { name: "R", commonName: "red" },
      { name: "N", commonName: "nir", scale: 0.0001 },
      { name: "Q", role: "mask" },
    ],
  },
  namings: [
    {
      file: "plot(?<tile>\\d+)_(?<year>\\d{4})(?<month>\\d\\d)(?<day>\\d\\d)_(?<band>[RNQ])\\.tif",
      scene: "plot{tile}_{year}{month}{day}",
      tile: "{tile}",
    },
  ],
  cloudRules: [{ band: "Q", values: [1] }],
};

/** The vineyard with some parts replaced. */
const changed = (parts: object) => ({ ...vineyard, ...parts });
const changedNaming = (parts: object) => changed({ namings: [{ ...vineyard.namings[0], ...parts }] });

function faultsOf(value: unknown): unknown {
  try {
    parseProfile(value, "vineyard.json");
  } catch (error) {
    if (error instanceof InvalidInputError) return error.details.faults;
    throw error;
  }
  return [];
}

describe("a user's profile", () => {
  it("is completed with defaults, and then tells that product's files from others", () => {
    const profile = parseProfileText(JSON.stringify(vineyard), "vineyard.json");
    expect(profile).toMatchObject({ provider: null, tiling: "free", onlyWhenNamed: false });
    expect(profile.bandSets.camera![1]).toEqual({
      ...{ name: "N", commonName: "nir", aliases: [], role: "data", wavelengthNm: null, fwhmNm: null },
      ...{ resolutionM: null, dtype: null, scale: 0.0001, offset: 0, offsetSince: null, nodata: null, optional: false },
    });
    expect(recogniseFile("2024/plot7_20240512_N.tif", [profile])).toMatchObject({
      ...{ sceneId: "plot7_20240512", bands: ["N"], tile: "7", role: "data", timeMs: Date.UTC(2024, 4, 12) },
    });
    expect(recogniseFile("2024/plot7_20240512_X.tif", [profile])).toBeNull();
    const { scenes } = recogniseScenes(["plot7_20240512_N.tif"], { product: "vineyard", profiles: [profile] });
    expect(scenes[0]!.missingBands).toEqual(["R", "Q"]);
  });

  it("can be written in code, and is checked there too", () => {
    const profile = defineProfile({
      ...{ profileVersion: 1, id: "plain", title: "Plain" },
      bandSets: { camera: [{ name: "R" }] },
      namings: [{ file: "(?<band>R)\\.tif", scene: "{folder}" }],
    });
    expect(recogniseFile("a/b/r.tif", [profile])).toMatchObject({ sceneId: "a/b/", bands: ["R"] });
    expect(() => defineProfile({ ...profile, namings: [{ file: "x", scene: "{y}" }] })).toThrow(InvalidInputError);
  });

  it("that is no JSON is refused by its file's name", () => {
    expect(() => parseProfileText("{", "mine.json")).toThrow(/^mine\.json: not JSON: /);
  });
});

describe("faults of a profile", () => {
  it("name their place in the JSON and what is expected there", () => {
    expect(faultsOf(changed({ bandSets: { camera: [{ name: "R", scale: "0.1" }] } }))).toEqual([
      { path: "bandSets.camera[0].scale", message: 'expected number, got "0.1"' },
    ]);
    expect(faultsOf({ ...vineyard, id: undefined })).toEqual([{ path: "id", message: "missing, expected string" }]);
    expect(faultsOf(changed({ profileVersion: 2 }))).toEqual([
      { path: "profileVersion", message: "expected 1, got 2" },
    ]);
    expect(faultsOf("vineyard")).toEqual([{ path: "", message: 'expected Object, got "vineyard"' }]);
  });

  it("propose the key, choice or band that was meant", () => {
    expect(faultsOf(changed({ bandSets: { camera: [{ name: "R", wavelenghtNm: 650 }] } }))).toEqual([
      {
        path: "bandSets.camera[0].wavelenghtNm",
        message: expect.stringMatching(/^unknown key, did you mean "wavelengthNm"\? \(known: name, commonName, /),
      },
    ]);
    expect(faultsOf(changed({ tiling: "fixd" }))).toEqual([
      { path: "tiling", message: 'expected ("fixed" | "free"), got "fixd", did you mean "fixed"?' },
    ]);
    expect(faultsOf(changedNaming({ bandSet: "camra" }))).toEqual([
      { path: "namings[0].bandSet", message: 'no such set in bandSets, did you mean "camera"?' },
    ]);
    expect(faultsOf(changedNaming({ tile: "{tils}" }))).toEqual([
      { path: "namings[0].tile", message: 'neither pattern has a group "tils", did you mean "tile"?' },
    ]);
  });

  it("between parts are found: names used twice, bands that no set has, dates without a day", () => {
    const twice = [{ name: "R", commonName: "red" }, { name: "red" }];
    expect(faultsOf(changed({ bandSets: { camera: twice }, cloudRules: [] }))).toEqual([
      { path: "bandSets.camera[1]", message: 'the name "red" is bandSets.camera[0]\'s already' },
    ]);
    expect(faultsOf(changed({ bandSets: { camera: [{ name: "R", scale: 0 }] }, cloudRules: [] }))).toEqual([
      { path: "bandSets.camera[0].scale", message: "expected another number than 0" },
    ]);
    expect(faultsOf(changed({ cloudRules: [{ band: "Cloud" }] }))).toEqual([
      { path: "cloudRules[0].band", message: "no set has such a band" },
      { path: "cloudRules[0]", message: expect.stringContaining("give bits, or values") },
    ]);
    expect(faultsOf(changedNaming({ file: "(?<year>\\d{4})\\.tif", scene: "{year}", tile: null }))).toEqual([
      { path: "namings[0].file", message: expect.stringContaining('"year", "month" and "day"') },
    ]);
    expect(faultsOf(changedNaming({ bands: ["R"] }))).toEqual([
      { path: "namings[0].bands", message: expect.stringContaining("not two of them") },
    ]);
    expect(faultsOf(changedNaming({ bandSet: "constructor" }))).toEqual([
      { path: "namings[0].bandSet", message: expect.stringContaining("no such set") },
    ]);
    expect(faultsOf(changed({ id: "my product" }))).toEqual([
      { path: "id", message: expect.stringContaining("takes letters") },
    ]);
  });

  it("include patterns that are none, and those that may take for ever", () => {
    expect(faultsOf(changedNaming({ file: "plot(" }))).toEqual([
      { path: "namings[0].file", message: expect.stringMatching(/^not a regular expression: /) },
    ]);
    for (const pattern of ["(a+)+b", "(?:x|xy)*z", "((\\d+)_?)*", "([a-z]+\\d{1,}){3,}", "(?:\\w{1,50}){1,50}!"]) {
      expect(faultsOf(changedNaming({ folder: pattern })), pattern).toEqual([
        { path: "namings[0].folder", message: expect.stringContaining("may take for ever") },
      ]);
    }
    for (const pattern of ["[(a+)+]{2}", "a+b*", "(?:abc)+", "\\(a+\\)+", "(?:a|b)?c+", "(?:\\d{1,2}_){1,3}"]) {
      expect(faultsOf(changedNaming({ folder: pattern })), pattern).toEqual([]);
    }
  });

  it("are listed together, and no more than twenty", () => {
    const bands = Array.from({ length: 30 }, () => ({ name: 1 }));
    expect(faultsOf(changed({ bandSets: { camera: bands } }))).toHaveLength(20);
    expect(() => parseProfile(changed({ bandSets: { camera: bands } }))).toThrow("and 10 more");
  });

  it("of size are found before anything is made of them", () => {
    expect(faultsOf(changed({ title: "x".repeat(1001) }))).toEqual([
      { path: "title", message: "expected length <=1000, got 1001" },
    ]);
    expect(faultsOf(changed({ namings: [] }))).toEqual([{ path: "namings", message: "expected length >=1, got 0" }]);
    expect(faultsOf(changed({ bandSets: {} }))).toEqual([{ path: "bandSets", message: "expected entries >=1, got 0" }]);
  });
});
