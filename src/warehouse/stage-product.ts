import type { WritableSession } from "../icechunk/index.js";
import type { OpenProduct, OpenStack } from "./open-product.js";
import { writeProduct } from "./product.js";
import { writeReferences } from "./references.js";
import { type SceneRow, writeScenes } from "./scene-table.js";
import { writeSlots } from "./slots.js";
import { writeStack } from "./stack-metadata.js";

/** Stage all that changed in a product. */
export async function stageProduct(session: WritableSession, product: OpenProduct): Promise<void> {
  writeProduct(session, product.facts);
  for (const open of [...product.stacks.values()].flat()) {
    // What a later draft of the same session took away again is no longer there.
    open.placements = open.placements.filter(({ draft, slot, file }) => slot.files[file]?.source === draft.source);
    if (open.changed.size > 0) await stageStack(session, open);
  }
  const rows = changedRows(product);
  if (rows.length > 0) await writeScenes(session, product.stackPaths, rows);
}

async function stageStack(session: WritableSession, open: OpenStack): Promise<void> {
  const { stack, slots, before, isWider, changed } = open;
  await writeStack(session, stack);
  // A further band makes every row of the slots' columns wider.
  const written = isWider ? slots : [...changed].sort((a, b) => a.index - b.index);
  await writeSlots(session, stack, written, isWider ? 0 : before);
  writeReferences(session, open);
}

/** Rows of scenes that were placed or lost their place, ascending. */
function changedRows(product: OpenProduct): SceneRow[] {
  const rows = new Map<number, SceneRow>();
  for (const scene of product.scenes.values()) {
    for (const row of scene.freeRows) rows.set(row, { ...scene, row, bbox: null, stack: -1, slot: 0 });
  }
  for (const open of [...product.stacks.values()].flat()) {
    const stack = product.stackPaths.indexOf(open.stack.path);
    for (const { draft, slot } of open.placements) {
      const scene = product.sources.get(draft.source)?.scene;
      if (scene === undefined || rows.get(slot.scene)?.bbox) continue;
      rows.set(slot.scene, { ...scene, row: slot.scene, bbox: draft.bbox, stack, slot: slot.index });
    }
  }
  return [...rows.values()].sort((a, b) => a.row - b.row);
}
