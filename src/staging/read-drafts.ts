import type { Session } from "../icechunk/index.js";
import { sceneIds } from "../ingest/scenes/scene-ids.js";
import type { ReadOptions } from "../store/index.js";
import type { DraftScene, FileDraft, LevelBlocks } from "../warehouse/file-draft.js";
import { levelPath, maskPath } from "../warehouse/layout.js";
import type { KnownSource, OpenScene, OpenStack } from "../warehouse/open-product.js";
import { factsOf } from "../warehouse/scene-facts.js";
import { readSceneTable, type SceneTable } from "../warehouse/scene-table.js";
import type { SlotFile } from "../warehouse/slots.js";
import { parseSourceLocation } from "../warehouse/sources.js";
import type { StackLevel, StackProfile } from "../warehouse/stack.js";

/**
 * Files as drafts again, out of a snapshot that has them: what an ingest read of them, without opening one. The order
 * stays, but that the file which gave a scene its name comes before the masks beside it.
 *
 * @param files of the snapshot of `session`
 */
export async function readDrafts(
  session: Session,
  files: readonly KnownSource[],
  options: ReadOptions = {},
): Promise<FileDraft[]> {
  const table = await readSceneTable(session);
  const blocks = new Map<KnownSource, Pick<FileDraft, "levels" | "masks">>();
  for (const [open, own] of byStack(files)) {
    const levels = await readImages(session, open, own, levelPath, open.stack.levels, options);
    const masks = await readImages(session, open, own, maskPath, open.stack.masks, options);
    own.forEach((known, i) => {
      blocks.set(known, { levels: levels.map((level) => level[i]!), masks: masks.map((mask) => mask[i]!) });
    });
  }
  const drafts = files.map((known) => draftOf(table, known, blocks.get(known) ?? { levels: [], masks: [] }));
  return namesFirst(drafts, files);
}

function byStack(files: readonly KnownSource[]): Map<OpenStack, KnownSource[]> {
  const stacks = new Map<OpenStack, KnownSource[]>();
  for (const known of files) {
    const own = stacks.get(known.open);
    if (own === undefined) stacks.set(known.open, [known]);
    else own.push(known);
  }
  return stacks;
}

function draftOf(table: SceneTable, known: KnownSource, blocks: Pick<FileDraft, "levels" | "masks">): FileDraft {
  const { slot, file, scene } = known;
  const [west = Number.NaN, south = 0, east = 0, north = 0] = table.bbox.subarray(slot.scene * 4, slot.scene * 4 + 4);
  const own = slot.files[file] as SlotFile;
  return {
    ...own,
    scene: draftScene(scene, own.source),
    bbox: Number.isNaN(west) ? null : [west, south, east, north],
    transform: slot.transform,
    profile: profileOf(known),
    ...blocks,
  };
}

function draftScene(scene: OpenScene, source: string): DraftScene {
  const { id } = scene;
  const facts = factsOf(scene);
  const namer = namerOf(scene);
  if (namer === null) return { ...facts, kind: "shared", ids: [id], beside: [] };
  const ids = idsOf(source);
  const others = sourcesOf(scene).filter((other) => other !== source);
  return source === namer
    ? { ...facts, kind: "alone", ids, beside: others }
    : { ...facts, kind: "companion", ids, beside: [namer] };
}

/** Of a scene that has the name of one of its files: which; null for one whose files share a name of their own. */
export function namerOf(scene: OpenScene): string | null {
  const isOneOfBands = [...scene.slots.keys()].some(({ stack }) => stack.fileOf === "band");
  if (isOneOfBands || scene.version !== "") return null;
  return sourcesOf(scene).find((source) => [...idsOf(source), source].includes(scene.id)) ?? null;
}

/** Locations of a scene's files. */
export function sourcesOf(scene: OpenScene): string[] {
  return [...scene.slots.values()].flatMap(({ files }) => files.flatMap((file) => file?.source ?? []));
}

function idsOf(source: string): string[] {
  const { container, key } = parseSourceLocation(source);
  return sceneIds({ key }, container);
}

/** What the file's own header said: of a stack with a file for each band, of its band alone, on its slot's own grid. */
function profileOf({ open: { stack }, slot, file }: KnownSource): StackProfile {
  const { crs, dtype, fileOf, bands, nodata, scale, offset, colorInterpretation, colorTable } = stack;
  const own = <T>(values: readonly T[]) => (fileOf === "scene" ? values : values.slice(file, file + 1));
  const image = (level: StackLevel, index: number): StackLevel => {
    const [width = level.width, height = level.height] = slot.sizes[index] ?? [];
    return { ...level, width, height, planes: fileOf === "scene" ? level.planes : 1 };
  };
  return {
    crs,
    dtype,
    fileOf,
    bands: own(bands),
    nodata,
    scale: own(scale),
    offset: own(offset),
    colorInterpretation: own(colorInterpretation),
    colorTable,
    levels: stack.levels.map(image),
    masks: stack.masks.map(image),
  };
}

/** Blocks of files of one stack: those of each level, in the order of the files. */
async function readImages(
  session: Session,
  { stack }: OpenStack,
  files: readonly KnownSource[],
  pathOf: (stack: string, level: number) => string,
  images: readonly StackLevel[],
  options: ReadOptions,
): Promise<LevelBlocks[][]> {
  const read: LevelBlocks[][] = [];
  for (const [index, image] of images.entries()) {
    const blocks = files.map(({ slot }) => {
      const [width = image.width, height = image.height] = slot.sizes[index] ?? [];
      const { rows, cols } = image.encoding;
      return { width, height, blocksAcross: Math.ceil(width / cols), blocksDown: Math.ceil(height / rows) };
    });
    const planes = stack.fileOf === "scene" ? image.planes : 1;
    const firstPlane = ({ file }: KnownSource) => (stack.fileOf === "scene" ? 0 : file);
    const counts = blocks.map(({ blocksAcross, blocksDown }) => planes * blocksDown * blocksAcross);
    const indices = new Uint32Array(4 * counts.reduce((sum, count) => sum + count, 0));
    let at = 0;
    files.forEach((known, i) => {
      const { blocksAcross = 1, blocksDown = 1 } = blocks[i] ?? {};
      for (let block = 0; block < (counts[i] ?? 0); block++, at += 4) {
        const plane = firstPlane(known) + Math.floor(block / (blocksAcross * blocksDown));
        const row = Math.floor(block / blocksAcross) % blocksDown;
        indices.set([known.slot.index, plane, row, block % blocksAcross], at);
      }
    });
    const { offsets, lengths } = await session.chunkReferences(pathOf(stack.path, index), indices, options);
    let next = 0;
    read.push(
      blocks.map((size, i) => {
        const [start, stop] = [next, next + (counts[i] ?? 0)];
        next = stop;
        return { ...size, offsets: offsets.slice(start, stop), byteCounts: lengths.slice(start, stop) };
      }),
    );
  }
  return read;
}

/** Within each scene the file that names it first: what stands beside it looks for it. */
function namesFirst(drafts: readonly FileDraft[], files: readonly KnownSource[]): FileDraft[] {
  const places = new Map<OpenScene, number>();
  for (const { scene } of files) if (!places.has(scene)) places.set(scene, places.size);
  const order = drafts.map((draft, i) => {
    const scene = places.get(files[i]?.scene as OpenScene) ?? 0;
    return { draft, scene, isBeside: Number(draft.scene.kind === "companion") };
  });
  return order.sort((a, b) => a.scene - b.scene || a.isBeside - b.isBeside).map(({ draft }) => draft);
}
