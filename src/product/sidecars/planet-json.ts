import { CorruptDataError } from "../../errors.js";
import { assertLength, noMetadata, numberIn, type SceneMetadata, timeIn } from "./scene-metadata.js";

/** A scene's outline is all that makes these files long. */
const MAX_LENGTH = 4_000_000;

/**
 * Metadata of a Planet scene from its `_metadata.json`, or from the STAC item that orders deliver in its place.
 *
 * Scales stay the product's: surface reflectance is delivered times 10000.
 *
 * @throws CorruptDataError where it is no GeoJSON feature.
 */
export function parsePlanetJson(text: string, source = "metadata.json"): SceneMetadata {
  const { id, properties } = featureIn(text, source);
  return {
    ...noMetadata,
    timeMs: timeIn(properties.acquired ?? properties.datetime),
    cloudCover: cloudCoverIn(properties),
    sunAzimuth: numberIn(properties.sun_azimuth ?? properties["view:sun_azimuth"], -360, 360),
    sunElevation: numberIn(properties.sun_elevation ?? properties["view:sun_elevation"], -90, 90),
    productId: typeof id === "string" ? id : null,
  };
}

/** `cloud_percent` and STAC's are percent, `cloud_cover` is a share: 1 of it is all of the scene. */
function cloudCoverIn(properties: Readonly<Record<string, unknown>>): number | null {
  const percent = numberIn(properties["eo:cloud_cover"] ?? properties.cloud_percent, 0, 100);
  if (percent !== null) return percent;
  const share = numberIn(properties.cloud_cover, 0, 1);
  return share === null ? null : share * 100;
}

function featureIn(text: string, source: string): { id: unknown; properties: Record<string, unknown> } {
  let value: unknown;
  try {
    value = JSON.parse(assertLength(text, MAX_LENGTH, source));
  } catch (cause) {
    if (cause instanceof CorruptDataError) throw cause;
    throw new CorruptDataError(`${source}: not JSON`, { details: { source }, cause });
  }
  if (isObject(value) && value.type === "Feature" && isObject(value.properties)) {
    return { id: value.id, properties: value.properties };
  }
  throw new CorruptDataError(`${source}: not a GeoJSON feature`, { details: { source } });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
