import { isDeepStrictEqual } from "node:util";
import type { Session } from "../icechunk/index.js";
import { isStackOf } from "./layout.js";
import { mergeProduct } from "./merge-product.js";
import { productJson, readProduct, type StoredProduct } from "./product.js";
import type { Placement, SlotPlace } from "./references.js";
import type { SceneFacts } from "./scene-facts.js";
import { bboxAt, readSceneFacts, readSceneIds, readSceneTable, type SceneRow } from "./scene-table.js";
import { filePlace, readBeside, readSlots, type Slot, type SlotFile, slotSize, slotTransform } from "./slots.js";
import { type Stack, stackKey } from "./stack.js";
import { readStack } from "./stack-metadata.js";

/** A stack with its slots, and what a session changes in it. */
export interface OpenStack {
  stack: Stack;
  /** Every slot by its index, vacant ones included. */
  slots: Slot[];
  /** Slots that the snapshot has. */
  before: number;
  /** True once the stack has more bands than the snapshot says. */
  isWider: boolean;
  changed: Set<Slot>;
  placements: Placement[];
  cleared: SlotPlace[];
}

/** A scene, and where its pixels are. */
export interface OpenScene extends SceneFacts {
  id: string;
  isNew: boolean;
  /** True once the session tells other facts than the snapshot has: they stand in each of its rows. */
  isRetold: boolean;
  /** Its slot in each stack. */
  slots: Map<OpenStack, Slot>;
  /** Rows of the scene table that stand for nothing any more: the next of its slots takes one. */
  freeRows: number[];
}

/** A source with its place in the warehouse. */
export interface KnownSource extends SlotPlace {
  open: OpenStack;
  scene: OpenScene;
}

/** A product as a session changes it. */
export interface OpenProduct {
  facts: StoredProduct;
  /** True where they are not what the snapshot has. */
  areFactsNew: boolean;
  /** Paths of all stacks of the warehouse, as the scene table counts them. */
  stackPaths: string[];
  /** Stacks by what they take; several where bands or grids keep them apart. */
  stacks: Map<string, OpenStack[]>;
  stackCount: number;
  sources: Map<string, KnownSource>;
  scenes: Map<string, OpenScene>;
  nextRow: number;
  /** Where the scene of a row lies, as the snapshot has it. */
  bboxOfRow: (row: number) => SceneRow["bbox"];
}

/** What the snapshot of a session has of a product; of one that it does not have, nothing. */
export async function openProduct(session: Session, given: StoredProduct): Promise<OpenProduct> {
  const [table, ids] = await Promise.all([readSceneTable(session), readSceneIds(session)]);
  const factsOf = await readSceneFacts(session, table);
  const stored = readProduct(session, given.productId);
  const facts = mergeProduct(stored, given);
  const product: OpenProduct = {
    facts,
    areFactsNew: stored === null || !isDeepStrictEqual(productJson(stored), productJson(facts)),
    stackPaths: [...table.stacks],
    stacks: new Map(),
    stackCount: 0,
    sources: new Map(),
    scenes: new Map(),
    nextRow: table.rows,
    bboxOfRow: (row) => bboxAt(table, row),
  };
  const sceneOfRow = (row: number) => knownScene(product, ids[row] ?? "", factsOf(row));
  for (const path of table.stacks.filter((stack) => isStackOf(stack, given.productId))) {
    const stack = readStack(session, path);
    const slots = await openSlots(session, stack);
    learnSlots(product, addStack(product, stackKey(stack), stack, slots), sceneOfRow);
  }
  return product;
}

/** Take a stack into a product. */
export function addStack(product: OpenProduct, key: string, stack: Stack, slots: Slot[]): OpenStack {
  const before = slots.length;
  const open: OpenStack = {
    stack,
    slots,
    before,
    isWider: false,
    changed: new Set(),
    placements: [],
    cleared: [],
  };
  const alike = product.stacks.get(key);
  if (alike === undefined) product.stacks.set(key, [open]);
  else alike.push(open);
  product.stackCount++;
  return open;
}

function knownScene(product: OpenProduct, id: string, facts: SceneFacts): OpenScene {
  let scene = product.scenes.get(id);
  if (scene === undefined) {
    scene = { ...facts, id, isNew: false, isRetold: false, slots: new Map(), freeRows: [] };
    product.scenes.set(id, scene);
  }
  return scene;
}

async function openSlots(session: Session, stack: Stack): Promise<Slot[]> {
  const [table, beside] = await Promise.all([readSlots(session, stack), readBeside(session, stack)]);
  const fileAt = (at: number): SlotFile | null => {
    const source = table.source[at] ?? "";
    if (source === "") return null;
    return {
      source,
      sizeBytes: table.sizeBytes[at] ?? 0,
      modifiedMs: table.modifiedMs[at] ?? 0,
      besideState: beside[at] ?? "",
      headerHash: table.headerHash[at] ?? 0,
      etag: table.etag[at] ?? "",
    };
  };
  const levels = stack.levels.length;
  return Array.from({ length: stack.slots }, (_, index) => ({
    index,
    timeMs: table.timeMs[index] ?? 0,
    scene: table.scene[index] ?? -1,
    files: Array.from({ length: table.files }, (_, file) => fileAt(filePlace(table, index, file))),
    transform: slotTransform(table, index),
    sizes: stack.levels.map((_, level) => {
      const { width, height } = slotSize(table, levels, index, level);
      return [width, height] as const;
    }),
  }));
}

function learnSlots(product: OpenProduct, open: OpenStack, sceneOfRow: (row: number) => OpenScene): void {
  for (const slot of open.slots) {
    if (slot.scene < 0) continue;
    const scene = sceneOfRow(slot.scene);
    scene.slots.set(open, slot);
    slot.files.forEach((known, file) => {
      if (known !== null) product.sources.set(known.source, { open, slot, file, scene });
    });
  }
}
