import { isDeepStrictEqual } from "node:util";
import type { Session } from "../icechunk/index.js";
import { ingestedProduct } from "../ingest/products/product-facts.js";
import { isUnchanged } from "../warehouse/known-sources.js";
import { type KnownSource, type OpenProduct, type OpenScene, openProduct } from "../warehouse/open-product.js";
import { bandHolder } from "../warehouse/place-file.js";
import { productIds, productJson, readProduct, type StoredProduct } from "../warehouse/product.js";
import { factsOf, type SceneFacts } from "../warehouse/scene-facts.js";
import type { SlotFile } from "../warehouse/slots.js";
import type { PairSessions } from "./merge-base.js";
import { mergeFacts } from "./merge-facts.js";
import { namerOf, sourcesOf } from "./read-drafts.js";

/** Every product of a snapshot, by its id. */
export type OpenProducts = ReadonlyMap<string, OpenProduct>;

/** A file of one branch that the other does not take. */
export interface LeftOutFile {
  /** Location as references hold it. */
  source: string;
  reason: string;
}

/** What of a product a branch has that the branch it is merged into has not. */
export interface ProductChanges {
  productId: string;
  /** As the branch has it. */
  product: OpenProduct;
  /** As the branch that it is merged into has it. */
  into: OpenProduct;
  /** What the branch says of the product, less what the other branch knows better; see {@link mergeFacts}. */
  facts: StoredProduct;
  /** Files that are new, or in another state, scene by scene in the order of ingest. */
  files: KnownSource[];
  /** Of the scenes of `files` of which the branch learned nothing itself: what the other branch knows of them. */
  keptFacts: ReadonlyMap<OpenScene, SceneFacts>;
  /** Locations of files that the branch forgot. */
  gone: string[];
  /** Scenes of the branch that the other does not have. */
  added: OpenScene[];
  /** Scenes of both that get files. */
  updated: OpenScene[];
  /** Scenes of the other branch that lose files. */
  pruned: OpenScene[];
  /** Those of them that are no longer there. */
  dropped: OpenScene[];
  leftOut: LeftOutFile[];
}

/** What a snapshot has of the named products; of those that it does not have, nothing. */
export async function openProducts(session: Session, ids: Iterable<string>): Promise<OpenProducts> {
  const products = new Map<string, OpenProduct>();
  for (const productId of ids) {
    const given = readProduct(session, productId) ?? ingestedProduct({ productId, drafts: [] });
    products.set(productId, await openProduct(session, given));
  }
  return products;
}

/** Ids of the products of several snapshots, sorted. */
export function productsOf(...sessions: readonly Session[]): string[] {
  return [...new Set(sessions.flatMap((session) => productIds(session)))].sort();
}

/** {@link stagedChanges} of three snapshots. */
export async function changesBetween({ base, tip, into }: PairSessions): Promise<ProductChanges[]> {
  const ids = productsOf(base, tip, into);
  return stagedChanges(await openProducts(base, ids), await openProducts(tip, ids), await openProducts(into, ids));
}

/**
 * What merging a branch changes in another, file by file: what the branch did to a file since both were one, unless the
 * other has it already, or has the file in a newer state.
 *
 * @param base what both branches came from
 */
export function stagedChanges(base: OpenProducts, tip: OpenProducts, into: OpenProducts): ProductChanges[] {
  const changes: ProductChanges[] = [];
  for (const [productId, product] of tip) {
    const [before, other] = [base.get(productId), into.get(productId)];
    if (before === undefined || other === undefined) continue;
    const own = productChanges(productId, before, product, other);
    const hasFiles = own.files.length + own.gone.length + own.leftOut.length > 0;
    if (hasFiles || !isSameProduct(own.facts, other.facts)) changes.push(own);
  }
  return changes;
}

function productChanges(productId: string, base: OpenProduct, product: OpenProduct, into: OpenProduct): ProductChanges {
  const files: KnownSource[] = [];
  const leftOut: LeftOutFile[] = [];
  const gone: string[] = [];
  for (const [source, known] of base.sources) {
    const other = fileOf(into.sources.get(source));
    if (product.sources.has(source) || other === null || isSuperseded(known.scene, product)) continue;
    if (isSame(other, fileOf(known))) gone.push(source);
    else leftOut.push({ source, reason: "forgotten in the branch, but changed in the other one since" });
  }
  const forgotten = new Set(gone);
  for (const [source, known] of product.sources) {
    const [own, before, other] = [fileOf(known), fileOf(base.sources.get(source)), fileOf(into.sources.get(source))];
    if (own === null || isSame(own, before) || isSame(own, other)) continue;
    // Both changed it: the newer state stays.
    const isNewer = other === null || isSame(other, before) || own.modifiedMs > other.modifiedMs;
    const reason = isNewer ? whyNotTaken(known, into, forgotten) : "the other branch has a newer state of it";
    if (reason === null) files.push(known);
    else leftOut.push({ source, reason });
  }
  const isSilent = isSameProduct(product.facts, base.facts);
  const facts = isSilent ? into.facts : mergeFacts(base.facts, product.facts, into.facts);
  const scenes = scenesOf(product, into, files, gone);
  const keptFacts = factsToKeep(base, into, files);
  return { productId, product, into, facts, files: inOrder(files), keptFacts, gone, leftOut, ...scenes };
}

