import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { IngestWarning } from "../../../src/ingest/ingest-problem.js";
import { chooseItems } from "../../../src/ingest/items/chosen-items.js";
import { partsOfItem } from "../../../src/ingest/items/item-parts.js";
import { builtInProfiles } from "../../../src/product/built-in-profiles.js";
import { parseItem } from "../../../src/stac/parse-item.js";
import { fixturePath } from "../../support/data-path.js";

interface ItemJson {
  id: string;
  properties: Record<string, unknown>;
  assets: Record<string, Record<string, unknown>>;
}

const names = [
  "earth-search-sentinel-2-l2a",
  "earth-search-sentinel-2-c1-l2a",
  "planetary-computer-sentinel-2-l2a",
  "planetary-computer-landsat-c2-l2",
  "usgs-landsat-c2l2-sr",
] as const;

const profiles = builtInProfiles.filter(({ onlyWhenNamed }) => !onlyWhenNamed);

/** An item as a service gives it, after `change`. */
function sceneOf(name: (typeof names)[number], change: (item: ItemJson) => void = () => {}) {
  const item: ItemJson = JSON.parse(readFileSync(fixturePath("stac", `${name}.json`), "utf8"));
  change(item);
  return parseItem(item, "/items.json");
}

function choose(scenes: ReturnType<typeof sceneOf>[], wanted?: string[]) {
  const warnings: IngestWarning[] = [];
  const items = chooseItems(scenes, { wanted, profiles }, warnings);
  return { items, warnings, keys: items.map(({ assets }) => assets.map(({ asset }) => asset.key)) };
}

/** Scale, offset, nodata and common name of the bands of a service's item. */
function meanings(scene: ReturnType<typeof sceneOf>, wanted?: string[]) {
  const [item] = choose([scene], wanted).items;
  const parts = item === undefined ? [] : partsOfItem(item);
  return Object.fromEntries(
    parts.flatMap((part) =>
      [...part.meanings].map(([name, own]) => [
        name,
        [own.scale, own.offset, own.nodata, own.facts.commonName ?? null],
      ]),
    ),
  );
}

