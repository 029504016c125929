import type { SceneLayer, SceneSource } from "../lazy/graph/node.js";
import { bytesPerSample } from "../ndarray/dtype.js";
import { latticeOf, type Scope, scenesOfStep, stepCount } from "./scope.js";

/** The scenes of a scope as the graph reads them: time steps of one scene or several, placed on the scope's lattice. */
export function sceneSource(scope: Scope): SceneSource {
  const { warehouse, scenes, stacks, grids } = scope;
  const used = [...new Set(stacks)].map((index) => warehouse.stack(index));
  const layerOf = (place: number): SceneLayer => {
    const { origins } = latticeOf(scope);
    const scene = scenes[place] ?? 0;
    const { width = 0, height = 0 } = grids[place] ?? {};
    const [row = 0, col = 0] = [origins[place * 2], origins[place * 2 + 1]];
    const slot = warehouse.scenes.slot[scene] ?? 0;
    return { stack: stacks[place] ?? 0, slot, scene, row, col, width, height, zoom: null };
  };
  return {
    warehouse,
    stacks: used,
    length: stepCount(scope),
    layersOf: (step) => {
      const { start, stop } = scenesOfStep(scope, step);
      return Array.from({ length: stop - start }, (_, i) => layerOf(start + i));
    },
    level: scope.level,
    sampleBytes: Math.max(
      1,
      ...used.map(({ dtype, kind, masks }) => heldBytes(dtype, kind === "free" || masks.length > 0)),
    ),
  };
}

/** Bytes of a sample in memory, with the status that lies beside it where not every pixel is covered. */
function heldBytes(dtype: Parameters<typeof bytesPerSample>[0], hasStatus: boolean): number {
  return (dtype === "float16" ? 4 : bytesPerSample(dtype)) + (hasStatus ? 1 : 0);
}
