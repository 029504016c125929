import type { ReportScene, ScenePart } from "./report-scene.js";

/** Grids of staged scenes whose pixels coincide. */
export interface StagedGrid {
  crs: string | null;
  pixelSize: readonly [number, number] | null;
  /** Staged scenes on it. */
  scenes: number;
  /** Earlier scenes on it: 0 where its pixels coincide with those of none. */
  earlier: number;
  /** Staged scenes whose very grid, origin and size, no earlier scene has. */
  newGrids: number;
}

/** Dates of staged scenes beside the earlier ones. Times are ISO 8601, UTC. */
export interface StagedDates {
  /** First and last; null where there is none. */
  range: [string, string] | null;
  earlierRange: [string, string] | null;
  /** Scenes before the first or after the last earlier one. */
  outside: string[];
  /** Scenes that have their time in common with another, staged or earlier; neighbouring tiles do. */
  equalTimes: string[];
}

/** Cloud cover of scenes, in percent. */
export interface CloudCover {
  scenes: number;
  /** Scenes of which it is known. */
  known: number;
  min: number | null;
  median: number | null;
  max: number | null;
}

/** Staged scenes grid by grid, most scenes first. */
export function compareGrids(staged: readonly ReportScene[], earlier: readonly ReportScene[]): StagedGrid[] {
  const parts = (scenes: readonly ReportScene[]) =>
    scenes.flatMap((scene) => scene.parts.map((part) => ({ scene, part })));
  const knownGrids = new Set(parts(earlier).map(({ part }) => part.grid));
  const before = groupScenes(parts(earlier));
  const groups = [...groupScenes(parts(staged))].map(([lattice, { part, scenes, grids }]) => ({
    crs: part.crs,
    pixelSize: part.pixelSize,
    scenes: scenes.size,
    earlier: before.get(lattice)?.scenes.size ?? 0,
    newGrids: [...grids].filter(([, grid]) => !knownGrids.has(grid)).length,
  }));
  return groups.sort((a, b) => b.scenes - a.scenes);
}

interface LatticeScenes {
  part: ScenePart;
  scenes: Set<ReportScene>;
  /** Grid of each scene. */
  grids: Map<ReportScene, string>;
}

function groupScenes(parts: readonly { scene: ReportScene; part: ScenePart }[]): Map<string, LatticeScenes> {
  const groups = new Map<string, LatticeScenes>();
  for (const { scene, part } of parts) {
    const group = groups.get(part.lattice) ?? { part, scenes: new Set(), grids: new Map() };
    group.scenes.add(scene);
    group.grids.set(scene, part.grid);
    groups.set(part.lattice, group);
  }
  return groups;
}

/** When staged scenes were taken, beside the earlier ones. */
export function compareDates(staged: readonly ReportScene[], earlier: readonly ReportScene[]): StagedDates {
  const counts = new Map<number, number>();
  for (const { timeMs } of [...staged, ...earlier]) counts.set(timeMs, (counts.get(timeMs) ?? 0) + 1);
  const [first, last] = extremes(earlier);
  const isOutside = ({ timeMs }: ReportScene) => earlier.length > 0 && (timeMs < first || timeMs > last);
  return {
    range: rangeOf(staged),
    earlierRange: rangeOf(earlier),
    outside: staged.filter(isOutside).map(({ id }) => id),
    equalTimes: staged.filter(({ timeMs }) => (counts.get(timeMs) ?? 0) > 1).map(({ id }) => id),
  };
}

function rangeOf(scenes: readonly ReportScene[]): [string, string] | null {
  if (scenes.length === 0) return null;
  const [first, last] = extremes(scenes);
  return [new Date(first).toISOString(), new Date(last).toISOString()];
}

function extremes(scenes: readonly ReportScene[]): [first: number, last: number] {
  const add = ([low, high]: [number, number], { timeMs }: ReportScene): [number, number] => [
    Math.min(low, timeMs),
    Math.max(high, timeMs),
  ];
  return scenes.reduce(add, [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
}

/** How cloudy scenes are, as far as it is known. */
export function cloudCoverOf(scenes: readonly ReportScene[]): CloudCover {
  const known = scenes.flatMap(({ cloudCover }) => cloudCover ?? []).sort((a, b) => a - b);
  return {
    scenes: scenes.length,
    known: known.length,
    min: known[0] ?? null,
    median: known.length === 0 ? null : quantile(known, 0.5),
    max: known.at(-1) ?? null,
  };
}

/** A quantile of ascending values, linear between the two nearest, as numpy's default. NaN for none. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const at = (sorted.length - 1) * q;
  const [low, high] = [Math.floor(at), Math.ceil(at)];
  const [below = Number.NaN, above = Number.NaN] = [sorted[low], sorted[high]];
  return below + (above - below) * (at - low);
}