describe("the assets of an item that are taken", () => {
  it.each([
    ["earth-search-sentinel-2-l2a", ["red", "nir", "scl"]],
    ["earth-search-sentinel-2-c1-l2a", ["red", "nir", "scl", "cloud"]],
    ["planetary-computer-sentinel-2-l2a", ["AOT", "B04", "B08", "SCL"]],
    ["planetary-computer-landsat-c2-l2", ["red", "nir08", "lwir11", "qa_pixel"]],
    ["usgs-landsat-c2l2-sr", ["red", "nir08", "qa_pixel"]],
  ] as const)("are the data and known masks of %s, no pictures and no metadata", (name, expected) => {
    expect(choose([sceneOf(name)]).keys).toEqual([expected]);
  });

  it("are those that are named: by key, in any case, by band, by common name, or as the product calls them", () => {
    const [earthSearch, planetary, landsat] = [sceneOf(names[0]), sceneOf(names[2]), sceneOf(names[3])];
    expect(choose([earthSearch], ["red", "NIR", "SCL"]).keys).toEqual([["red", "nir", "scl"]]);
    expect(choose([earthSearch], ["B04", "B08"]).keys).toEqual([["red", "nir"]]);
    expect(choose([planetary], ["red", "nir"]).keys).toEqual([["B04", "B08"]]);
    expect(choose([landsat], ["OLI_B4", "nir08", "QA_PIXEL"]).keys).toEqual([["red", "nir08", "qa_pixel"]]);
    expect(choose([planetary], ["visual"]).keys).toEqual([["visual"]]);
  });

  it("are TIFFs; what is there in another format alone is said once", () => {
    const [one, other] = ["S2B_10SEG_20230512_0_L2A", "S2B_10SEG_20230515_0_L2A"].map((id) =>
      sceneOf(names[0], (item) => {
        item.id = id;
        delete item.properties["s2:product_uri"];
      }),
    );
    if (one === undefined || other === undefined) throw new TypeError("two items");
    expect(choose([one, other]).warnings).toEqual([
      { path: one.id, message: "coastal-jp2 left out, here and elsewhere: it is image/jp2, only TIFFs are read" },
    ]);
  });

  it("must be there: what was meant is said, with what there is", () => {
    expect(() => choose([sceneOf(names[3])], ["red", "nir8"])).toThrow(
      '--assets nir8: no item has such an asset, did you mean "nir08"? (there are red, nir08, lwir11, qa_pixel, mtl.json, rendered_preview)',
    );
  });

  it("must be TIFFs", () => {
    expect(() => choose([sceneOf(names[0])], ["coastal"])).toThrow("B01.jp2 is image/jp2; only TIFFs are read");
  });

  it("must be meant without doubt", () => {
    const scene = sceneOf(names[2], ({ assets }) => {
      assets.B05 = { href: "B05.tif", "eo:bands": [{ name: "B05", common_name: "rededge" }] };
      assets.B06 = { href: "B06.tif", "eo:bands": [{ name: "B06", common_name: "rededge" }] };
    });
    expect(() => choose([scene], ["rededge"])).toThrow("--assets rededge: may be B05, B06 of S2B_MSIL2A");
  });

  it("may lack in some items, which is said", () => {
    const lacking = sceneOf(names[3], (item) => {
      item.id = "other";
      for (const asset of Object.values(item.assets))
        asset.href = String(asset.href).replaceAll("20210705", "20210721");
      delete item.assets.lwir11;
    });
    const { keys, warnings } = choose([sceneOf(names[3]), lacking], ["red", "lwir11"]);
    expect(keys).toEqual([["red", "lwir11"], ["red"]]);
    expect(warnings).toEqual([{ path: "other", message: "has no lwir11 as TIFF: uncovered there" }]);
  });

  it("cannot be chosen where no item has data", () => {
    const scene = sceneOf(names[0], (item) => {
      item.assets = { visual: item.assets.visual ?? {} };
    });
    expect(() => choose([scene])).toThrow("no item has a TIFF with the role data; choose with --assets (visual)");
  });
});

describe("what the pixels of an item mean", () => {
  it("is what the item says; bands are called as its assets", () => {
    expect(meanings(sceneOf(names[3]))).toEqual({
      red: [2.75e-5, -0.2, 0, "red"],
      nir08: [2.75e-5, -0.2, 0, "nir08"],
      lwir11: [0.00341802, 149, 0, "lwir11"],
      qa_pixel: [1, 0, 1, null],
    });
    expect(meanings(sceneOf(names[1]), ["red"])).toEqual({ red: [0.0001, -0.1, 0, "red"] });
  });

  it("is what the product says where the item says nothing: USGS's and the Planetary Computer's have no scales", () => {
    expect(meanings(sceneOf(names[4]))).toEqual({
      red: [2.75e-5, -0.2, 0, "red"],
      nir08: [2.75e-5, -0.2, 0, "nir08"],
      qa_pixel: [1, 0, 1, null],
    });
    expect(meanings(sceneOf(names[2]))).toEqual({
      AOT: [0.001, 0, null, null],
      B04: [0.0001, -0.1, 0, "red"],
      B08: [0.0001, -0.1, 0, "nir"],
      SCL: [1, 0, 0, null],
    });
  });

  it("is without the offset that Earth Search names where it says that the pixels have had it taken off", () => {
    const red = (change: (item: ItemJson) => void) => meanings(sceneOf(names[0], change), ["red"]).red;
    const flag = "earthsearch:boa_offset_applied";
    expect(red(() => {})).toEqual([0.0001, 0, 0, "red"]);
    expect(red(({ properties }) => (properties[flag] = false))).toEqual([0.0001, -0.1, 0, "red"]);
    // Without a word the archive is known to have done it.
    expect(red(({ properties }) => delete properties[flag])).toEqual([0.0001, 0, 0, "red"]);
  });

  it("is without the offset where the pixels are older than it", () => {
    const old = (item: ItemJson) => {
      Object.assign(item.properties, { "s2:processing_baseline": "03.01", "earthsearch:boa_offset_applied": false });
    };
    expect(meanings(sceneOf(names[0], old), ["red"]).red).toEqual([0.0001, 0, 0, "red"]);
  });

  it("goes by the names of bands where a file holds several, by the key where two files have the same", () => {
    const bands = [{ name: "blue" }, { name: "green" }];
    const scene = (assets: object) =>
      parseItem({ type: "Feature", id: "x", properties: { datetime: "2023-05-12" }, assets }, "/x.json");
    const file = (more: object = {}) => ({ href: "/a.tif", roles: ["data"], bands, ...more });
    expect(Object.keys(meanings(scene({ sr: file() })))).toEqual(["blue", "green"]);
    expect(Object.keys(meanings(scene({ sr: file(), toa: file() })))).toEqual([
      "sr_blue",
      "sr_green",
      "toa_blue",
      "toa_green",
    ]);
    expect(Object.keys(meanings(scene({ sr: file({ bands: [{}, {}] }) })))).toEqual(["sr_1", "sr_2"]);
  });
});

