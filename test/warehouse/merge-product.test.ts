import { describe, expect, it } from "vitest";
import { mergeProduct } from "../../src/warehouse/merge-product.js";
import type { StoredProduct } from "../../src/warehouse/product.js";

const plain: StoredProduct = {
  productId: "p",
  title: null,
  provider: null,
  tiling: "free",
  bands: [{ name: "B5" }],
  resolution: null,
  cloudRules: [],
  profile: null,
};
const oli = { name: "B5", commonName: "nir08", wavelengthNm: 864.67 };
const tm = { name: "B5", commonName: "swir16", wavelengthNm: 1650 };
const flags = { band: "flags", values: [1] };

describe("what an ingest says of a product that is stored", () => {
  it("is added where it is missing, behind what is there", () => {
    const given = { ...plain, title: "P", provider: "us", tiling: "fixed" as const, bands: [{ name: "B4" }, oli] };
    expect(mergeProduct(plain, given)).toEqual({ ...plain, title: "P", provider: "us", bands: [oli, { name: "B4" }] });
  });

  it("changes nothing when it is said again", () => {
    const given = { ...plain, bands: [oli, { name: "B4" }], cloudRules: [flags] };
    const once = mergeProduct(plain, given);
    expect(mergeProduct(once, given)).toEqual(once);
  });

  it("leaves no fact on which two sensors disagree, whoever comes again", () => {
    const none = { name: "B5", commonName: null, wavelengthNm: null };
    const both = mergeProduct({ ...plain, bands: [oli] }, { ...plain, bands: [tm] });
    expect(both.bands).toEqual([none]);
    expect(mergeProduct(both, { ...plain, bands: [oli] }).bands).toEqual([none]);
  });

  it("gives rules only where none is stored whose band is there", () => {
    const bands = [{ name: "red" }, { name: "flags" }];
    const given = { ...plain, bands, cloudRules: [flags] };
    const other = [{ band: "red", values: [0] }];
    const absent = [{ band: "clear", values: [0] }];
    const rulesAfter = (cloudRules: StoredProduct["cloudRules"], profile: StoredProduct["profile"] = null) =>
      mergeProduct({ ...plain, bands, cloudRules, profile }, given).cloudRules;
    expect(rulesAfter(null)).toEqual([flags]);
    expect(rulesAfter([])).toEqual([flags]);
    expect(rulesAfter(absent)).toEqual([flags]);
    expect(rulesAfter(other)).toEqual(other);
    expect(rulesAfter(absent, { id: "p" })).toEqual(absent);
  });

  it("replaces it where it is a user's profile; bands that this does not know stay", () => {
    const stored = { ...plain, title: "Old", provider: "us", bands: [oli, { name: "mask" }], cloudRules: [flags] };
    const rules = [{ band: "mask", bits: [0] }];
    const given = { ...plain, title: "New", bands: [tm], cloudRules: rules, profile: { id: "p" } };
    const replaced = { ...given, provider: "us", bands: [tm, { name: "mask" }] };
    expect(mergeProduct(stored, given)).toEqual(replaced);
    // Without rules of its own it leaves those that an ingest found, and takes those of an earlier profile away.
    const silent = { ...given, cloudRules: [] };
    expect(mergeProduct(stored, silent).cloudRules).toEqual([flags]);
    expect(mergeProduct(replaced, silent).cloudRules).toEqual([]);
  });
});
