import { expect, it } from "vitest";
import { builtInProfiles } from "../../src/product/built-in-profiles.js";
import { compactProfile } from "../../src/product/compact-profile.js";
import { defineProfile, parseProfile } from "../../src/product/parse-profile.js";

it.each(builtInProfiles.map((profile) => [profile.id, profile] as const))(
  "%s without what goes without saying is the same profile again",
  (_, profile) => {
    expect(parseProfile(JSON.parse(JSON.stringify(compactProfile(profile))))).toEqual(profile);
  },
);

it("a profile that says little stays as it was written", () => {
  const written = {
    profileVersion: 1,
    id: "plain",
    title: "Plain",
    bandSets: { camera: [{ name: "R" }, { name: "Q", role: "mask" }] },
    namings: [{ file: "(?<band>R|Q)\\.tif", scene: "{folder}" }],
    cloudRules: [{ band: "Q", values: [1] }],
  } as const;
  expect(compactProfile(defineProfile(written))).toEqual(written);
});
