import { pathToFileURL } from "node:url";
import type { Json } from "../errors.js";
import { affineBounds } from "../geo/affine.js";
import type { Crs } from "../geo/crs.js";
import { objectName, type StoredObject } from "../store/index.js";
import type { Stack } from "../warehouse/stack.js";
import type { SceneFile } from "./scene-files.js";
import type { StacItemAsset } from "./stac-item.js";

/** STAC's common names of a product's bands. */
export type CommonNames = ReadonlyMap<string, string>;

/** The names that the eo extension (2.0) knows; others would make an item invalid. */
const vocabulary = new Set(
  (
    "pan coastal blue green green05 yellow red rededge rededge071 rededge075 rededge078 nir nir08 nir09 cirrus " +
    "swir16 swir22 lwir lwir11 lwir12"
  ).split(" "),
);

/** A file as an asset: where it lies, its grid, and its bands in the file's order. */
export function fileAsset(file: SceneFile, commonNames: CommonNames): StacItemAsset {
  const { stack, transform, width, height, sizeBytes } = file;
  return {
    href: hrefOfObject(file.object),
    type: mediaType(file),
    roles: ["data"],
    ...projection(stack.crs),
    "proj:shape": [height, width],
    ...(transform !== null && {
      "proj:transform": [...transform],
      "proj:bbox": affineBounds(transform, width, height),
    }),
    "file:size": sizeBytes,
    bands: file.bands.map((band) => bandOf(stack, band, commonNames)),
  };
}

function mediaType({ stack, transform }: SceneFile): string {
  if (transform === null) return "image/tiff";
  const isTiled = stack.levels[0]?.layout === "tiled";
  return `image/tiff; application=geotiff${isTiled ? "; profile=cloud-optimized" : ""}`;
}

function bandOf(stack: Stack, band: number, commonNames: CommonNames): { [key: string]: Json } {
  const name = stack.bands[band] ?? "";
  const commonName = commonNames.get(name) ?? "";
  const [scale, offset] = [stack.scale[band] ?? 1, stack.offset[band] ?? 0];
  return {
    name,
    data_type: stack.dtype,
    ...(stack.nodata !== null && { nodata: nodataOf(stack.nodata) }),
    ...(vocabulary.has(commonName) && { "eo:common_name": commonName }),
    ...((scale !== 1 || offset !== 0) && { "raster:scale": scale, "raster:offset": offset }),
  };
}

/** STAC writes "inf" and "-inf"; a number that JSON cannot hold exactly is the nearest one. */
function nodataOf(nodata: number | string): number | string {
  if (typeof nodata === "number" || nodata === "nan") return nodata;
  return /Infinity$/.test(nodata) ? nodata.replace("Infinity", "inf") : Number(nodata);
}

function projection(crs: Crs | null): { [key: string]: Json } {
  if (crs === null) return {};
  if (crs.code !== null) return { "proj:code": crs.code };
  const text = crs.definition?.trim() ?? "";
  if (text.startsWith("{")) return { "proj:code": null, "proj:projjson": JSON.parse(text) as Json };
  return /^[A-Z]+CRS\b/.test(text) ? { "proj:code": null, "proj:wkt2": text } : { "proj:code": null };
}

function hrefOfObject({ store, key }: StoredObject): string {
  // A web store's own URL is encoded already, its keys are not.
  if (/^https?:/i.test(store.url)) return `${store.url}/${key.split("/").map(encodeURIComponent).join("/")}`;
  return hrefOfPlace(objectName({ store, key }));
}

/** A path or a location as a URL that others know too: Azure's blobs by their address on the web. */
export function hrefOfPlace(place: string): string {
  const [, scheme = "", rest = ""] = /^([a-z][a-z0-9+.-]+):\/\/(.*)$/is.exec(place) ?? [];
  if (scheme === "") return pathToFileURL(place).href;
  if (scheme !== "az") return place;
  const [account, ...segments] = rest.split("/");
  return `https://${account}.blob.core.windows.net/${segments.map(encodeURIComponent).join("/")}`;
}
