import { CorruptDataError } from "../../errors.js";
import { assertLength, noMetadata, numberIn, type SceneMetadata, timeIn } from "./scene-metadata.js";

/** An MTL file has some 20,000 characters; its JSON form twice that. */
const MAX_LENGTH = 1_000_000;

/** Lines have some 80 characters. */
const MAX_LINE = 1000;

/** Groups of an MTL file by name, each with its own entries: the same key stands in several with different values. */
type MtlGroups = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * Metadata of a Landsat scene from its `_MTL.txt`, Collection 1 or 2, Level 1 or 2.
 *
 * Level 1 has reflectance that is not yet divided by the sine of the sun's elevation, and radiance in W/(m² sr µm) for
 * bands without reflectance. Form: USGS, Landsat Data Format Control Books, "MTL", an Object Description Language.
 *
 * @throws CorruptDataError where it is no such file.
 */
export function parseLandsatMtlText(text: string, source = "MTL.txt"): SceneMetadata {
  const groups = new Map<string, Map<string, string>>();
  let entries = new Map<string, string>();
  for (const line of assertLength(text, MAX_LENGTH, source).split(/\r\n?|\n/)) {
    const match = line.length > MAX_LINE ? null : /^\s*(?<key>[A-Z0-9_]+)\s*=\s*(?<value>.*?)\s*$/.exec(line);
    const { key, value = "" } = match?.groups ?? {};
    if (key === undefined) continue;
    if (key === "GROUP") {
      entries = new Map();
      groups.set(value, entries);
    } else if (key !== "END_GROUP") {
      entries.set(key, value.replace(/^"(.*)"$/, "$1"));
    }
  }
  return metadataOf(groups, source);
}

/**
 * Metadata of a Landsat scene from its `_MTL.json`; as {@link parseLandsatMtlText}.
 *
 * @throws CorruptDataError where it is no such file.
 */
export function parseLandsatMtlJson(text: string, source = "MTL.json"): SceneMetadata {
  let value: unknown;
  try {
    value = JSON.parse(assertLength(text, MAX_LENGTH, source));
  } catch (cause) {
    if (cause instanceof CorruptDataError) throw cause;
    throw new CorruptDataError(`${source}: not JSON`, { details: { source }, cause });
  }
  const groups = new Map<string, Map<string, string>>();
  for (const root of Object.values(asObject(value))) {
    for (const [name, entries] of Object.entries(asObject(root))) {
      groups.set(name, new Map(Object.entries(asObject(entries)).map(([key, entry]) => [key, String(entry)])));
    }
  }
  return metadataOf(groups, source);
}

function asObject(value: unknown): object {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

function metadataOf(groups: MtlGroups, source: string): SceneMetadata {
  const attributes = groups.get("IMAGE_ATTRIBUTES");
  if (attributes === undefined) {
    throw new CorruptDataError(`${source}: no group IMAGE_ATTRIBUTES: not a Landsat MTL file`, { details: { source } });
  }
  // Collection 1 keeps the time in PRODUCT_METADATA and the id in METADATA_FILE_INFO.
  const dated = attributes.has("DATE_ACQUIRED") ? attributes : groups.get("PRODUCT_METADATA");
  const named = groups.get("PRODUCT_CONTENTS") ?? groups.get("METADATA_FILE_INFO");
  const processed = groups.get("LEVEL2_PROCESSING_RECORD") ?? groups.get("LEVEL1_PROCESSING_RECORD") ?? named;
  return {
    ...noMetadata,
    timeMs: timeIn(`${dated?.get("DATE_ACQUIRED")}T${dated?.get("SCENE_CENTER_TIME")}`),
    // -1 where clouds were not looked for.
    cloudCover: numberIn(attributes.get("CLOUD_COVER"), 0, 100),
    sunAzimuth: numberIn(attributes.get("SUN_AZIMUTH"), -360, 360),
    sunElevation: numberIn(attributes.get("SUN_ELEVATION"), -90, 90),
    baseline: processed?.get("PROCESSING_SOFTWARE_VERSION") ?? null,
    productId: named?.get("LANDSAT_PRODUCT_ID") ?? null,
    bands: groups.has("LEVEL2_PROCESSING_RECORD") ? levelTwoBands(groups) : levelOneBands(groups),
  };
}

function levelTwoBands(groups: MtlGroups): SceneMetadata["bands"] {
  return {
    ...rescaling(groups.get("LEVEL2_SURFACE_REFLECTANCE_PARAMETERS"), "REFLECTANCE", (id) => `SR_B${id}`),
    ...rescaling(groups.get("LEVEL2_SURFACE_TEMPERATURE_PARAMETERS"), "TEMPERATURE", (id) => id),
  };
}

function levelOneBands(groups: MtlGroups): SceneMetadata["bands"] {
  const entries = groups.get("LEVEL1_RADIOMETRIC_RESCALING") ?? groups.get("RADIOMETRIC_RESCALING");
  const nameOf = (id: string) => `B${id}`;
  return { ...rescaling(entries, "RADIANCE", nameOf), ...rescaling(entries, "REFLECTANCE", nameOf) };
}

/** `REFLECTANCE_MULT_BAND_4` with `REFLECTANCE_ADD_BAND_4`, for every band that has both. */
function rescaling(
  entries: ReadonlyMap<string, string> | undefined,
  quantity: "REFLECTANCE" | "RADIANCE" | "TEMPERATURE",
  nameOf: (id: string) => string,
): Record<string, { scale: number; offset: number }> {
  const bands: Record<string, { scale: number; offset: number }> = {};
  for (const [key, text] of entries ?? []) {
    const id = new RegExp(`^${quantity}_MULT_BAND_([A-Z0-9][A-Z0-9_]{0,11})$`).exec(key)?.[1];
    if (id === undefined) continue;
    const [scale, offset] = [numberIn(text), numberIn(entries?.get(`${quantity}_ADD_BAND_${id}`))];
    // A scale of 0 would make all pixels one.
    if (scale !== null && scale !== 0 && offset !== null) bands[nameOf(id)] = { scale, offset };
  }
  return bands;
}
