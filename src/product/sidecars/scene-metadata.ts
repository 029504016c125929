import { CorruptDataError } from "../../errors.js";

/** What sidecars say of a scene; null where they do not say it. */
export interface SceneMetadata {
  /** Exact acquisition in milliseconds since 1970-01-01 UTC. */
  readonly timeMs: number | null;
  /** Percent, 0 to 100. */
  readonly cloudCover: number | null;
  /** Degrees clockwise from north. */
  readonly sunAzimuth: number | null;
  /** Degrees above the horizon. */
  readonly sunElevation: number | null;
  /** Sentinel-2's processing baseline (`05.09`), Landsat's processing software (`LPGS_15.3.1c`). */
  readonly baseline: string | null;
  /** The provider's own id of the scene. */
  readonly productId: string | null;
  /** value = scale · pixel + offset, by native band name; bands that the sidecar says nothing of are left out. */
  readonly bands: Readonly<Record<string, { readonly scale: number; readonly offset: number }>>;
}

/** Metadata that says nothing. */
export const noMetadata: SceneMetadata = {
  timeMs: null,
  cloudCover: null,
  sunAzimuth: null,
  sunElevation: null,
  baseline: null,
  productId: null,
  bands: {},
};

/** What several sidecars of one scene say together: of each fact the first that is there. */
export function mergeMetadata(parts: readonly SceneMetadata[]): SceneMetadata {
  return parts.reduce(
    (merged, part) => ({
      timeMs: merged.timeMs ?? part.timeMs,
      cloudCover: merged.cloudCover ?? part.cloudCover,
      sunAzimuth: merged.sunAzimuth ?? part.sunAzimuth,
      sunElevation: merged.sunElevation ?? part.sunElevation,
      baseline: merged.baseline ?? part.baseline,
      productId: merged.productId ?? part.productId,
      bands: { ...part.bands, ...merged.bands },
    }),
    noMetadata,
  );
}

/**
 * The text itself, if it is no longer than a sidecar can be.
 *
 * @throws CorruptDataError naming both lengths.
 */
export function assertLength(text: string, maxLength: number, source: string): string {
  if (text.length <= maxLength) return text;
  throw new CorruptDataError(`${source}: ${text.length} characters, a sidecar has at most ${maxLength}`, {
    details: { source, length: text.length, maxLength },
  });
}

/** A finite number from a sidecar's text; null where it is none, or outside of the limits. */
export function numberIn(text: unknown, low = -Number.MAX_VALUE, high = Number.MAX_VALUE): number | null {
  const value = typeof text === "number" ? text : typeof text === "string" && text.trim() !== "" ? Number(text) : null;
  return value !== null && value >= low && value <= high ? value : null;
}

/** Milliseconds of an ISO 8601 time, in UTC where it names no zone; null where it is none. */
export function timeIn(text: unknown): number | null {
  if (typeof text !== "string") return null;
  const match = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,12})?(?<zone>Z|[+-]\d{2}:\d{2})?$/.exec(text.trim());
  if (match === null) return null;
  const time = Date.parse(match.groups?.zone === undefined ? `${match[0]}Z` : match[0]);
  return Number.isNaN(time) ? null : time;
}
