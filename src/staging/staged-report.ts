import { pixelSize } from "../geo/affine.js";
import { crsText } from "../geo/crs.js";
import type { Repository } from "../icechunk/index.js";
import { MAIN_BRANCH } from "../warehouse/branches.js";
import type { OpenProduct, OpenScene, OpenStack } from "../warehouse/open-product.js";
import { openRepository, openWarehouseStore } from "../warehouse/open-repository.js";
import { openSourceStores } from "../warehouse/sources.js";
import { stackKey } from "../warehouse/stack.js";
import { type Warehouse, warehouseAt } from "../warehouse/warehouse.js";
import { changesBetween, type LeftOutFile, type ProductChanges } from "./changes.js";
import { compareBands, compareTypes, type StagedBand } from "./compare-bands.js";
import {
  type CloudCover,
  cloudCoverOf,
  compareDates,
  compareGrids,
  type StagedDates,
  type StagedGrid,
} from "./compare-scenes.js";
import { type DuplicateScene, findSameContents, findSamePlaces } from "./duplicates.js";
import { openPair, pairBranches } from "./merge-base.js";
import type { OddScene } from "./odd-scenes.js";
import { type ReportScene, reportScene } from "./report-scene.js";

export interface StagedReportOptions {
  /** Branch that the scenes are compared with. Default `main`. */
  into?: string;
  /** Look at pixels too: a coarse overview of each scene. Default true. */
  pixels?: boolean;
  signal?: AbortSignal;
}

/** A stack that staged scenes lie in. */
export interface StagedStack {
  name: string;
  kind: "exact" | "free";
  /** True where the other branch has no such stack. */
  isNew: boolean;
  /** Staged scenes in it. */
  scenes: number;
  bands: readonly string[];
  dtype: string;
  crs: string | null;
  /** Width of a pixel in units of the CRS; null without georeference, and in a free stack. */
  pixelSize: number | null;
  width: number;
  height: number;
}

/** What is staged of a product, beside its earlier scenes. */
export interface StagedProduct {
  productId: string;
  /** True where there is no earlier scene. */
  isNew: boolean;
  /** Ids of scenes that would come in, in the order of ingest. */
  added: string[];
  /** Of those that would get files, or lose some. */
  updated: string[];
  /** Of those that would no longer be there. */
  dropped: string[];
  /** Scenes of the other branch that stay as they are. */
  earlier: number;
  stacks: StagedStack[];
  grids: StagedGrid[];
  dates: StagedDates;
  duplicates: DuplicateScene[];
  cloudCover: { staged: CloudCover; earlier: CloudCover };
  /** Where pixels were not looked at, sample types alone. */
  bands: StagedBand[];
  /** Scenes by their pixels that are not like the earlier ones; [] where pixels were not looked at. */
  odd: OddScene[];
  /** Files that a merge would not take, and why. */
  leftOut: LeftOutFile[];
}

/** What a branch would bring. The same object is printed by `pixelquery merge --dry-run --json`. */
export interface StagedReport {
  warehouse: string;
  branch: string;
  snapshot: string;
  into: { branch: string; snapshot: string };
  /** True where the other branch has not moved since. */
  isFastForward: boolean;
  /** True where pixels were looked at. */
  pixels: boolean;
  products: StagedProduct[];
}

/**
 * What is staged on a branch, held against the earlier scenes of the same product: grids, types, dates, duplicates, clouds,
 * and from a few pixels of each scene its values. Nothing is written.
 *
 * @throws NotFoundError where there is no such warehouse or branch.
 *
 * @example
 * const { products } = await stagedReport("./warehouse", "staging");
 * for (const { scene, reason } of products.flatMap(({ odd }) => odd)) console.log(scene, reason);
 */
export async function stagedReport(
  location: string,
  branch: string,
  { into = MAIN_BRANCH, pixels = true, signal }: StagedReportOptions = {},
): Promise<StagedReport> {
  const repository = await openRepository(openWarehouseStore(location));
  const pair = await pairBranches(repository, branch, into, { signal });
  const changes = pair.base === pair.tip ? [] : await changesBetween(await openPair(repository, pair, { signal }));
  const [staged, other] = await openBoth(repository, pair.tip, pair.intoTip);
  const products: StagedProduct[] = [];
  for (const change of changes) products.push(await stagedProduct(change, { staged, other, pixels, signal }));
  return {
    warehouse: location,
    branch,
    snapshot: pair.tip,
    into: { branch: into, snapshot: pair.intoTip },
    isFastForward: pair.isFastForward,
    pixels,
    products,
  };
}

async function openBoth(repository: Repository, tip: string, into: string): Promise<[Warehouse, Warehouse]> {
  const sources = await openSourceStores(repository);
  return [await warehouseAt(repository, tip, sources), await warehouseAt(repository, into, sources)];
}

interface Comparison {
  staged: Warehouse;
  other: Warehouse;
  pixels: boolean;
  signal: AbortSignal | undefined;
}

async function stagedProduct(
  change: ProductChanges,
  { staged, other, pixels, signal }: Comparison,
): Promise<StagedProduct> {
  const { productId, product, into, added, dropped, leftOut } = change;
  const touched = new Set([...change.updated, ...change.pruned].map(({ id }) => id));
  const updated = [...touched].flatMap((id) => product.scenes.get(id) ?? []);
  const changed = [...added, ...updated];
  const scenes = changed.map((scene) => reportScene(scene, staged.scenes));
  const earlier = [...into.scenes.values()]
    .filter(({ id }) => !touched.has(id))
    .map((scene) => reportScene(scene, other.scenes));
  const compared = pixels
    ? await compareBands({ warehouse: staged, scenes }, { warehouse: other, scenes: earlier }, change.facts, signal)
    : { bands: compareTypes(scenes, earlier), odd: [] };
  return {
    productId,
    isNew: into.scenes.size === 0,
    added: added.map(({ id }) => id),
    updated: updated.map(({ id }) => id),
    dropped: dropped.map(({ id }) => id),
    earlier: earlier.length,
    stacks: stacksOf(changed, into),
    grids: compareGrids(scenes, earlier),
    dates: compareDates(scenes, earlier),
    duplicates: await duplicatesOf(scenes, earlier, staged, signal),
    cloudCover: { staged: cloudCoverOf(scenes), earlier: cloudCoverOf(earlier) },
    ...compared,
    leftOut,
  };
}

/** One for each scene: the same bytes say more than the same place. */
async function duplicatesOf(
  scenes: readonly ReportScene[],
  earlier: readonly ReportScene[],
  { sources }: Warehouse,
  signal: AbortSignal | undefined,
): Promise<DuplicateScene[]> {
  const contents = await findSameContents(scenes, earlier, sources, signal);
  const found = new Set(contents.map(({ scene }) => scene));
  return [...contents, ...findSamePlaces(scenes, earlier).filter(({ scene }) => !found.has(scene))];
}

function stacksOf(scenes: readonly OpenScene[], into: OpenProduct): StagedStack[] {
  const counts = new Map<OpenStack, number>();
  for (const { slots } of scenes) for (const open of slots.keys()) counts.set(open, (counts.get(open) ?? 0) + 1);
  return [...counts].map(([{ stack }, count]) => ({
    name: stack.name,
    kind: stack.kind,
    isNew: !into.stacks.has(stackKey(stack)),
    scenes: count,
    bands: stack.bands,
    dtype: stack.dtype,
    crs: stack.crs && crsText(stack.crs),
    pixelSize: stack.transform && pixelSize(stack.transform)[0],
    width: stack.levels[0]?.width ?? 0,
    height: stack.levels[0]?.height ?? 0,
  }));
}
