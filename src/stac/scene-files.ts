import type { Affine } from "../geo/affine.js";
import type { StoredObject } from "../store/index.js";
import { filePlace, slotSize, slotTransform } from "../warehouse/slots.js";
import { resolveSource } from "../warehouse/sources.js";
import type { Stack } from "../warehouse/stack.js";
import type { Warehouse } from "../warehouse/warehouse.js";

/** A file that pixels of a scene lie in. */
export interface SceneFile {
  object: StoredObject;
  sizeBytes: number;
  stack: Stack;
  /** Places of its bands in the stack. */
  bands: number[];
  transform: Affine | null;
  width: number;
  height: number;
}

/** The files of a scene in one stack, in the order of their bands. */
export async function sceneFiles(warehouse: Warehouse, row: number): Promise<SceneFile[]> {
  const { scenes, sources } = warehouse;
  const stack = warehouse.stack(scenes.stack[row] ?? 0);
  const slots = await warehouse.slots(stack);
  const slot = scenes.slot[row] ?? 0;
  const bySource = new Map<string, SceneFile>();
  stack.bands.forEach((_, band) => {
    const place = filePlace(slots, slot, band);
    const source = slots.source[place] ?? "";
    if (source === "") return;
    const file = bySource.get(source) ?? {
      object: resolveSource(sources, source),
      sizeBytes: slots.sizeBytes[place] ?? 0,
      stack,
      bands: [],
      transform: slotTransform(slots, slot),
      ...slotSize(slots, stack.levels.length, slot, 0),
    };
    file.bands.push(band);
    bySource.set(source, file);
  });
  return [...bySource.values()];
}
