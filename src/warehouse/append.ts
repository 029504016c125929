import type { Affine } from "../geo/affine.js";
import type { Session, WritableSession } from "../icechunk/index.js";
import { FORMAT_VERSION, isStackOf, MAX_EXACT_STACKS, OWN_ATTRIBUTE, stackPath } from "./layout.js";
import { type ProductProfile, readProduct, writeProduct } from "./product.js";
import { type Placement, writeReferences } from "./references.js";
import { readSceneIds, type SceneRow, sceneTableSize, writeScenes } from "./scene-table.js";
import { readSlots, readWorldFiles, type Slot, writeSlots } from "./slots.js";
import { encodingKey, exactKey, type Stack, type StackProfile, stackKey } from "./stack.js";
import { readStack, writeStack } from "./stack-metadata.js";

/** Where the blocks of one resolution lie in the source file; see `ImageLevel`. */
export interface LevelBlocks {
  width: number;
  height: number;
  blocksAcross: number;
  blocksDown: number;
  offsets: Float64Array;
  byteCounts: Float64Array;
}

/** A source file, read and understood, that has no place in the warehouse yet. */
export interface SceneDraft {
  /** Names the scene may have, best first; the first that no other source of the product has is taken. */
  ids: readonly string[];
  timeMs: number;
  /** West, south, east, north in degrees; null without georeference. */
  bbox: readonly [number, number, number, number] | null;
  /** Percent; null where unknown. */
  cloudCover: number | null;
  /** As {@link Slot} has them. */
  source: string;
  sizeBytes: number;
  modifiedMs: number;
  worldFilesState: string;
  headerHash: number;
  transform: Affine | null;
  profile: StackProfile;
  levels: readonly LevelBlocks[];
  /** The internal mask of each level; [] where the file has none. */
  masks: readonly LevelBlocks[];
}

/** What an append did to each draft. */
export interface AppendCount {
  added: number;
  updated: number;
  skipped: number;
}

/** A stack with what this append puts into it. */
interface OpenStack {
  stack: Stack;
  before: number;
  placements: Placement[];
  /** Slots whose source moved to another stack. */
  vacated: Slot[];
}

/** A source as the warehouse knows it. */
interface KnownSource {
  open: OpenStack;
  slot: Slot;
}

/**
 * Stage scenes of one product: stacks grown or created, references, slots and scene rows. Nothing is committed.
 *
 * A draft whose source is known and unchanged is skipped, so that running an append again on a fresh session, after a
 * conflict or a crash, adds nothing twice. A changed source keeps its scene row.
 */
export async function appendScenes(
  session: WritableSession,
  profile: ProductProfile,
  drafts: readonly SceneDraft[],
): Promise<AppendCount> {
  const product = await openProduct(session, profile);
  const count: AppendCount = { added: 0, updated: 0, skipped: 0 };
  for (const draft of drafts) {
    const known = product.sources.get(draft.source);
    if (known === undefined) {
      place(product, draft, product.nextRow++);
      count.added++;
    } else if (isUnchanged(known.slot, draft)) {
      count.skipped++;
    } else {
      replace(product, draft, known);
      count.updated++;
    }
  }
  if (count.added + count.updated > 0) await stage(session, product);
  return count;
}

/** True where a listing shows the size, the modification time and the world files that were recorded. */
export function isUnchanged(recorded: SourceState, now: SourceState): boolean {
  return (
    recorded.sizeBytes === now.sizeBytes &&
    recorded.modifiedMs === now.modifiedMs &&
    recorded.worldFilesState === now.worldFilesState
  );
}

/** A product as an append sees it. */
interface OpenProduct {
  profile: ProductProfile;
  /** Paths of all stacks of the warehouse, as the scene table counts them. */
  stackPaths: string[];
  stacks: Map<string, OpenStack>;
  sources: Map<string, KnownSource>;
  ids: Set<string>;
  idOfRow: readonly string[];
  nextRow: number;
}

