import { type Affine, pixelSize } from "../geo/affine.js";
import type { FileDraft } from "./file-draft.js";
import { MAX_EXACT_STACKS, stackPath } from "./layout.js";
import { addStack, type KnownSource, type OpenProduct, type OpenScene, type OpenStack } from "./open-product.js";
import { filesPerSlot, type Slot, type SlotFile } from "./slots.js";
import { encodingKey, exactKey, type Stack, stackKey, takesBands } from "./stack.js";

/** A file that was left out because its scene has the same band from another file. */
export interface DuplicateFile {
  source: string;
  scene: string;
  bands: readonly string[];
  /** Location of the file that stays. */
  kept: string;
}

/** Pixel sizes of one free stack differ by less than this share: bands of 10 m and of 20 m never share one. */
const SIZE_SHARE = 0.1;

/**
 * Give a file its place in a scene: its own, where it fits there still, else one in the stack that takes it.
 *
 * @returns null; or, where another file holds the same band of the scene and does not give way, which one stays. Then nothing
 *   changed.
 */
export function placeFile(product: OpenProduct, draft: FileDraft, scene: OpenScene): DuplicateFile | null {
  const known = product.sources.get(draft.source);
  if (known !== undefined && known.scene === scene && fits(known, draft)) {
    known.open.cleared.push({ slot: known.slot, file: known.file });
    put(product, draft, known);
    return null;
  }
  const own = { source: draft.source, bands: draft.profile.bands };
  for (let holder = bandHolder(scene, own); holder !== null; holder = bandHolder(scene, own)) {
    const other = product.sources.get(holder);
    if (draft.scene.takesOver !== true || other === undefined) return { ...own, scene: scene.id, kept: holder };
    detach(product, other);
  }
  if (known !== undefined) detach(product, known);
  const open = stackFor(product, draft, scene);
  const file = filePlaceOf(open, draft);
  const slot = scene.slots.get(open) ?? addSlot(product, open, scene);
  put(product, draft, { open, slot, file, scene });
  return null;
}

/** Take a source out of its slot. A slot without sources is vacant, and its scene's row is free. */
export function detach(product: OpenProduct, { open, slot, file, scene }: KnownSource): void {
  const source = slot.files[file]?.source;
  if (source !== undefined) product.sources.delete(source);
  slot.files[file] = null;
  open.cleared.push({ slot, file });
  open.changed.add(slot);
  if (slot.files.some((other) => other !== null)) return;
  scene.slots.delete(open);
  scene.freeRows.push(slot.scene);
  slot.scene = -1;
}

/** True where a source's new version can stay where the old one is. */
function fits({ open, slot, file }: KnownSource, draft: FileDraft): boolean {
  const { stack } = open;
  const key = stackKey(stack);
  if (key !== exactKey(draft.profile, draft.transform) && key !== encodingKey(draft.profile)) return false;
  if (stack.fileOf === "scene") return true;
  const isAlone = slot.files.every((other, i) => i === file || other === null);
  const isSameBand = stack.bands[file] === draft.profile.bands[0];
  return isSameBand && takesBands(stack, draft.profile) && (isAlone || isOnGridOf(slot, draft));
}

/** Location of another file that holds one of a file's bands in the scene; null where there is none. */
export function bandHolder(
  scene: OpenScene,
  { source, bands }: { source: string; bands: readonly string[] },
): string | null {
  for (const [{ stack }, slot] of scene.slots) {
    for (const [i, name] of stack.bands.entries()) {
      const file = slot.files[stack.fileOf === "scene" ? 0 : i] ?? null;
      if (file !== null && file.source !== source && bands.includes(name)) return file.source;
    }
  }
  return null;
}

function put(product: OpenProduct, draft: FileDraft, place: KnownSource): void {
  const { open, slot, file, scene } = place;
  slot.timeMs = scene.timeMs;
  slot.files[file] = fileOf(draft);
  slot.transform = draft.transform;
  slot.sizes = sizesOf(draft);
  growLevels(open.stack, draft);
  open.changed.add(slot);
  open.placements.push({ draft, slot, file });
  product.sources.set(draft.source, place);
}