describe("processings of one acquisition", () => {
  const reprocessed = (change: Partial<Record<string, string>>) =>
    sceneOf(names[0], (item) => {
      item.id = "S2B_10SEG_20230512_1_L2A";
      Object.assign(item.properties, change);
    });

  it("of Earth Search: the higher baseline is taken, whatever the sequence", () => {
    const product = "S2B_MSIL2A_20230512T185919_N0510_R013_T10SEG_20240826T113355.SAFE";
    const { items, warnings } = choose([sceneOf(names[0]), reprocessed({ "s2:product_uri": product })]);
    expect(items.map(({ scene, acquisitionId, version }) => [scene.id, acquisitionId, version])).toEqual([
      ["S2B_10SEG_20230512_1_L2A", "S2B_MSIL2A_20230512T185919_R013_T10SEG", "05.10"],
    ]);
    expect(warnings).toContainEqual({
      path: "S2B_10SEG_20230512_0_L2A",
      message: "left out: S2B_10SEG_20230512_1_L2A is a newer processing of it",
    });
  });

  it("of one baseline are the halves of an acquisition: both stay", () => {
    const { items } = choose([reprocessed({}), sceneOf(names[0])]);
    expect(items.map(({ acquisitionId }) => acquisitionId)).toEqual([
      "S2B_MSIL2A_20230512T185919_R013_T10SEG",
      "S2B_10SEG_20230512_1_L2A",
    ]);
  });

  it("of Landsat: the later processing date in the names of the files", () => {
    const older = sceneOf(names[3], (item) => {
      item.id = "LC08_L2SP_044034_20210705_02_RT";
      for (const asset of Object.values(item.assets)) {
        asset.href = String(asset.href).replaceAll("20210713_02_T1", "20210706_02_RT");
      }
    });
    expect(
      choose([older, sceneOf(names[3])]).items.map(({ acquisitionId, version }) => [acquisitionId, version]),
    ).toEqual([["LC08_044034_20210705", "20210713_T1"]]);
  });

  it("of one id are one item, the one that was updated last", () => {
    const [early, late] = ["2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z"].map((updated) =>
      sceneOf(names[4], (item) => {
        item.properties.updated = updated;
        Object.assign(item.assets.red ?? {}, { title: updated, href: `/${updated.slice(5, 7)}/red.tif` });
      }),
    );
    if (early === undefined || late === undefined) throw new TypeError("two items");
    const { items, warnings } = choose([late, early], ["red"]);
    expect(items.map(({ assets }) => assets[0]?.asset.href)).toEqual(["/02/red.tif"]);
    expect(warnings.map(({ message }) => message)).toEqual([
      "there twice, with different assets: the one updated last is taken",
    ]);
  });
});
