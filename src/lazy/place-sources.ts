import { type ByteStore, FileStore } from "../store/index.js";
import { describeStore } from "../store/pass-through.js";
import type { OpenSource } from "./block-reader.js";
import type { SourcePlace } from "./thread-messages.js";

/** Sources as a thread finds them, and the stores that it asks for those that are no local files. */
export function placeSources(sources: readonly OpenSource[]): { stores: ByteStore[]; places: SourcePlace[] } {
  const stores = [...new Set(sources.map(({ store }) => store))].filter((store) => !(store instanceof FileStore));
  const numbers = new Map(stores.map((store, i) => [store, i]));
  const places = sources.map(({ store, key, planned }): SourcePlace => {
    const folder = store instanceof FileStore ? store.folder : null;
    return { folder, store: numbers.get(store) ?? -1, described: describeStore(store), key, planned };
  });
  return { stores, places };
}
