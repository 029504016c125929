import { readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../src/errors.js";
import { type RecognisedScene, recogniseScenes } from "../../src/product/recognise-scenes.js";
import { describeWithData } from "../support/data-path.js";

const names = (files: readonly { path: string }[]) => files.map(({ path }) => path.slice(path.lastIndexOf("/") + 1));

const granule = "GRANULE/L2A_T10SEG_A032283_20230512T190716/IMG_DATA";
const safe = "S2B_MSIL2A_20230512T185919_N0509_R013_T10SEG_20230512T232213.SAFE";
const image = (band: string, resolution: number, ending = "jp2") =>
  `${safe}/${granule}/R${resolution}m/T10SEG_20230512T185919_${band}_${resolution}m.${ending}`;

describe("files of one scene", () => {
  it("are put together in the order of the product's bands, sidecars beside them", () => {
    const id = "HLS.L30.T19LDD.2022165T144027.v2.0";
    const { scenes, unrecognised } = recogniseScenes([
      `${id}.Fmask.tif`,
      `${id}.B05.tif`,
      `${id}.jpg`,
      `${id}.B04.tif`,
    ]);
    expect(scenes).toHaveLength(1);
    expect(scenes[0]).toMatchObject({
      sceneId: id,
      timeMs: Date.UTC(2022, 5, 14, 14, 40, 27),
      tile: "19LDD",
      bandSet: "l30",
    });
    expect(names(scenes[0]!.files)).toEqual([`${id}.B04.tif`, `${id}.B05.tif`, `${id}.Fmask.tif`]);
    expect(unrecognised).toEqual([`${id}.jpg`]);
  });

  it("that are missing are reported, optional ones are not", () => {
    const id = "LT05_L1TP_038029_19950827_20160926_01_T1";
    const { scenes } = recogniseScenes(["B1", "B2", "B3", "B4", "B6", "BQA"].map((band) => `${id}_${band}.TIF`));
    expect(scenes[0]!.missingBands).toEqual(["B5", "B7"]);
    const off = "LO08_L1TP_193024_20160115_20200907_02_T1";
    const withoutTirs = ["1", "2", "3", "4", "5", "6", "7", "8", "9"].map((band) => `${off}_B${band}.TIF`);
    expect(recogniseScenes([...withoutTirs, `${off}_QA_PIXEL.TIF`]).scenes[0]!.missingBands).toEqual([]);
  });

  it("in the same band are taken once: at the band's own pixel size, as TIFF, and else from the path that sorts first", () => {
    const { scenes } = recogniseScenes([
      image("B02", 20),
      image("B02", 10),
      image("B01", 20),
      image("B01", 60),
      image("SCL", 20, "tif"),
      image("SCL", 20),
      `copy/${image("B02", 10)}`,
    ]);
    expect(names(scenes[0]!.files)).toEqual([
      "T10SEG_20230512T185919_B01_60m.jp2",
      "T10SEG_20230512T185919_B02_10m.jp2",
      "T10SEG_20230512T185919_SCL_20m.tif",
    ]);
    expect(
      scenes[0]!.duplicates.map(({ file, insteadOf, difference }) => [file.path, insteadOf, difference]).sort(),
    ).toEqual(
      [
        [image("B01", 20), image("B01", 60), "resolution"],
        [image("B02", 20), image("B02", 10), "resolution"],
        [`copy/${image("B02", 10)}`, image("B02", 10), "none"],
        [image("SCL", 20), image("SCL", 20, "tif"), "format"],
      ].sort(),
    );
  });

  it("have the coarser pixels where the band's own are not there", () => {
    const { scenes } = recogniseScenes([image("B02", 60), image("B02", 20)]);
    expect(names(scenes[0]!.files)).toEqual(["T10SEG_20230512T185919_B02_20m.jp2"]);
  });

  it("of several bands each stand with their mask, in whatever folders they are; of two sets of bands the larger is taken", () => {
    const id = "20220605_124122_49_2460";
    const { scenes, strayed } = recogniseScenes([
      `sr/${id}_3B_AnalyticMS_SR.tif`,
      `sr/${id}_3B_AnalyticMS_SR_8b.tif`,
      `masks/udm2/${id}_3B_udm2.tif`,
      `meta/${id}_metadata.json`,
      "meta/20220605_124124_80_2460_metadata.json",
    ]);
    expect(scenes).toHaveLength(1);
    expect(names(scenes[0]!.files)).toEqual([`${id}_3B_AnalyticMS_SR_8b.tif`, `${id}_3B_udm2.tif`]);
    expect(scenes[0]).toMatchObject({ bandSet: "superdove", missingBands: [] });
    expect(names(scenes[0]!.duplicates.map(({ file }) => file))).toEqual([`${id}_3B_AnalyticMS_SR.tif`]);
    expect(names(scenes[0]!.sidecars)).toEqual([`${id}_metadata.json`]);
    expect(names(strayed)).toEqual(["20220605_124124_80_2460_metadata.json"]);
  });
});

describe("processing versions of one acquisition", () => {
  it("stand behind the newest, newest first", () => {
    const folder = (baseline: string, made: string) =>
      `S2A_MSIL2A_20210705T101031_N${baseline}_R022_T33TWM_${made}.SAFE/GRANULE/L2A_T33TWM_A031522_20210705T101401/` +
      "IMG_DATA/R10m/T33TWM_20210705T101031_B04_10m.jp2";
    const { scenes } = recogniseScenes([
      folder("0301", "20210705T132009"),
      folder("0510", "20240115T101010"),
      folder("0500", "20230215T140201"),
    ]);
    expect(scenes).toHaveLength(1);
    expect([scenes[0]!, ...scenes[0]!.superseded].map(({ version }) => version)).toEqual(["05.10", "05.00", "03.01"]);
    expect(scenes[0]!.superseded.map(({ files }) => files.length)).toEqual([1, 1]);
  });

  it("of equal age both stay: two datastrips of a tile have one baseline", () => {
    const folder = (made: string) =>
      `S2A_MSIL2A_20210705T101031_N0500_R022_T33TWM_${made}.SAFE/x/T33TWM_20210705T101031_B04_10m.jp2`;
    const { scenes } = recogniseScenes([folder("20230215T140201"), folder("20230215T150002")]);
    expect(scenes.map(({ superseded }) => superseded.length)).toEqual([0, 0]);
  });

  it("of Landsat go by processing date, whatever level of precision they reached, and leave other products alone", () => {
    const { scenes } = recogniseScenes([
      "LC09_L1TP_139045_20230305_20230308_02_T1_B4.TIF",
      "LC09_L1GT_139045_20230305_20230305_02_RT_B4.TIF",
      "LC09_L2SP_139045_20230305_20230308_02_T1_SR_B4.TIF",
    ]);
    expect(scenes.map(({ sceneId, superseded }) => [sceneId, superseded.map((old) => old.sceneId)])).toEqual([
      ["LC09_L1TP_139045_20230305_20230308_02_T1", ["LC09_L1GT_139045_20230305_20230305_02_RT"]],
      ["LC09_L2SP_139045_20230305_20230308_02_T1", []],
    ]);
  });

  it("of HLS: 2.0 comes before 1.5", () => {
    const { scenes } = recogniseScenes([
      "HLS.S30.T17SLU.2020117T160901.v2.0.B04.tif",
      "HLS.S30.T17SLU.2020117T160901.v1.5.B04.tif",
    ]);
    expect(scenes.map(({ version, superseded }) => [version, superseded[0]?.version])).toEqual([["2.0", "1.5"]]);
  });
});

describe("a product that is named", () => {
  it("is the only one that is looked for", () => {
    const paths = ["S2B_10SEG_20230512_0_L2A/B04.tif", "HLS.S30.T17SLU.2020117T160901.v2.0.B04.tif"];
    const { scenes, unrecognised } = recogniseScenes(paths, { product: "hls_s30" });
    expect(scenes.map(({ sceneId }) => sceneId)).toEqual(["HLS.S30.T17SLU.2020117T160901.v2.0"]);
    expect(unrecognised).toEqual([paths[0]]);
  });

  it("but does not exist is refused, with what may be meant", () => {
    expect(() => recogniseScenes([], { product: "sentinel2_l2b" })).toThrow(InvalidInputError);
    expect(() => recogniseScenes([], { product: "sentinel2_l2b" })).toThrow(
      'there is no such profile, did you mean "sentinel2_l2a"?',
    );
  });

  it("`generic` takes any TIFF, one scene each, with the date in its name", () => {
    const paths = [
      "b/scene_2023-05-12.tif",
      "a/20230512T101112_x.tiff",
      "a/no-date.TIF",
      "a/19991345.tif",
      "a/readme.txt",
    ];
    expect(recogniseScenes(paths).unrecognised).toEqual(paths);
    const { scenes, unrecognised } = recogniseScenes(paths, { product: "generic" });
    expect(scenes.map(({ sceneId, timeMs }) => [sceneId, timeMs])).toEqual([
      ["b/scene_2023-05-12", Date.UTC(2023, 4, 12)],
      ["a/20230512T101112_x", Date.UTC(2023, 4, 12, 10, 11, 12)],
      ["a/19991345", null],
      ["a/no-date", null],
    ]);
    expect(unrecognised).toEqual(["a/readme.txt"]);
  });
});

describe("any list of paths", () => {
  const parts = ["S2B_10SEG_20230512_0_L2A", "S2A_MSIL2A_20210705T101031_N0500_R022_T33TWM_20230215T140201.SAFE"];
  const files = ["B04.tif", "SCL.tif", "T33TWM_20210705T101031_B04_10m.jp2", "T33TWM_20210705T101031_B04_20m.jp2"];
  const landsat = ["RT", "T1"].map((tier) => `LC09_L1TP_139045_20230305_20230308_02_${tier}_B4.TIF`);
  const name = fc.oneof(fc.constantFrom(...files, ...landsat, "MTD_TL.xml", "orthomosaic.tif"), fc.string());
  const path = fc.array(fc.oneof(fc.constantFrom(...parts), fc.string({ maxLength: 8 })), { maxLength: 3 });

  const pathsOf = ({ files, sidecars, duplicates, superseded }: RecognisedScene): string[] => [
    ...[...files, ...sidecars, ...duplicates.map(({ file }) => file)].map((file) => file.path),
    ...superseded.flatMap(pathsOf),
  ];

  it("comes back whole: each path in one place, none made up", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(path, name).map(([folders, file]) => [...folders, file].join("/"))), (paths) => {
        const { scenes, unrecognised, strayed } = recogniseScenes(paths);
        const back = [...scenes.flatMap(pathsOf), ...unrecognised, ...strayed.map((file) => file.path)];
        expect(back.sort()).toEqual([...paths].sort());
      }),
    );
  });

  it("gives the same scenes in whatever order it is", () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...files, ...landsat].flatMap((file) => parts.map((folder) => `${folder}/${file}`))),
        (paths) => {
          const scenesOf = (list: readonly string[]) =>
            recogniseScenes(list).scenes.map(({ sceneId, files: own }) => [sceneId, own.map((file) => file.path)]);
          expect(scenesOf(paths)).toEqual(scenesOf([...paths].sort()));
        },
      ),
    );
  });
});

