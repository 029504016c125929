import type { KnownSources } from "../../warehouse/known-sources.js";
import { sourceLocation } from "../../warehouse/sources.js";
import type { Container } from "./containers.js";
import type { ScannedSources } from "./scan-sources.js";
import { pathIn } from "./source-place.js";

/**
 * Locations of known sources below the scanned folders whose files are no longer there. A file that the listing left out,
 * for a pattern did not match it, is asked for by itself; what lies elsewhere is never called gone.
 */
export async function findGone(
  known: KnownSources,
  containers: readonly Container[],
  { files, roots }: ScannedSources,
  signal?: AbortSignal,
): Promise<string[]> {
  const listed = new Set([...files.values()].map(({ file, container }) => sourceLocation(container.name, file.key)));
  const gone: string[] = [];
  for (const location of known.states.keys()) {
    if (listed.has(location)) continue;
    const place = placeOf(location, containers);
    if (place === null) continue;
    const path = pathIn(place.container.folder, place.key);
    const isBelow = roots.some(({ folder, file }) =>
      file === null ? path.startsWith(`${folder}/`) : path === pathIn(folder, file),
    );
    if (isBelow && (await place.container.store.head(place.key, { signal })) === null) gone.push(location);
  }
  return gone;
}

function placeOf(location: string, containers: readonly Container[]): { container: Container; key: string } | null {
  for (const container of containers) {
    const prefix = sourceLocation(container.name, "");
    if (!location.startsWith(prefix)) continue;
    const key = location.slice(prefix.length).split("/").map(decodeURIComponent).join("/");
    return { container, key };
  }
  return null;
}