function factsToKeep(base: OpenProduct, into: OpenProduct, files: readonly KnownSource[]): Map<OpenScene, SceneFacts> {
  const kept = new Map<OpenScene, SceneFacts>();
  for (const scene of new Set(files.map((known) => known.scene))) {
    const [before, other] = [sceneIn(base, scene), sceneIn(into, scene)];
    const isSilent = before !== null && isDeepStrictEqual(factsOf(before), factsOf(scene));
    if (isSilent && other !== null) kept.set(scene, factsOf(other));
  }
  return kept;
}

/** Why a file of the branch has no place in the other one; null where it has one. */
function whyNotTaken(known: KnownSource, into: OpenProduct, forgotten: ReadonlySet<string>): string | null {
  const { scene } = known;
  const other = sceneIn(into, scene);
  if (other === null || other.version < scene.version) return null;
  if (other.version > scene.version) return `the other branch has a newer processing of ${other.id}`;
  const own = { source: fileOf(known)?.source ?? "", bands: bandsOf(known) };
  const kept = bandHolder(other, own);
  return kept === null || forgotten.has(kept) ? null : `${other.id} has ${own.bands.join(", ")} from ${kept}`;
}

/** The scene of a product that files of another branch's scene come to; null where they make a new one. */
function sceneIn(product: OpenProduct, scene: OpenScene): OpenScene | null {
  const holder = sourcesOf(scene).find((source) => product.sources.has(source));
  if (holder !== undefined) return product.sources.get(holder)?.scene ?? null;
  // What has the name of one of its files is not what another file of that name is.
  return namerOf(scene) === null ? (product.scenes.get(scene.id) ?? null) : null;
}

function bandsOf({ open: { stack }, file }: KnownSource): readonly string[] {
  return stack.fileOf === "scene" ? stack.bands : stack.bands.slice(file, file + 1);
}

function fileOf(known: KnownSource | undefined): SlotFile | null {
  return known?.slot.files[known.file] ?? null;
}

function isSameProduct(one: StoredProduct, other: StoredProduct): boolean {
  return isDeepStrictEqual(productJson(one), productJson(other));
}

function isSame(one: SlotFile, other: SlotFile | null): boolean {
  return other !== null && isUnchanged(one, other);
}

/** True where a newer processing took the place of all files of a scene: that will do so again. */
function isSuperseded({ id, version }: OpenScene, { scenes }: OpenProduct): boolean {
  return (scenes.get(id)?.version ?? "") > version;
}

/** Scene by scene, in the order in which their first rows came. */
function inOrder(files: readonly KnownSource[]): KnownSource[] {
  const first = new Map<OpenScene, number>();
  for (const { scene, slot } of files) first.set(scene, Math.min(first.get(scene) ?? slot.scene, slot.scene));
  const place = ({ scene }: KnownSource) => first.get(scene) ?? 0;
  return [...files].sort((a, b) => place(a) - place(b) || a.slot.scene - b.slot.scene || a.file - b.file);
}

function scenesOf(
  product: OpenProduct,
  into: OpenProduct,
  files: readonly KnownSource[],
  gone: readonly string[],
): Pick<ProductChanges, "added" | "updated" | "pruned" | "dropped"> {
  const changed = [...new Set(files.map(({ scene }) => scene))];
  const pruned = [...new Set(gone.flatMap((source) => into.sources.get(source)?.scene ?? []))];
  return {
    added: changed.filter((scene) => sceneIn(into, scene) === null),
    updated: changed.filter((scene) => sceneIn(into, scene) !== null),
    pruned,
    dropped: pruned.filter(({ id }) => !product.scenes.has(id)),
  };
}

/** How many scenes changes are about. */
export function changedSceneCount({ added, updated, pruned }: ProductChanges): number {
  return added.length + new Set([...updated, ...pruned].map(({ id }) => id)).size;
}
