import { openWarehouseStore } from "../warehouse/open-repository.js";
import { assertProductId } from "../warehouse/product.js";
import { executePlan } from "./execute-plan.js";
import type { IngestOptions } from "./ingest-options.js";
import type { IngestReport } from "./ingest-report.js";
import { listSources } from "./list-sources.js";
import { planIngest } from "./plan-ingest.js";

/**
 * Turn files into scenes of a warehouse, in one commit. No pixel is read or copied.
 *
 * Names tell which files are bands of one scene; files of no known product are a scene each. Files that are known and
 * unchanged are not opened. Files that cannot be read are listed in `failed` and the others are committed. Two ingests at
 * once lose nothing. A batch that is too large for memory is committed in several parts, each of whole scenes.
 *
 * @param source Folder, file or glob pattern, here or in a bucket, or several; `@FILE` stands for those that FILE names, one a
 *   line; or STAC: items, a catalog, a search, stac-geoparquet.
 * @throws NotFoundError where a source does not exist or holds no matching file, or no items.
 * @throws InvalidInputError, CorruptDataError where the warehouse's folder is taken or broken: it is left as it is.
 *
 * @example
 * const report = await ingest("./cogs", { warehouse: "./warehouse", productId: "drone" });
 */
export async function ingest(source: string | readonly string[], options: IngestOptions = {}): Promise<IngestReport> {
  const started = performance.now();
  const sources = typeof source === "string" ? [source] : source;
  const store = openWarehouseStore(options.warehouse ?? "./warehouse");
  if (options.productId !== undefined) assertProductId(options.productId);
  const plan = await planIngest(await listSources(store, sources, options), options);
  const done = await executePlan(store, plan, options);
  return { ...done, elapsedMs: Math.round((performance.now() - started) * 10) / 10 };
}
