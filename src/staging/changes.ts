import { isDeepStrictEqual } from "node:util";
import type { Session } from "../icechunk/index.js";
import { ingestedProduct } from "../ingest/products/product-facts.js";
import { isUnchanged } from "../warehouse/known-sources.js";
import { type KnownSource, type OpenProduct, type OpenScene, openProduct } from "../warehouse/open-product.js";
import { productIds, productJson, readProduct, type StoredProduct } from "../warehouse/product.js";
import type { SlotFile } from "../warehouse/slots.js";
import type { PairSessions } from "./merge-base.js";

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
  /** What is to be known of the product: the branch's word where it said something new, else what is known already. */
  facts: StoredProduct;
  /** Files that are new, or in another state, scene by scene in the order of ingest. */
  files: KnownSource[];
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
  for (const [source, known] of product.sources) {
    const [own, before, other] = [fileOf(known), fileOf(base.sources.get(source)), fileOf(into.sources.get(source))];
    if (own === null || isSame(own, before) || isSame(own, other)) continue;
    // Both changed it: the newer state stays.
    const isNewer = other === null || isSame(other, before) || own.modifiedMs > other.modifiedMs;
    if (isNewer) files.push(known);
    else leftOut.push({ source, reason: "the other branch has a newer state of it" });
  }
  const gone: string[] = [];
  for (const [source, known] of base.sources) {
    const other = fileOf(into.sources.get(source));
    if (product.sources.has(source) || other === null || isSuperseded(known.scene, product)) continue;
    if (isSame(other, fileOf(known))) gone.push(source);
    else leftOut.push({ source, reason: "forgotten in the branch, but changed in the other one since" });
  }
  const facts = isSameProduct(product.facts, base.facts) ? into.facts : product.facts;
  const scenes = scenesOf(product, into, files, gone);
  return { productId, product, into, facts, files: inOrder(files), gone, leftOut, ...scenes };
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
    added: changed.filter(({ id }) => !into.scenes.has(id)),
    updated: changed.filter(({ id }) => into.scenes.has(id)),
    pruned,
    dropped: pruned.filter(({ id }) => !product.scenes.has(id)),
  };
}

/** How many scenes changes are about. */
export function changedSceneCount({ added, updated, pruned }: ProductChanges): number {
  return added.length + new Set([...updated, ...pruned].map(({ id }) => id)).size;
}
