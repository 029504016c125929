import type { Json } from "../errors.js";
import { type Affine, affineBounds, scaleAffine } from "../geo/affine.js";
import type { Crs } from "../geo/crs.js";

/** Attributes of a Zarr node. */
export type Attributes = Record<string, Json>;

/** Registrations of the Zarr conventions in use, version 1 of each, as their own pages ask for. */
const CONVENTIONS = {
  spatial: registration("spatial", "689b58e2-cf7b-45e0-9fff-9cfc0883d6b4", "Spatial coordinate information"),
  geoProj: registration("geo-proj", "f17cb550-5864-4468-aeb7-f3180cfb622f", "Coordinate reference system information"),
  multiscales: registration(
    "multiscales",
    "d35379db-88df-4056-af3a-620245f8e347",
    "Multiscale layout of zarr datasets",
  ),
};

function registration(name: string, uuid: string, description: string): Attributes {
  const base = `zarr-conventions/${name}`;
  return {
    schema_url: `https://raw.githubusercontent.com/${base}/refs/tags/v1/schema.json`,
    spec_url: `https://github.com/${base}/blob/v1/README.md`,
    uuid,
    name: name === "geo-proj" ? "proj:" : name === "spatial" ? "spatial:" : name,
    description,
  };
}

/** One resolution of a pyramid: where it lies and how large it is. */
export interface GridLevel {
  /** Name of the array, relative to the group. */
  asset: string;
  width: number;
  height: number;
}

/**
 * The conventions `spatial`, `geo-proj` and `multiscales` for a group whose arrays share one grid and its overviews.
 *
 * `transform` belongs to the first level (pixel corner); overview transforms keep its outer edges. With `transform`
 * null, where no two time steps need share a grid, only the CRS is said.
 */
export function gridAttributes(crs: Crs | null, transform: Affine | null, levels: readonly GridLevel[]): Attributes {
  const conventions: Attributes[] = [];
  const attributes: Attributes = {};
  if (crs !== null) {
    conventions.push(CONVENTIONS.geoProj);
    Object.assign(attributes, crsAttributes(crs));
  }
  const [full] = levels;
  if (transform !== null && full !== undefined) {
    conventions.push(CONVENTIONS.spatial, CONVENTIONS.multiscales);
    Object.assign(attributes, {
      "spatial:dimensions": ["y", "x"],
      "spatial:registration": "pixel",
      "spatial:transform": [...transform],
      "spatial:shape": [full.height, full.width],
      "spatial:bbox": affineBounds(transform, full.width, full.height),
      multiscales: { layout: levels.map((level, index) => layoutEntry(transform, levels, index, level)) },
    });
  }
  return { zarr_conventions: conventions, ...attributes };
}

function crsAttributes(crs: Crs): Attributes {
  if (crs.code !== null) return { "proj:code": crs.code };
  const text = crs.definition ?? "";
  return text.trimStart().startsWith("{") ? { "proj:projjson": JSON.parse(text) } : { "proj:wkt2": text };
}

/** An overview covers exactly what the full resolution covers, so its pixels are larger by the ratio of the sizes. */
function layoutEntry(transform: Affine, levels: readonly GridLevel[], index: number, level: GridLevel): Attributes {
  const finer = levels[index - 1];
  const full = levels[0] ?? level;
  const placed = {
    "spatial:shape": [level.height, level.width],
    "spatial:transform": [...scaleAffine(transform, full.width / level.width, full.height / level.height)],
  };
  if (finer === undefined) return { asset: level.asset, transform: { scale: [1, 1] }, ...placed };
  const scale = [finer.height / level.height, finer.width / level.width];
  return { asset: level.asset, derived_from: finer.asset, transform: { scale }, ...placed };
}

/**
 * Attributes of CF's grid mapping variable `spatial_ref`, in the form GDAL and rioxarray read (`spatial_ref` and
 * `GeoTransform`, in GDAL's order of coefficients).
 */
export function gridMappingAttributes(crs: Crs, transform: Affine | null): Attributes {
  const text = crs.code ?? crs.definition ?? "";
  const attributes: Attributes = { spatial_ref: text };
  if (crs.code === null) attributes.crs_wkt = text;
  if (transform !== null) {
    const [a, b, c, d, e, f] = transform;
    attributes.GeoTransform = [c, a, b, f, d, e].join(" ");
  }
  return attributes;
}