describeWithData("the large data set", (dataPath) => {
  const listed = (folder: string, wanted: RegExp) =>
    readdirSync(join(dataPath, folder), { recursive: true, encoding: "utf8" })
      .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
      .filter((path) => wanted.test(path));

  it("holds 19 Landsat scenes in 228 files: all recognised, twelve bands each, nothing missing or twice", () => {
    const paths = listed("landsat8-new-york", /\/LC08_[^/]+\/LC08_[^/]+\.TIF$/);
    expect(paths).toHaveLength(228);
    const { scenes, unrecognised } = recogniseScenes(paths);
    expect(unrecognised).toEqual([]);
    expect(scenes).toHaveLength(19);
    for (const scene of scenes) {
      expect(scene.profile.id).toBe("landsat_c1");
      expect(scene.files.flatMap(({ bands }) => bands)).toEqual([
        ...["B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "B9", "B10", "B11"],
        "BQA",
      ]);
      expect([scene.missingBands, scene.duplicates, scene.superseded]).toEqual([[], [], []]);
      // The folder is the product identifier; its fourth part the date.
      expect(scene.files[0]!.path).toContain(`/${scene.sceneId}/`);
      const date = scene.sceneId.split("_")[3]!.replace(/(....)(..)(..)/, "$1-$2-$3");
      expect(new Date(scene.timeMs!).toISOString()).toBe(`${date}T00:00:00.000Z`);
    }
  });

  it("holds 68 Sentinel-2 acquisitions, each an index and its cloud mask in folders of their own", () => {
    const paths = ["NDVI", "CLM"].flatMap((layer) => listed(`sentinel2-slovenia/${layer}`, /\.tif$/));
    expect(paths).toHaveLength(136);
    const { scenes } = recogniseScenes(paths, { product: "generic" });
    expect(scenes).toHaveLength(68);
    expect(scenes.map(({ files }) => files.map(({ bands, role }) => [bands, role]))).toEqual(
      Array(68).fill([
        ["all", "data"],
        [["CLM"], "mask"],
      ]),
    );
    expect(scenes[0]!.sceneId).toBe("S2_20150711T100008");
  });
});
