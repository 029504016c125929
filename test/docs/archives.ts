import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TiffOptions, writeTiff } from "../support/write-tiff.js";

/** 1200 × 900 m in San Francisco; the pages ask at its middle, by gdaltransform -122.425528, 37.761871. */
const place = { crs: { epsg: 32610, model: "projected" }, transform: [30, 0, 550_000, 0, -30, 4_180_000] } as const;

/** What a file of a page holds: one value in all pixels of each band. */
interface FlatFile extends Partial<Omit<TiffOptions, "bands">> {
  readonly values: readonly number[];
  readonly pixelSize?: number;
}

/** Write a scene's file as a provider would name it. */
function writeFlat(path: string, { values, pixelSize = 30, dtype = "uint16", ...options }: FlatFile): void {
  const [width, height] = [1200 / pixelSize, 900 / pixelSize];
  const arrays = { uint8: Uint8Array, int8: Int8Array, uint16: Uint16Array, int16: Int16Array, float32: Float32Array };
  const TypedArray = arrays[dtype as keyof typeof arrays];
  const bands = values.map((value) => new TypedArray(width * height).fill(value));
  const transform = [pixelSize, 0, 550_000, 0, -pixelSize, 4_180_000] as const;
  writeText(path, writeTiff({ ...place, transform, width, height, dtype, bands, ...options }));
}

