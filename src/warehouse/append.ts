import { isDeepStrictEqual } from "node:util";
import { pixelSize } from "../geo/affine.js";
import { crsText } from "../geo/crs.js";
import type { WritableSession } from "../icechunk/index.js";
import type { DType } from "../ndarray/dtype.js";
import type { FileDraft } from "./file-draft.js";
import { isUnchanged } from "./known-sources.js";
import { type OpenProduct, type OpenScene, type OpenStack, openProduct } from "./open-product.js";
import { type DuplicateFile, detach, placeFile } from "./place-file.js";
import type { StoredProduct } from "./product.js";
import { factsOf, type SceneFacts } from "./scene-facts.js";
import { stageProduct } from "./stage-product.js";

/** What an append did, in scenes. */
export interface AppendCount {
  added: number;
  updated: number;
  /** All files known and unchanged, or of an older processing than the warehouse has. */
  skipped: number;
  /** Scenes that are no longer there, or lost a band. */
  pruned: number;
  duplicates: DuplicateFile[];
  /** True where more or other is known of the product than before. */
  areFactsNew: boolean;
  /** Stacks that files were put into. */
  stacks: ChangedStack[];
}

/** A stack that files were put into. */
export interface ChangedStack {
  name: string;
  kind: "exact" | "free";
  isNew: boolean;
  bands: readonly string[];
  dtype: DType;
  /** Of the largest scene. */
  width: number;
  height: number;
  /** Width of a pixel in units of the CRS; null without georeference. */
  pixelSize: number | null;
  crs: string | null;
  /** Scenes that files were added to. */
  scenes: number;
}

/** What happens to scenes, for {@link AppendCount}. */
interface Outcome {
  touched: Set<OpenScene>;
  changed: Set<OpenScene>;
  duplicates: DuplicateFile[];
}

/**
 * Stage files of one product: stacks grown or created, references, slots and scene rows. Nothing is committed.
 *
 * A draft whose source is known and unchanged is skipped, so that running an append again on a fresh session, after a
 * conflict or a crash, adds nothing twice. A changed file replaces its own pixels; one that comes later joins its scene; a
 * newer processing replaces all of the older one.
 *
 * @param gone locations of sources that are to be forgotten
 */
export async function appendScenes(
  session: WritableSession,
  given: StoredProduct,
  drafts: readonly FileDraft[],
  gone: readonly string[] = [],
): Promise<AppendCount> {
  const product = await openProduct(session, given);
  const pruned = forget(product, gone);
  const outcome: Outcome = { touched: new Set(), changed: new Set(), duplicates: [] };
  for (const draft of drafts) settle(product, draft, outcome);
  if (outcome.changed.size + pruned > 0 || product.areFactsNew) await stageProduct(session, product);
  const added = [...outcome.changed].filter(({ isNew }) => isNew).length;
  return {
    added,
    updated: outcome.changed.size - added,
    skipped: [...outcome.touched].filter((scene) => !outcome.changed.has(scene)).length,
    pruned,
    duplicates: outcome.duplicates,
    areFactsNew: product.areFactsNew,
    stacks: [...product.stacks.values()].flat().flatMap((open) => (open.placements.length > 0 ? describe(open) : [])),
  };
}

function describe({ stack, before, placements }: OpenStack): ChangedStack {
  const { name, kind, bands, dtype, crs, levels } = stack;
  const [full] = levels;
  const transform = placements[0]?.slot.transform ?? null;
  return {
    name,
    kind,
    isNew: before === 0,
    bands,
    dtype,
    width: full?.width ?? 0,
    height: full?.height ?? 0,
    pixelSize: transform && pixelSize(transform)[0],
    crs: crs && crsText(crs),
    scenes: new Set(placements.map(({ slot }) => slot)).size,
  };
}

function forget(product: OpenProduct, gone: readonly string[]): number {
  const scenes = new Set<OpenScene>();
  for (const source of gone) {
    const known = product.sources.get(source);
    if (known === undefined) continue;
    scenes.add(known.scene);
    detach(product, known);
  }
  return scenes.size;
}

function settle(product: OpenProduct, draft: FileDraft, { touched, changed, duplicates }: Outcome): void {
  const known = product.sources.get(draft.source);
  const recorded = known?.slot.files[known.file];
  if (known !== undefined && recorded && isUnchanged(recorded, draft)) {
    touched.add(known.scene);
    return;
  }
  const scene = sceneOf(product, draft);
  touched.add(scene);
  const { version, kind } = draft.scene;
  if (version < scene.version) return;
  if (version > scene.version) supersede(product, scene, draft.scene);
  // A further band without metadata beside it says less than the scene knows already.
  if (kind === "alone" || (kind === "shared" && (known !== undefined || draft.besideState !== ""))) {
    tell(scene, draft.scene);
  }
  const duplicate = placeFile(product, draft, scene);
  if (duplicate === null) changed.add(scene);
  else duplicates.push(duplicate);
}

/** The scene that a draft belongs to, made where there is none. */
function sceneOf(product: OpenProduct, { source, scene: draft }: FileDraft): OpenScene {
  const { kind, ids, beside } = draft;
  const own = product.sources.get(source)?.scene;
  const besides = beside.flatMap((other) => product.sources.get(other)?.scene ?? [])[0];
  const found = kind === "shared" ? product.scenes.get(ids[0] ?? "") : kind === "alone" ? own : besides;
  const known = found ?? besides ?? (kind === "companion" ? own : undefined);
  if (known !== undefined) return known;
  const id = ids.find((candidate) => !product.scenes.has(candidate)) ?? source;
  const scene: OpenScene = {
    ...factsOf(draft),
    id,
    isNew: true,
    isRetold: false,
    slots: new Map(),
    freeRows: [],
  };
  product.scenes.set(id, scene);
  return scene;
}

/** Other facts of a scene, for all of its rows. */
function tell(scene: OpenScene, facts: SceneFacts): void {
  const told = factsOf(facts);
  if (isDeepStrictEqual(told, factsOf(scene))) return;
  Object.assign(scene, told);
  scene.isRetold = true;
}

/** Take the files of an older processing away; a scene that never said its version keeps what it has. */
function supersede(product: OpenProduct, scene: OpenScene, facts: SceneFacts): void {
  const isOlder = scene.version !== "";
  tell(scene, facts);
  if (!isOlder) return;
  for (const [open, slot] of [...scene.slots]) {
    for (const file of slot.files.keys()) if (slot.files[file]) detach(product, { open, slot, file, scene });
  }
}
