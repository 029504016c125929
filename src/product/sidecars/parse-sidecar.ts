import type { SidecarFormat } from "../product-profile.js";
import { parseLandsatMtlJson, parseLandsatMtlText } from "./landsat-mtl.js";
import { parsePlanetJson } from "./planet-json.js";
import type { SceneMetadata } from "./scene-metadata.js";
import { parseSentinel2Product, parseSentinel2Tile } from "./sentinel2-xml.js";

/** No sidecar is longer: a reader need not fetch more of a file that claims to be one. */
export const MAX_SIDECAR_BYTES = 16_000_000;

const parsers: Readonly<Record<SidecarFormat, (text: string, source: string) => SceneMetadata>> = {
  landsat_mtl_text: parseLandsatMtlText,
  landsat_mtl_json: parseLandsatMtlJson,
  sentinel2_product_xml: parseSentinel2Product,
  sentinel2_tile_xml: parseSentinel2Tile,
  planet_json: parsePlanetJson,
};

/**
 * What a sidecar's text says of its scene.
 *
 * @param source What errors call it: its path.
 * @throws CorruptDataError where the text is not of the format.
 */
export function parseSidecar(format: SidecarFormat, text: string, source: string): SceneMetadata {
  return parsers[format](text, source);
}