function writeText(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

function writeLandsat(folder: string): void {
  const scenes = [
    { id: "LC08_L2SP_044034_20210705_20210713_02_T1", red: 9000, nir: 20_000, quality: 21_824, clouds: 4.25 },
    { id: "LC08_L2SP_044034_20210721_20210729_02_T1", red: 30_000, nir: 31_000, quality: 22_280, clouds: 71.5 },
    { id: "LC08_L2SP_044034_20210806_20210811_02_T1", red: 9500, nir: 18_500, quality: 21_824, clouds: 0.5 },
  ];
  for (const { id, red, nir, quality, clouds } of scenes) {
    const path = (band: string) => join(folder, "landsat", id, `${id}_${band}.TIF`);
    const numbers = { SR_B1: 8500, SR_B2: 8600, SR_B3: 8900, SR_B4: red, SR_B5: nir, SR_B6: 15_000, SR_B7: 12_000 };
    for (const [band, value] of Object.entries(numbers)) writeFlat(path(band), { values: [value], nodata: "0" });
    writeFlat(path("QA_PIXEL"), { values: [quality], nodata: "1" });
    const date = `${id.slice(17, 21)}-${id.slice(21, 23)}-${id.slice(23, 25)}`;
    writeText(
      path("MTL").replace("TIF", "txt"),
      `GROUP = LANDSAT_METADATA_FILE
  GROUP = PRODUCT_CONTENTS
    LANDSAT_PRODUCT_ID = "${id}"
  END_GROUP = PRODUCT_CONTENTS
  GROUP = IMAGE_ATTRIBUTES
    DATE_ACQUIRED = ${date}
    SCENE_CENTER_TIME = "18:45:26.2714529Z"
    CLOUD_COVER = ${clouds}
    SUN_AZIMUTH = 125.02549231
    SUN_ELEVATION = 65.58110522
  END_GROUP = IMAGE_ATTRIBUTES
  GROUP = LEVEL2_PROCESSING_RECORD
    PROCESSING_SOFTWARE_VERSION = "LPGS_15.4.0"
  END_GROUP = LEVEL2_PROCESSING_RECORD
  GROUP = LEVEL2_SURFACE_REFLECTANCE_PARAMETERS
${Object.keys(numbers)
  .map((band) => {
    const number = band.slice(-1);
    return `    REFLECTANCE_MULT_BAND_${number} = 2.75e-05\n    REFLECTANCE_ADD_BAND_${number} = -0.2\n`;
  })
  .join("")}  END_GROUP = LEVEL2_SURFACE_REFLECTANCE_PARAMETERS
END_GROUP = LANDSAT_METADATA_FILE
END
`,
    );
  }
}

/** Earth Search's first collection, which has the offset taken off, and ESA's own numbers of the same kind of day. */
function writeSentinel2(folder: string): void {
  const scenes = [
    { id: "S2B_10SEG_20230512_0_L2A", red: 600, nir: 3400, scl: 4 },
    { id: "S2A_10SEG_20230517_0_L2A", red: 6200, nir: 6600, scl: 9 },
    { id: "S2B_10SEG_20230522_0_L2A", red: 650, nir: 3300, scl: 4 },
  ];
  for (const { id, red, nir, scl } of scenes) {
    const path = (band: string) => join(folder, "sentinel2", id, `${id === "" ? "" : band}.tif`);
    const fine = { B02: 400, B03: 700, B04: red, B08: nir };
    const medium = { B05: 1200, B06: 2600, B07: 3000, B8A: 3500, B11: 1800, B12: 900 };
    for (const [band, value] of Object.entries(fine))
      writeFlat(path(band), { values: [value], pixelSize: 10, nodata: "0" });
    for (const [band, value] of Object.entries(medium))
      writeFlat(path(band), { values: [value], pixelSize: 20, nodata: "0" });
    for (const [band, value] of Object.entries({ B01: 300, B09: 3600 }))
      writeFlat(path(band), { values: [value], pixelSize: 60, nodata: "0" });
    writeFlat(path("SCL"), { values: [scl], pixelSize: 20, dtype: "uint8", nodata: "0" });
    for (const [band, value] of Object.entries({ AOT: 90, WVP: 1500 }))
      writeFlat(path(band), { values: [value], pixelSize: 20 });
  }
}

function writeHls(folder: string): void {
  const scenes = [
    { id: "HLS.S30.T10SEG.2023132T185921.v2.0", bands: { B04: 620, B8A: 3450 }, fmask: 64 },
    { id: "HLS.S30.T10SEG.2023137T185919.v2.0", bands: { B04: 6300, B8A: 6500 }, fmask: 66 },
    { id: "HLS.L30.T10SEG.2023133T184526.v2.0", bands: { B04: 630, B05: 3480 }, fmask: 64 },
  ];
  const all = { S30: ["B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A", "B09", "B10", "B11", "B12"] };
  const landsat = ["B01", "B02", "B03", "B04", "B05", "B06", "B07", "B09", "B10", "B11"];
  for (const { id, bands, fmask } of scenes) {
    const path = (band: string) => join(folder, "hls", `${id}.${band}.tif`);
    for (const band of id.includes("S30") ? all.S30 : landsat) {
      const value = bands[band as keyof typeof bands] ?? 1500;
      writeFlat(path(band), { values: [value], dtype: "int16", nodata: "-9999" });
    }
    writeFlat(path("Fmask"), { values: [fmask], dtype: "uint8", nodata: "255" });
  }
}

function writePlanet(folder: string): void {
  const scenes = [
    { id: "20230912_175450_00_2439", red: 700, nir: 3600, clear: 1, clouds: 2 },
    { id: "20230913_182210_33_24d3", red: 6500, nir: 6900, clear: 0, clouds: 88 },
  ];
  for (const { id, red, nir, clear, clouds } of scenes) {
    const image = join(folder, "PSScene", `${id}_3B_AnalyticMS_SR_8b_clip.tif`);
    const values = [300, 400, 550, 600, 650, red, 1400, nir];
    writeFlat(image, { values, pixelSize: 3, nodata: "0", compression: "deflate" });
    const mask = join(folder, "PSScene", `${id}_3B_udm2_clip.tif`);
    writeFlat(mask, {
      values: [clear, 0, 0, 0, 0, 1 - clear, 95, 0],
      pixelSize: 3,
      dtype: "uint8",
      compression: "deflate",
    });
    const time = `${id.slice(0, 4)}-${id.slice(4, 6)}-${id.slice(6, 8)}T${id.slice(9, 11)}:${id.slice(11, 13)}:${id.slice(13, 15)}`;
    const properties = { acquired: `${time}.004937Z`, cloud_percent: clouds, sun_azimuth: 151.2, sun_elevation: 54.1 };
    writeText(join(folder, "PSScene", `${id}_metadata.json`), JSON.stringify({ type: "Feature", id, properties }));
  }
}

function writeModis(folder: string): void {
  const composites = [
    { day: "2023129", ndvi: 7200, reliability: 0 },
    { day: "2023145", ndvi: 2100, reliability: 3 },
    { day: "2023161", ndvi: 6900, reliability: 0 },
  ];
  const grid = { crs: { epsg: 4326, model: "geographic" }, transform: [0.0025, 0, -122.5, 0, -0.0025, 37.8] } as const;
  for (const { day, ndvi, reliability } of composites) {
    const path = (layer: string) => join(folder, "modis", `MOD13Q1.061__250m_16_days_${layer}_doy${day}_aid0001.tif`);
    writeFlat(path("NDVI"), { values: [ndvi], dtype: "int16", nodata: "-3000", ...grid });
    writeFlat(path("pixel_reliability"), { values: [reliability], dtype: "int8", nodata: "-1", ...grid });
  }
}

function writeDrone(folder: string): void {
  const flights = [
    { date: "2024-05-02", values: [4200, 6100, 3500, 15_800] },
    { date: "2024-06-15", values: [2900, 5200, 2800, 26_500] },
    { date: "2024-08-01", values: [3600, 5600, 3100, 22_400] },
  ];
  for (const { date, values } of flights) {
    writeFlat(join(folder, "flights", `${date}_field.tif`), { values, pixelSize: 3, compression: "deflate" });
  }
}

function writeFolder(folder: string): void {
  const days = [
    { date: "2023-06-01", ndvi: 0.5, cloud: 0 },
    { date: "2023-06-11", ndvi: 0.125, cloud: 1 },
    { date: "2023-06-21", ndvi: 0.75, cloud: 0 },
  ];
  for (const { date, ndvi, cloud } of days) {
    writeFlat(join(folder, "tiffs", `field_${date}.tif`), { values: [ndvi], dtype: "float32", nodata: "nan" });
    writeFlat(join(folder, "clouds", `CLM_${date}.tif`), { values: [cloud], dtype: "uint8" });
  }
}

/** What the pages of `docs/sources` are run over: files named as providers name them, with made pixels. */
export const archives: Readonly<Record<string, (folder: string) => void>> = {
  "landsat.md": writeLandsat,
  "sentinel-2.md": writeSentinel2,
  "hls.md": writeHls,
  "planet.md": writePlanet,
  "modis.md": writeModis,
  "drone.md": writeDrone,
  "folder.md": writeFolder,
};
