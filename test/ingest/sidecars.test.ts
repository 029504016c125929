import { readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { UnavailableError } from "../../src/errors.js";
import { catalog, type IngestOptions, ingest, openDataset, timeseries } from "../../src/index.js";
import { FileStore } from "../../src/store/file-store.js";
import { createTempDir } from "../support/temp-dir.js";
import { writeLandsat } from "./write-landsat.js";
import { firstPixel, writeFlatScene } from "./write-scene.js";

let archive: string;
let warehouse: string;

beforeEach(() => {
  const folder = createTempDir();
  archive = `${folder}/archive`;
  warehouse = `${folder}/w`;
});

const landsat = "LC08_L1TP_013032_20180131_20180207_01_T1";

/** Metadata in the form of USGS, cut down to what is read; band 5 counts otherwise than most. */
const mtl = (cloudCover = "12.34") => `GROUP = L1_METADATA_FILE
  GROUP = METADATA_FILE_INFO
    LANDSAT_PRODUCT_ID = "${landsat}"
    PROCESSING_SOFTWARE_VERSION = "LPGS_13.0.0"
  END_GROUP = METADATA_FILE_INFO
  GROUP = PRODUCT_METADATA
    DATE_ACQUIRED = 2018-01-31
    SCENE_CENTER_TIME = "15:39:52.5021570Z"
  END_GROUP = PRODUCT_METADATA
  GROUP = IMAGE_ATTRIBUTES
    CLOUD_COVER = ${cloudCover}
    SUN_AZIMUTH = 155.75
    SUN_ELEVATION = 28.5
  END_GROUP = IMAGE_ATTRIBUTES
  GROUP = RADIOMETRIC_RESCALING
    REFLECTANCE_MULT_BAND_4 = 2.0000E-05
    REFLECTANCE_MULT_BAND_5 = 4.0000E-05
    REFLECTANCE_ADD_BAND_4 = -0.100000
    REFLECTANCE_ADD_BAND_5 = -0.200000
  END_GROUP = RADIOMETRIC_RESCALING
END_GROUP = L1_METADATA_FILE
END
`;

const mtlPath = () => `${archive}/${landsat}/${landsat}_MTL.txt`;

async function run(options: IngestOptions & { source?: string[] } = {}) {
  const warnings: string[] = [];
  const report = await ingest(options.source ?? archive, {
    warehouse,
    onWarning: ({ path, message }) => warnings.push(`${basename(path)}: ${message}`),
    ...options,
  });
  return { ...report, warnings: warnings.filter((text) => !text.includes("uncovered, until a file comes")) };
}

async function onlyScene() {
  const [scene, ...others] = await (await catalog(warehouse)).scenes();
  expect(others).toEqual([]);
  const { acquisitionTime, cloudCover, sunAzimuth, sunElevation, baseline } = scene ?? {};
  return { acquisitionTime, cloudCover, sunAzimuth, sunElevation, baseline };
}

/** The first pixel of some bands, scaled. */
async function scaled(bands: string[]) {
  const { rows } = await timeseries(warehouse, { ...firstPixel, bands, scaled: true, threads: 0 });
  return rows.map(({ values }) => bands.map((band) => values[band]));
}

const fromName = {
  acquisitionTime: "2018-01-31T00:00:00.000Z",
  cloudCover: null,
  sunAzimuth: null,
  sunElevation: null,
  baseline: null,
};
const fromMtl = {
  acquisitionTime: "2018-01-31T15:39:52.502Z",
  cloudCover: 12.34,
  sunAzimuth: 155.75,
  sunElevation: 28.5,
  baseline: "LPGS_13.0.0",
};

describe("a metadata file of a scene", () => {
  it("tells its exact time, its clouds, its sun and what its pixels mean", async () => {
    writeLandsat(archive, [10_000, 20_000, 800, 2720]);
    writeFileSync(mtlPath(), mtl());
    expect(await run()).toMatchObject({ added: 1, failed: [], warnings: [] });
    expect(await onlyScene()).toEqual(fromMtl);
    // 2e-5 · 10000 − 0.1 and 4e-5 · 20000 − 0.2.
    const [[red, nir] = []] = await scaled(["B4", "B5"]);
    expect(red).toBeCloseTo(0.1, 12);
    expect(nir).toBeCloseTo(0.6, 12);
    expect(await run()).toMatchObject({ added: 0, updated: 0, skipped: 1 });
  });

  it("that comes later, or changes, or goes, updates the scene without a byte of its rasters changing", async () => {
    writeLandsat(archive, [10_000, 20_000, 800, 2720]);
    await run();
    expect(await onlyScene()).toEqual(fromName);
    writeFileSync(mtlPath(), mtl());
    expect(await run()).toMatchObject({ added: 0, updated: 1, skipped: 0 });
    expect(await onlyScene()).toEqual(fromMtl);
    writeFileSync(mtlPath(), mtl("56.5"));
    utimesSync(mtlPath(), 1_600_000_000, 1_600_000_000);
    expect(await run()).toMatchObject({ updated: 1 });
    expect((await onlyScene()).cloudCover).toBe(56.5);
    rmSync(mtlPath());
    expect(await run()).toMatchObject({ updated: 1 });
    expect(await onlyScene()).toEqual(fromName);
    expect(await run()).toMatchObject({ updated: 0, skipped: 1 });
  });

  it("that comes later is of the whole scene: of its mask, and of bands that lie elsewhere", async () => {
    const maskPath = `${archive}-masks`;
    writeLandsat(archive, [10_000, 20_000, 800, 2720]);
    writeFlatScene(maskPath, `${landsat}_CLM.tif`, 1);
    await run({ maskPath });
    writeFileSync(mtlPath(), mtl());
    expect(await run({ maskPath })).toMatchObject({ updated: 1, warnings: [] });
    expect(await onlyScene()).toEqual(fromMtl);
    for (const band of ["B4", "B8", "CLM"]) {
      const { rows } = await timeseries(warehouse, { ...firstPixel, bands: [band], threads: 0 });
      expect([band, ...rows.map(({ time }) => time)]).toEqual([band, fromMtl.acquisitionTime]);
    }
    const noon = { timeRange: ["2018-01-31T12:00:00Z", "2018-02-01"] as const };
    const masked = await openDataset(warehouse, { ...noon, bands: ["CLM"] });
    expect(masked.dims).toMatchObject({ time: 1 });
    expect(await run({ maskPath })).toMatchObject({ updated: 0, skipped: 1 });
  });

  it("is found beside files that are named one by one", async () => {
    writeLandsat(archive, [10_000, 20_000, 800, 2720]);
    writeFileSync(mtlPath(), mtl());
    const folder = `${archive}/${landsat}`;
    const source = readdirSync(folder).flatMap((name) => (name.endsWith(".TIF") ? [`${folder}/${name}`] : []));
    expect(await run({ source })).toMatchObject({ added: 1 });
    expect(await onlyScene()).toEqual(fromMtl);
    expect(await run()).toMatchObject({ updated: 0, skipped: 1 });
  });

  it("that holds something else is warned of by name, and the names of the files count", async () => {
    writeLandsat(archive, [10_000, 20_000, 800, 2720]);
    writeFileSync(mtlPath(), "<html>404</html>");
    const { added, warnings } = await run();
    expect(added).toBe(1);
    expect(warnings).toEqual([
      expect.stringMatching(new RegExp(`^${landsat}_MTL.txt: left out: .*names of the files`)),
    ]);
    expect(await onlyScene()).toEqual(fromName);
  });

  it("of another day than the names is believed, and warned of with both", async () => {
    writeLandsat(archive, [10_000, 20_000, 800, 2720]);
    writeFileSync(mtlPath(), mtl().replace("2018-01-31", "2019-02-01"));
    const { warnings } = await run();
    expect(warnings).toEqual([
      expect.stringMatching(/_MTL\.txt: says 2019-02-01T15:39:52\.502Z, the names of its scene 2018-01-31T/),
    ]);
    expect((await onlyScene()).acquisitionTime).toBe("2019-02-01T15:39:52.502Z");
  });

  it("that cannot be fetched fails the files of its scene, so that the next run tries them again", async () => {
    writeLandsat(archive, [10_000, 20_000, 800, 2720]);
    writeFileSync(mtlPath(), mtl());
    const whole = FileStore.prototype.get;
    const get = vi.spyOn(FileStore.prototype, "get").mockImplementation(async function (this: FileStore, key, ...rest) {
      if (key.endsWith("_MTL.txt")) throw new UnavailableError(`${key}: the disk is away`);
      return whole.call(this, key, ...rest);
    });
    const { added, failed } = await run();
    expect(added).toBe(0);
    expect(failed.map(({ path, error }) => [basename(path), error.name])).toEqual(
      ["B4", "B5", "B8", "BQA"].map((band) => [`${landsat}_${band}.TIF`, "UnavailableError"]),
    );
    get.mockRestore();
    expect(await run()).toMatchObject({ added: 1, failed: [] });
    expect(await onlyScene()).toEqual(fromMtl);
  });

  it("is not warned of where it is of no scene", async () => {
    writeLandsat(archive, [10_000, 20_000, 800, 2720]);
    writeFileSync(`${archive}/notes.txt`, "Clouds in the west.");
    writeFileSync(`${archive}/LC08_L1TP_013032_20990131_20990207_01_T1_MTL.txt`, mtl());
    expect(await run()).toMatchObject({ added: 1, warnings: [] });
  });

  it("of Sentinel-2 says each band's offset, and is believed before the baseline in the name", async () => {
    const safe = `${archive}/S2A_MSIL2A_20200512T185921_N0214_R013_T10SEG_20230412T000000.SAFE`;
    const image = `${safe}/GRANULE/L2A_T10SEG_A025500_20200512T190000/IMG_DATA/R10m`;
    for (const band of ["B04", "B08"]) {
      writeFlatScene(image, `T10SEG_20200512T185921_${band}_10m.tif`, 0, {
        dtype: "uint16",
        bands: [new Uint16Array(12).fill(3000)],
      });
    }
    writeFileSync(
      `${safe}/MTD_MSIL2A.xml`,
      `<n1:Level-2A_User_Product xmlns:n1="x">
        <PRODUCT_START_TIME>2020-05-12T18:59:21.024Z</PRODUCT_START_TIME>
        <PROCESSING_BASELINE>05.00</PROCESSING_BASELINE>
        <Cloud_Coverage_Assessment>3.5</Cloud_Coverage_Assessment>
        <BOA_QUANTIFICATION_VALUE unit="none">10000</BOA_QUANTIFICATION_VALUE>
        <BOA_ADD_OFFSET band_id="3">-1000</BOA_ADD_OFFSET><BOA_ADD_OFFSET band_id="7">-1000</BOA_ADD_OFFSET>
      </n1:Level-2A_User_Product>`,
    );
    expect(await run()).toMatchObject({ added: 1, productId: "sentinel2_l2a", failed: [], warnings: [] });
    expect(await onlyScene()).toMatchObject({
      acquisitionTime: "2020-05-12T18:59:21.024Z",
      cloudCover: 3.5,
      baseline: "05.00",
    });
    const [[red, nir] = []] = await scaled(["B04", "B08"]);
    expect([red, nir]).toEqual([expect.closeTo(0.2, 12), expect.closeTo(0.2, 12)]);
  });
});
