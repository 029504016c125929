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
  retime(product);
  for (const open of [...product.stacks.values()].flat()) {
    // What a later draft of the same session took away again is no longer there.
    open.placements = open.placements.filter(({ draft, slot, file }) => slot.files[file]?.source === draft.source);
    if (open.changed.size > 0) await stageStack(session, open);
  }
  const rows = changedRows(product);
  if (rows.length > 0) await writeScenes(session, product.stackPaths, rows);
}

/** The slots that no draft of the session touches take the times of their scenes too. */
function retime(product: OpenProduct): void {
  for (const { timeMs, slots } of product.scenes.values()) {
    for (const [open, slot] of slots) {
      if (slot.timeMs === timeMs) continue;
      slot.timeMs = timeMs;
      open.changed.add(slot);
    }
  }
}

async function stageStack(session: WritableSession, open: OpenStack): Promise<void> {
  const { stack, slots, before, isWider, changed } = open;
  await writeStack(session, stack);
  // A further band makes every row of the slots' columns wider.
  const written = isWider ? slots : [...changed].sort((a, b) => a.index - b.index);
  await writeSlots(session, stack, written, isWider ? 0 : before);
  writeReferences(session, open);
}

/** Rows of scenes that were placed, lost their place or are told of otherwise, ascending. */
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
  for (const own of retoldRows(product)) if (!rows.has(own.row)) rows.set(own.row, own);
  return [...rows.values()].sort((a, b) => a.row - b.row);
}

/** All rows of scenes of which other facts are told: what lies there stays. */
function retoldRows({ scenes, stackPaths, bboxOfRow }: OpenProduct): SceneRow[] {
  return [...scenes.values()].flatMap((scene) =>
    [...(scene.isRetold ? scene.slots : [])].map(([open, { scene: row, index }]) => {
      const stack = stackPaths.indexOf(open.stack.path);
      return { ...scene, row, bbox: bboxOfRow(row), stack, slot: index };
    }),
  );
}
