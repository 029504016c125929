import type { SidecarFormat } from "../../product/product-profile.js";
import type { Sidecar } from "./file-part.js";

/** The formats, those first whose facts count where several say the same: a tile is sensed at its own moment of a product. */
const FORMATS: readonly SidecarFormat[] = [
  "sentinel2_tile_xml",
  "sentinel2_product_xml",
  "landsat_mtl_json",
  "landsat_mtl_text",
  "planet_json",
];

/** Formats that say nothing beyond what another one says. */
const SAME_AS: Partial<Record<SidecarFormat, SidecarFormat>> = { landsat_mtl_text: "landsat_mtl_json" };

/** Those of a scene's sidecars that are read, in the order in which they count. */
export function sidecarsToRead(all: readonly Sidecar[]): Sidecar[] {
  const formats = new Set(all.map(({ format }) => format));
  const isNeeded = ({ format }: Sidecar) => !formats.has(SAME_AS[format] ?? ("" as SidecarFormat));
  return all.filter(isNeeded).sort((a, b) => FORMATS.indexOf(a.format) - FORMATS.indexOf(b.format));
}