async function openProduct(session: WritableSession, profile: ProductProfile): Promise<OpenProduct> {
  const { rows, stacks: stackPaths } = sceneTableSize(session);
  const idOfRow = rows === 0 ? [] : await readSceneIds(session);
  const product: OpenProduct = {
    profile: mergeProfile(readProduct(session, profile.productId), profile),
    stackPaths: [...stackPaths],
    stacks: new Map(),
    sources: new Map(),
    ids: new Set(),
    idOfRow,
    nextRow: rows,
  };
  for (const path of stackPaths.filter((stack) => isStackOf(stack, profile.productId))) {
    const stack = readStack(session, path);
    const open: OpenStack = { stack, before: stack.slots, placements: [], vacated: [] };
    product.stacks.set(stackKey(stack), open);
    await learnSources(session, product, open);
  }
  return product;
}

/** What is stored wins; bands that it lacks are added. */
function mergeProfile(stored: ProductProfile | null, given: ProductProfile): ProductProfile {
  if (stored === null) return given;
  const names = new Set(stored.bands.map((band) => band.name));
  const bands = [...stored.bands, ...given.bands.filter((band) => !names.has(band.name))];
  return { ...stored, provider: given.provider ?? stored.provider, bands };
}

async function learnSources(session: WritableSession, product: OpenProduct, open: OpenStack): Promise<void> {
  const [table, worldFiles] = await Promise.all([readSlots(session, open.stack), readWorldFiles(session, open.stack)]);
  for (let index = 0; index < open.before; index++) {
    const scene = table.scene[index] ?? -1;
    if (scene < 0) continue;
    const source = table.source[index] ?? "";
    const slot: Slot = {
      index,
      timeMs: table.timeMs[index] ?? 0,
      scene,
      source,
      sizeBytes: table.sizeBytes[index] ?? 0,
      modifiedMs: table.modifiedMs[index] ?? 0,
      worldFilesState: worldFiles[index] ?? "",
      headerHash: table.headerHash[index] ?? 0,
      transform: null,
      sizes: open.stack.levels.map(({ width, height }) => [width, height] as const),
    };
    product.sources.set(source, { open, slot });
    product.ids.add(product.idOfRow[scene] ?? "");
  }
}

/** Put a draft into the stack that takes it, behind the slots there are. */
function place(product: OpenProduct, draft: SceneDraft, row: number): void {
  const open = stackFor(product, draft);
  const slot = slotOf(draft, open.stack.slots, row);
  open.stack.slots++;
  growLevels(open.stack, draft);
  open.placements.push({ draft, slot, replaces: false });
  product.sources.set(draft.source, { open, slot });
}

/** Point a known source's slot at the new bytes, or move it where its new grid or encoding belongs. */
function replace(product: OpenProduct, draft: SceneDraft, known: KnownSource): void {
  const { scene } = known.slot;
  const key = stackKey(known.open.stack);
  if (key === exactKey(draft.profile, draft.transform) || key === encodingKey(draft.profile)) {
    growLevels(known.open.stack, draft);
    known.open.placements.push({ draft, slot: slotOf(draft, known.slot.index, scene), replaces: true });
    return;
  }
  known.open.vacated.push({ ...known.slot, scene: -1, source: "" });
  place(product, draft, scene);
}

function slotOf(draft: SceneDraft, index: number, scene: number): Slot {
  const { timeMs, source, sizeBytes, modifiedMs, worldFilesState, headerHash, transform, levels } = draft;
  const sizes = levels.map(({ width, height }) => [width, height] as const);
  return { index, timeMs, scene, source, sizeBytes, modifiedMs, worldFilesState, headerHash, transform, sizes };
}

