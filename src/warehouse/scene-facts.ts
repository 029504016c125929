/** What is known of a scene besides where its pixels lie. */
export interface SceneFacts {
  /** Acquisition, milliseconds since 1970-01-01 UTC. */
  timeMs: number;
  /** Percent; null where unknown. */
  cloudCover: number | null;
  /** Of the sun, in degrees clockwise from north; null where unknown. */
  sunAzimuth: number | null;
  /** Of the sun, in degrees above the horizon; null where unknown. */
  sunElevation: number | null;
  /** What processed it: Sentinel-2's baseline (`05.09`), Landsat's software (`LPGS_15.3.1c`); null where unknown. */
  baseline: string | null;
  /** Which processing of the scene: of two the larger text is the newer. "" where nothing tells. */
  version: string;
}

/** Facts of a scene of which only the time is known. */
export const unknownFacts: Omit<SceneFacts, "timeMs"> = {
  cloudCover: null,
  sunAzimuth: null,
  sunElevation: null,
  baseline: null,
  version: "",
};

/** The facts alone of what has them. */
export function factsOf({ timeMs, cloudCover, sunAzimuth, sunElevation, baseline, version }: SceneFacts): SceneFacts {
  return { timeMs, cloudCover, sunAzimuth, sunElevation, baseline, version };
}
