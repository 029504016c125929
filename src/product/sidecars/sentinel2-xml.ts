import { CorruptDataError } from "../../errors.js";
import { noMetadata, numberIn, type SceneMetadata, timeIn } from "./scene-metadata.js";
import { visitElements } from "./xml-elements.js";

/** Physical bands by the ids that the metadata uses. Products Specification Document, "Spectral_Information". */
const bandsById = ["B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A", "B09", "B10", "B11", "B12"] as const;

/**
 * Metadata of a Sentinel-2 product from its `MTD_MSIL2A.xml` or `MTD_MSIL1C.xml`: baseline, cloud cover, time, and of each
 * band the quantification and, from baseline 04.00 on, the offset. Sun angles are the tile's.
 *
 * @throws CorruptDataError where it is no such file.
 */
export function parseSentinel2Product(text: string, source = "MTD_MSIL2A.xml"): SceneMetadata {
  const texts = new Map<string, string>();
  const offsets = new Map<string, number>();
  let isProduct = false;
  visitElements(text, source, ({ name, parent, attributes, text: value }) => {
    if (parent === null) isProduct = /^Level-(?:1C|2A)_User_Product$/.test(name);
    if (wanted.has(name) && !texts.has(name)) texts.set(name, value);
    const band = bandsById[numberIn(attributes.band_id, 0, bandsById.length - 1) ?? -1];
    const offset = numberIn(value);
    if (/^(?:BOA|RADIO)_ADD_OFFSET$/.test(name) && band !== undefined && offset !== null) offsets.set(band, offset);
  });
  if (!isProduct) {
    throw new CorruptDataError(`${source}: not the metadata of a Sentinel-2 product`, { details: { source } });
  }
  return {
    ...noMetadata,
    timeMs: timeIn(texts.get("PRODUCT_START_TIME")),
    cloudCover: numberIn(texts.get("Cloud_Coverage_Assessment"), 0, 100),
    baseline: baselineIn(texts.get("PROCESSING_BASELINE")),
    productId: texts.get("PRODUCT_URI")?.replace(/\.SAFE$/, "") ?? null,
    bands: bandsOf(texts, offsets),
  };
}

const wanted: ReadonlySet<string> = new Set([
  "PRODUCT_START_TIME",
  "PROCESSING_BASELINE",
  "PRODUCT_URI",
  "Cloud_Coverage_Assessment",
  "QUANTIFICATION_VALUE",
  "BOA_QUANTIFICATION_VALUE",
  "AOT_QUANTIFICATION_VALUE",
  "WVP_QUANTIFICATION_VALUE",
]);

/** reflectance = (pixel + BOA_ADD_OFFSET) / BOA_QUANTIFICATION_VALUE; Level-1C has RADIO_ADD_OFFSET. */
function bandsOf(texts: ReadonlyMap<string, string>, offsets: ReadonlyMap<string, number>): SceneMetadata["bands"] {
  const bands: Record<string, { scale: number; offset: number }> = {};
  const boa = texts.get("BOA_QUANTIFICATION_VALUE");
  const quantification = numberIn(boa ?? texts.get("QUANTIFICATION_VALUE"), 1);
  for (const band of bandsById) {
    const isThere = boa === undefined || band !== "B10";
    if (quantification === null || !isThere) continue;
    bands[band] = { scale: 1 / quantification, offset: (offsets.get(band) ?? 0) / quantification };
  }
  for (const band of ["AOT", "WVP"] as const) {
    const own = numberIn(texts.get(`${band}_QUANTIFICATION_VALUE`), 1);
    if (own !== null) bands[band] = { scale: 1 / own, offset: 0 };
  }
  return bands;
}

/**
 * Metadata of a Sentinel-2 tile from its `MTD_TL.xml`: exact sensing time, mean sun angles, cloud cover, baseline.
 *
 * @throws CorruptDataError where it is no such file.
 */
export function parseSentinel2Tile(text: string, source = "MTD_TL.xml"): SceneMetadata {
  const texts = new Map<string, string>();
  let isTile = false;
  visitElements(text, source, ({ name, parent, text: value }) => {
    if (parent === null) isTile = /^Level-(?:1C|2A)_Tile_ID$/.test(name);
    // The grids of angles hold elements of the same names.
    const key = parent === "Mean_Sun_Angle" ? `sun ${name}` : name;
    if (tileTexts.has(key) && !texts.has(key)) texts.set(key, value);
  });
  if (!isTile) throw new CorruptDataError(`${source}: not the metadata of a Sentinel-2 tile`, { details: { source } });
  const zenith = numberIn(texts.get("sun ZENITH_ANGLE"), 0, 180);
  return {
    ...noMetadata,
    timeMs: timeIn(texts.get("SENSING_TIME")),
    cloudCover: numberIn(texts.get("CLOUDY_PIXEL_PERCENTAGE"), 0, 100),
    sunAzimuth: numberIn(texts.get("sun AZIMUTH_ANGLE"), 0, 360),
    sunElevation: zenith === null ? null : 90 - zenith,
    baseline: baselineIn(/_N(\d\d\.\d\d)$/.exec(texts.get("TILE_ID") ?? "")?.[1]),
  };
}

const tileTexts: ReadonlySet<string> = new Set([
  "SENSING_TIME",
  "TILE_ID",
  "CLOUDY_PIXEL_PERCENTAGE",
  "sun ZENITH_ANGLE",
  "sun AZIMUTH_ANGLE",
]);

/** A baseline `05.09`; null for 99.99, which is whoever's own run of Sen2Cor. */
function baselineIn(text: string | undefined): string | null {
  return text !== undefined && /^\d\d\.\d\d$/.test(text) && text !== "99.99" ? text : null;
}