function growLevels(stack: Stack, draft: SceneDraft): void {
  [stack.levels, stack.masks].forEach((images) => {
    images.forEach((image, index) => {
      image.width = Math.max(image.width, draft.levels[index]?.width ?? 0);
      image.height = Math.max(image.height, draft.levels[index]?.height ?? 0);
    });
  });
}

function stackFor(product: OpenProduct, draft: SceneDraft): OpenStack {
  const exact = exactKey(draft.profile, draft.transform);
  const open = product.stacks.get(exact);
  if (open !== undefined) return open;
  if (product.profile.tiling === "fixed" || product.stacks.size < MAX_EXACT_STACKS) {
    return createStack(product, draft, "exact", exact);
  }
  const free = encodingKey(draft.profile);
  return product.stacks.get(free) ?? createStack(product, draft, "free", free);
}

function createStack(product: OpenProduct, draft: SceneDraft, kind: Stack["kind"], key: string): OpenStack {
  const { productId } = product.profile;
  const name = `${kind}-${String(product.stacks.size).padStart(2, "0")}`;
  const path = stackPath(productId, name);
  const stack: Stack = {
    ...draft.profile,
    levels: draft.profile.levels.map((level) => ({ ...level })),
    masks: draft.profile.masks.map((mask) => ({ ...mask })),
    path,
    productId,
    name,
    kind,
    transform: kind === "exact" ? draft.transform : null,
    slots: 0,
  };
  const open: OpenStack = { stack, before: 0, placements: [], vacated: [] };
  product.stacks.set(key, open);
  product.stackPaths.push(path);
  return open;
}

async function stage(session: WritableSession, product: OpenProduct): Promise<void> {
  session.setGroup("/", { [OWN_ATTRIBUTE]: { format: FORMAT_VERSION, generator: "pixelquery" } });
  writeProduct(session, product.profile);
  const scenes: SceneRow[] = [];
  for (const open of product.stacks.values()) {
    if (open.placements.length + open.vacated.length === 0) continue;
    await writeStack(session, open.stack);
    const slots = [...open.placements.map(({ slot }) => slot), ...open.vacated].sort((a, b) => a.index - b.index);
    await writeSlots(session, open.stack, slots, open.before);
    writeReferences(session, open);
    const stack = product.stackPaths.indexOf(open.stack.path);
    for (const { draft, slot } of open.placements) scenes.push(sceneRow(product, draft, slot, stack));
  }
  scenes.sort((a, b) => a.row - b.row);
  await writeScenes(session, product.stackPaths, scenes);
}

function sceneRow(product: OpenProduct, draft: SceneDraft, slot: Slot, stack: number): SceneRow {
  const { timeMs, bbox, cloudCover } = draft;
  let id = product.idOfRow[slot.scene];
  if (id === undefined) {
    id = draft.ids.find((candidate) => !product.ids.has(candidate)) ?? draft.source;
    product.ids.add(id);
  }
  return { row: slot.scene, id, timeMs, bbox, cloudCover, stack, slot: slot.index };
}

/** What a listing says of a source: enough to know whether it changed. */
export interface SourceState {
  sizeBytes: number;
  modifiedMs: number;
  /** As {@link Slot} has it. */
  worldFilesState: string;
}

/** Every source that a product's slots name, by location, with what was recorded of it. */
export async function knownSources(session: Session, productId: string): Promise<Map<string, SourceState>> {
  const known = new Map<string, SourceState>();
  for (const path of sceneTableSize(session).stacks) {
    if (!isStackOf(path, productId)) continue;
    const stack = readStack(session, path);
    const [table, worldFiles] = await Promise.all([readSlots(session, stack), readWorldFiles(session, stack)]);
    table.source.forEach((source, index) => {
      if ((table.scene[index] ?? -1) < 0) return;
      known.set(source, {
        sizeBytes: table.sizeBytes[index] ?? 0,
        modifiedMs: table.modifiedMs[index] ?? 0,
        worldFilesState: worldFiles[index] ?? "",
      });
    });
  }
  return known;
}
