import { isPixelQueryError } from "../errors.js";
import type { DType } from "../ndarray/dtype.js";
import type { StoredProduct } from "../warehouse/product.js";
import type { Warehouse } from "../warehouse/warehouse.js";
import { quantile } from "./compare-scenes.js";
import { findOddScenes, flagBandsOf, type OddScene, type SampledScene } from "./odd-scenes.js";
import type { ReportScene } from "./report-scene.js";
import { sampleRow } from "./sample-pixels.js";

/** Values of a band over scenes, with scale and offset applied. */
export interface BandValues {
  /** Scenes whose pixels were looked at. */
  scenes: number;
  /** Sample types that the files have. */
  dtypes: DType[];
  /** null where no pixel has a value. */
  min: number | null;
  /** Of the scenes' medians. */
  median: number | null;
  max: number | null;
  /** Part of the pixels without a value, 0 to 1; null where no scene was looked at. */
  missing: number | null;
}

/** A band of staged scenes beside that of earlier ones. */
export interface StagedBand {
  band: string;
  staged: BandValues;
  /** Of a band that no earlier scene has, all of it is empty. */
  earlier: BandValues;
}

/** Values band by band, and what is odd about them. */
export interface ComparedBands {
  bands: StagedBand[];
  odd: OddScene[];
}

/** Scenes whose pixels are looked at, spread evenly over time: of staged ones, and of the earlier ones beside them. */
const MOST_STAGED = 500;
const MOST_EARLIER = 50;

/** Scenes that are read at once. */
const AT_ONCE = 8;

/** A warehouse at a snapshot, and some scenes of a product in it. */
export interface ScenesOf {
  warehouse: Warehouse;
  scenes: readonly ReportScene[];
}

/** Read a few pixels of every band, of staged scenes and of earlier ones. */
export async function compareBands(
  staged: ScenesOf,
  earlier: ScenesOf,
  product: StoredProduct,
  signal?: AbortSignal,
): Promise<ComparedBands> {
  const own = await sampleScenes(staged.warehouse, spread(staged.scenes, MOST_STAGED), signal);
  const others = await sampleScenes(earlier.warehouse, spread(earlier.scenes, MOST_EARLIER), signal);
  const names = [...new Set(staged.scenes.flatMap(({ parts }) => parts.flatMap(({ bands }) => bands)))];
  const bands = names.map((band) => ({
    band,
    staged: valuesOf(band, staged.scenes, own),
    earlier: valuesOf(band, earlier.scenes, others),
  }));
  return { bands, odd: findOddScenes(own, others, flagBandsOf(product)) };
}

/** Sample types alone: nothing is read. */
export function compareTypes(staged: readonly ReportScene[], earlier: readonly ReportScene[]): StagedBand[] {
  const names = [...new Set(staged.flatMap(({ parts }) => parts.flatMap(({ bands }) => bands)))];
  return names.map((band) => ({ band, staged: valuesOf(band, staged, []), earlier: valuesOf(band, earlier, []) }));
}

function spread(scenes: readonly ReportScene[], most: number): ReportScene[] {
  const sorted = [...scenes].sort((a, b) => a.timeMs - b.timeMs);
  if (sorted.length <= most) return sorted;
  return Array.from({ length: most }, (_, i) => sorted[Math.floor(((i + 0.5) * sorted.length) / most)] as ReportScene);
}

async function sampleScenes(
  warehouse: Warehouse,
  scenes: readonly ReportScene[],
  signal: AbortSignal | undefined,
): Promise<SampledScene[]> {
  const sampled: SampledScene[] = [];
  for (let i = 0; i < scenes.length; i += AT_ONCE) {
    const batch = scenes.slice(i, i + AT_ONCE).map((scene) => sampleScene(warehouse, scene, signal));
    sampled.push(...(await Promise.all(batch)));
  }
  return sampled;
}

async function sampleScene(
  warehouse: Warehouse,
  { id, parts }: ReportScene,
  signal: AbortSignal | undefined,
): Promise<SampledScene> {
  try {
    const bands = [];
    for (const part of parts) {
      const samples = await sampleRow(warehouse, part.row, signal);
      bands.push(...samples.filter(({ band }) => part.bands.includes(band)));
    }
    return { scene: id, bands, error: null };
  } catch (error) {
    signal?.throwIfAborted();
    if (!isPixelQueryError(error)) throw error;
    return { scene: id, bands: [], error: error.message };
  }
}

function valuesOf(band: string, scenes: readonly ReportScene[], sampled: readonly SampledScene[]): BandValues {
  const parts = scenes.flatMap((scene) => scene.parts.filter(({ bands }) => bands.includes(band)));
  const own = sampled.flatMap(({ bands }) => bands.filter((sample) => sample.band === band));
  const medians = own.flatMap(({ median }) => median ?? []).sort((a, b) => a - b);
  const known = own.flatMap(({ min, max }) => (min === null || max === null ? [] : [{ min, max }]));
  return {
    scenes: own.length,
    dtypes: [...new Set(parts.map(({ dtype }) => dtype))].sort(),
    min: known.length === 0 ? null : Math.min(...known.map(({ min }) => min)),
    median: medians.length === 0 ? null : quantile(medians, 0.5),
    max: known.length === 0 ? null : Math.max(...known.map(({ max }) => max)),
    missing: own.length === 0 ? null : own.reduce((sum, { missing }) => sum + missing, 0) / own.length,
  };
}
