import type { Session } from "../../src/icechunk/index.js";
import { openProducts } from "../../src/staging/changes.js";
import { readDrafts } from "../../src/staging/read-drafts.js";
import type { FileDraft } from "../../src/warehouse/file-draft.js";
import { openWarehouse } from "../../src/warehouse/warehouse.js";

/** The newest session of a warehouse, or that at a version. */
export async function sessionOf(warehouse: string, at?: string): Promise<Session> {
  return (await openWarehouse(warehouse, { at })).session;
}

/** Drafts of every file of a product, read back from a warehouse, in the order of ingest. */
export async function draftsOf(warehouse: string, productId: string): Promise<FileDraft[]> {
  const session = await sessionOf(warehouse);
  const product = (await openProducts(session, [productId])).get(productId);
  const known = [...(product?.sources.values() ?? [])].sort((a, b) => a.slot.scene - b.slot.scene || a.file - b.file);
  return readDrafts(session, known);
}
