import type { Affine } from "../geo/affine.js";
import type { Session, WritableSession } from "../icechunk/index.js";
import { FORMAT_VERSION, isStackOf, levelPath, MAX_EXACT_STACKS, OWN_ATTRIBUTE, stackPath } from "./layout.js";
import { type ProductProfile, readProduct, writeProduct } from "./product.js";
import { readSceneIds, type SceneRow, sceneTableSize, writeScenes } from "./scene-table.js";
import { readSlots, type Slot, writeSlots } from "./slots.js";
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
  headerHash: number;
  transform: Affine | null;
  profile: StackProfile;
  levels: readonly LevelBlocks[];
}

/** What an append did to each draft. */
export interface AppendCount {
  added: number;
  updated: number;
  skipped: number;
}

/** A slot that receives a draft's references. */
interface Placement {
  draft: SceneDraft;
  slot: Slot;
  /** True where the slot held older references of the same source. */
  replaces: boolean;
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

/** True where a listing shows the size and the modification time that were recorded. */
export function isUnchanged(recorded: SourceState, now: SourceState): boolean {
  return recorded.sizeBytes === now.sizeBytes && recorded.modifiedMs === now.modifiedMs;
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
  const table = await readSlots(session, open.stack);
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
  const { timeMs, source, sizeBytes, modifiedMs, headerHash, transform, levels } = draft;
  const sizes = levels.map(({ width, height }) => [width, height] as const);
  return { index, timeMs, scene, source, sizeBytes, modifiedMs, headerHash, transform, sizes };
}

function growLevels(stack: Stack, draft: SceneDraft): void {
  stack.levels.forEach((level, index) => {
    level.width = Math.max(level.width, draft.levels[index]?.width ?? 0);
    level.height = Math.max(level.height, draft.levels[index]?.height ?? 0);
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

function writeReferences(session: WritableSession, open: OpenStack): void {
  open.stack.levels.forEach((level, index) => {
    const path = levelPath(open.stack.path, index);
    const gone = [...open.vacated, ...open.placements.filter(({ replaces }) => replaces).map(({ slot }) => slot)];
    for (const slot of gone) session.deleteReferences(path, blockIndices(open.stack, index, slot.index));
    if (open.placements.length > 0)
      session.setVirtualReferences(path, referenceColumns(open.placements, index, level.planes));
  });
}

/** Every chunk index that a slot may have: time, band or plane, block row, block column. */
function blockIndices(stack: Stack, levelIndex: number, slot: number): Uint32Array {
  const level = stack.levels[levelIndex];
  if (level === undefined) return new Uint32Array(0);
  const down = Math.ceil(level.height / level.encoding.rows);
  const across = Math.ceil(level.width / level.encoding.cols);
  const out = new Uint32Array(level.planes * down * across * 4);
  for (let i = 0; i < out.length / 4; i++) {
    out.set([slot, Math.floor(i / (down * across)), Math.floor(i / across) % down, i % across], i * 4);
  }
  return out;
}

function referenceColumns(placements: readonly Placement[], level: number, planes: number) {
  const total = placements.reduce((sum, { draft }) => sum + (draft.levels[level]?.offsets.length ?? 0), 0);
  const indices = new Uint32Array(total * 4);
  const locationIndex = new Uint32Array(total);
  const offsets = new Float64Array(total);
  const lengths = new Float64Array(total);
  let n = 0;
  placements.forEach(({ draft, slot }, location) => {
    const blocks = draft.levels[level];
    if (blocks === undefined) return;
    const inPlane = blocks.blocksDown * blocks.blocksAcross;
    for (let i = 0; i < planes * inPlane; i++) {
      const length = blocks.byteCounts[i] ?? 0;
      // A block the file leaves out has no reference: it reads as fill, with status nodata.
      if (length === 0) continue;
      indices[n * 4] = slot.index;
      indices[n * 4 + 1] = Math.floor(i / inPlane);
      indices[n * 4 + 2] = Math.floor((i % inPlane) / blocks.blocksAcross);
      indices[n * 4 + 3] = i % blocks.blocksAcross;
      locationIndex[n] = location;
      offsets[n] = blocks.offsets[i] ?? 0;
      lengths[n] = length;
      n++;
    }
  });
  return {
    indices: indices.subarray(0, n * 4),
    locations: placements.map(({ draft }) => draft.source),
    locationIndex: locationIndex.subarray(0, n),
    offsets: offsets.subarray(0, n),
    lengths: lengths.subarray(0, n),
    // Whole seconds, rounded up: a reader accepts a file that is not newer.
    lastModifiedSeconds: Uint32Array.from(placements, ({ draft }) => Math.ceil(draft.modifiedMs / 1000)),
  };
}

/** What a listing says of a source: enough to know whether it changed. */
export interface SourceState {
  sizeBytes: number;
  modifiedMs: number;
}

/** Every source that a product's slots name, by location, with what was recorded of it. */
export async function knownSources(session: Session, productId: string): Promise<Map<string, SourceState>> {
  const known = new Map<string, SourceState>();
  for (const path of sceneTableSize(session).stacks) {
    if (!isStackOf(path, productId)) continue;
    const table = await readSlots(session, readStack(session, path));
    table.source.forEach((source, index) => {
      if ((table.scene[index] ?? -1) < 0) return;
      known.set(source, { sizeBytes: table.sizeBytes[index] ?? 0, modifiedMs: table.modifiedMs[index] ?? 0 });
    });
  }
  return known;
}
