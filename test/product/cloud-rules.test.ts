import { describe, expect, it } from "vitest";
import { builtInProfiles } from "../../src/product/built-in-profiles.js";
import { cloudRulesOf, knownQualityBands } from "../../src/product/cloud-rules.js";

const profileOf = (product: string) => builtInProfiles.find(({ id }) => id === product) ?? null;

describe("rules that find clouds", () => {
  // The documents that say so are named beside the rules of each profile.
  it.each([
    ["SCL", [{ band: "SCL", values: [3, 8, 9, 10] }]],
    ["QA_PIXEL", [{ band: "QA_PIXEL", bits: [1, 2, 3, 4] }]],
    [
      "BQA",
      [
        { band: "BQA", bits: [4] },
        { band: "BQA", bitRange: [7, 8], values: [3] },
        { band: "BQA", bitRange: [11, 12], values: [3] },
      ],
    ],
    ["Fmask", [{ band: "Fmask", bits: [1, 2, 3] }]],
    ["CLM", [{ band: "CLM", values: [1] }]],
    ["clear", [{ band: "clear", values: [0] }]],
    ["pixel_reliability", [{ band: "pixel_reliability", values: [3] }]],
    ["CLASSI_opaque", [{ band: "CLASSI_opaque", values: [1] }]],
  ])("in scenes of no known product are known by the name %s", (band, rules) => {
    expect(cloudRulesOf(null, ["red", band, "nir"])).toEqual(rules);
    expect(knownQualityBands).toContain(band);
  });

  it("find the band in whatever case, under the name that it has", () => {
    expect(cloudRulesOf(null, ["red", "scl"])).toEqual([{ band: "scl", values: [3, 8, 9, 10] }]);
  });

  it("are of one quality band, the one whose name says most", () => {
    expect(cloudRulesOf(null, ["clear", "CLM"])).toEqual([{ band: "CLM", values: [1] }]);
    expect(cloudRulesOf(null, ["BQA", "QA_PIXEL"]).map(({ band }) => band)).toEqual(["QA_PIXEL"]);
    expect(cloudRulesOf(null, ["red", "nir"])).toEqual([]);
  });

  it("are the profile's, and those of a known band while the profile's is not there", () => {
    const [planet, drone] = [profileOf("planet_sr"), profileOf("drone")];
    expect(cloudRulesOf(planet, ["red", "clear", "CLM"])).toEqual([{ band: "clear", values: [0] }]);
    expect(cloudRulesOf(planet, ["red", "CLM"])).toEqual([{ band: "CLM", values: [1] }]);
    expect(cloudRulesOf(planet, ["red"])).toEqual([{ band: "clear", values: [0] }]);
    expect(cloudRulesOf(drone, ["red", "CLM"])).toEqual([{ band: "CLM", values: [1] }]);
    expect(cloudRulesOf(drone, ["red"])).toEqual([]);
  });
});
