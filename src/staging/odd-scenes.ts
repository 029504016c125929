import { knownQualityBands } from "../product/cloud-rules.js";
import type { StoredProduct } from "../warehouse/product.js";
import { quantile } from "./compare-scenes.js";
import type { BandSample } from "./sample-pixels.js";

/** Bands of a scene, or why it could not be read. */
export interface SampledScene {
  scene: string;
  bands: readonly BandSample[];
  /** null where it could be read. */
  error: string | null;
}

/** A scene that somebody should look at before it is merged. */
export interface OddScene {
  scene: string;
  /** null where the whole scene is meant. */
  band: string | null;
  /**
   * `unreadable`: a file cannot be read; `empty`: no pixel has a value; `constant`: all have the same; `far`: the median
   * lies far outside of those of other scenes.
   */
  kind: "unreadable" | "empty" | "constant" | "far";
  /** The same in words, with the values. */
  reason: string;
}

/** Medians that quartiles can be made of: of fewer every other scene would look odd. */
const LEAST_MEDIANS = 5;

/** Quartile ranges beyond the quartiles: what Tukey (Exploratory Data Analysis, 1977) calls far out. */
const FAR_OUT = 3;

/** Of the range of values: quartiles closer together than that are taken as that far apart, for no two scenes are alike. */
const LEAST_SPREAD = 0.01;

/** Bands of flags and classes, by the product's word or by their names: their numbers have no order, and all may be the same. */
export function flagBandsOf({ bands, cloudRules }: StoredProduct): Set<string> {
  const told = bands.flatMap(({ name, role }) => (role === "quality" || role === "mask" ? [name] : []));
  return new Set([...told, ...(cloudRules ?? []).map(({ band }) => band), ...knownQualityBands]);
}

/**
 * Staged scenes that differ from what is usual: from earlier scenes where there are enough, else from all.
 *
 * @param earlier scenes of the same product
 * @param flagBands bands whose values are not compared
 */
export function findOddScenes(
  staged: readonly SampledScene[],
  earlier: readonly SampledScene[],
  flagBands: ReadonlySet<string>,
): OddScene[] {
  const usual = new Map<string, Usual | null>();
  const usualOf = (band: string) => {
    const known = usual.get(band);
    const found = known === undefined ? (fences(earlier, band) ?? fences([...earlier, ...staged], band)) : known;
    usual.set(band, found);
    return found;
  };
  return staged.flatMap(({ scene, bands, error }): OddScene[] => {
    if (error !== null) return [{ scene, band: null, kind: "unreadable", reason: error }];
    return bands.flatMap((sample) => oddityOf(scene, sample, flagBands.has(sample.band) ? null : usualOf) ?? []);
  });
}

/** Between which values medians are usual, and the middle one of them. */
interface Usual {
  low: number;
  high: number;
  median: number;
}

/** @param usualOf null where values mean nothing by their size */
function oddityOf(
  scene: string,
  sample: BandSample,
  usualOf: ((band: string) => Usual | null) | null,
): OddScene | null {
  const { band, min, max, median } = sample;
  if (min === null || max === null || median === null) {
    return { scene, band, kind: "empty", reason: "no pixel has a value" };
  }
  if (usualOf === null) return null;
  if (min === max) return { scene, band, kind: "constant", reason: `every pixel is ${short(min)}` };
  const usual = usualOf(band);
  if (usual === null || (median >= usual.low && median <= usual.high)) return null;
  const reason = `its median is ${short(median)}; those of others are about ${short(usual.median)}, within ${short(usual.low)} and ${short(usual.high)}`;
  return { scene, band, kind: "far", reason };
}

function fences(scenes: readonly SampledScene[], band: string): Usual | null {
  const own = scenes.flatMap(({ bands }) => bands.filter((sample) => sample.band === band));
  const medians = own.flatMap(({ median }) => median ?? []).sort((a, b) => a - b);
  if (medians.length < LEAST_MEDIANS) return null;
  const [q1, q3] = [quantile(medians, 0.25), quantile(medians, 0.75)];
  const range =
    Math.max(...own.map(({ max }) => max ?? -Infinity)) - Math.min(...own.map(({ min }) => min ?? Infinity));
  const spread = Math.max(q3 - q1, LEAST_SPREAD * range);
  return { low: q1 - FAR_OUT * spread, high: q3 + FAR_OUT * spread, median: quantile(medians, 0.5) };
}

function short(value: number): number {
  return Number(value.toPrecision(4));
}