function fileOf({ source, sizeBytes, modifiedMs, besideState, etag, headerHash }: FileDraft): SlotFile {
  return { source, sizeBytes, modifiedMs, besideState, etag, headerHash };
}

function sizesOf({ levels }: FileDraft): Slot["sizes"] {
  return levels.map(({ width, height }) => [width, height] as const);
}

function growLevels(stack: Stack, draft: FileDraft): void {
  [stack.levels, stack.masks].forEach((images) => {
    images.forEach((image, index) => {
      image.width = Math.max(image.width, draft.levels[index]?.width ?? 0);
      image.height = Math.max(image.height, draft.levels[index]?.height ?? 0);
    });
  });
}

function addSlot(product: OpenProduct, open: OpenStack, scene: OpenScene): Slot {
  const slot: Slot = {
    index: open.stack.slots++,
    timeMs: scene.timeMs,
    scene: scene.freeRows.pop() ?? product.nextRow++,
    files: new Array(filesPerSlot(open.stack)).fill(null),
    transform: null,
    sizes: [],
  };
  open.slots.push(slot);
  scene.slots.set(open, slot);
  return slot;
}

function stackFor(product: OpenProduct, draft: FileDraft, scene: OpenScene): OpenStack {
  const find = (key: string) => product.stacks.get(key)?.find((open) => canTake(open, draft, scene));
  const exact = exactKey(draft.profile, draft.transform);
  const open = find(exact);
  if (open !== undefined) return open;
  if (product.facts.tiling === "fixed" || product.stackCount < MAX_EXACT_STACKS) {
    return createStack(product, draft, "exact", exact);
  }
  const free = encodingKey(draft.profile);
  return find(free) ?? createStack(product, draft, "free", free);
}

/** True where a stack of the draft's key has its bands or can get them, and a free one holds pixels of its size. */
function canTake(open: OpenStack, draft: FileDraft, scene: OpenScene): boolean {
  const { stack, slots } = open;
  if (!takesBands(stack, draft.profile)) return false;
  if (stack.kind === "exact" || stack.fileOf === "scene") return true;
  const own = scene.slots.get(open);
  if (own !== undefined) return isOnGridOf(own, draft);
  const other = slots.find((slot) => slot.scene >= 0);
  return other === undefined || isAlikeInSize(other.transform, draft.transform);
}

function createStack(product: OpenProduct, draft: FileDraft, kind: Stack["kind"], key: string): OpenStack {
  const { productId } = product.facts;
  const name = `${kind}-${String(product.stackCount).padStart(2, "0")}`;
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
  product.stackPaths.push(path);
  return addStack(product, key, stack, []);
}

/** Which of a slot's files the draft is; a band that is new to the stack becomes its last one. */
function filePlaceOf(open: OpenStack, { profile }: FileDraft): number {
  const { stack } = open;
  if (stack.fileOf === "scene") return 0;
  const [name = ""] = profile.bands;
  const place = stack.bands.indexOf(name);
  if (place >= 0) return place;
  stack.bands = [...stack.bands, name];
  stack.scale = [...stack.scale, profile.scale[0] ?? 1];
  stack.offset = [...stack.offset, profile.offset[0] ?? 0];
  stack.colorInterpretation = [...stack.colorInterpretation, profile.colorInterpretation[0] ?? "Undefined"];
  for (const image of [...stack.levels, ...stack.masks]) image.planes = stack.bands.length;
  for (const slot of open.slots) slot.files.push(null);
  open.isWider = true;
  return stack.bands.length - 1;
}

function isOnGridOf(slot: Slot, draft: FileDraft): boolean {
  return JSON.stringify([slot.transform, slot.sizes]) === JSON.stringify([draft.transform, sizesOf(draft)]);
}

function isAlikeInSize(one: Affine | null, other: Affine | null): boolean {
  if (one === null || other === null) return one === other;
  const [[width], [otherWidth]] = [pixelSize(one), pixelSize(other)];
  return Math.abs(width - otherWidth) < SIZE_SHARE * width;
}
