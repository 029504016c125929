import type { Json } from "../errors.js";

/** A STAC Item of version 1.1, as JSON. */
export interface StacItem {
  type: "Feature";
  stac_version: "1.1.0";
  stac_extensions: string[];
  id: string;
  /** Where the scene lies, in longitude and latitude; null without georeference. */
  geometry: StacGeometry | null;
  /** [west, south, east, north]; west > east across the antimeridian. Absent without georeference. */
  bbox?: number[];
  properties: { datetime: string } & Record<string, Json>;
  links: { rel: string; href: string; type?: string; title?: string }[];
  assets: Record<string, StacItemAsset>;
  collection?: string;
}

/** Rings run counterclockwise; across the antimeridian there is a part on either side of it (RFC 7946). */
export type StacGeometry =
  | { type: "Polygon"; coordinates: number[][][] }
  | { type: "MultiPolygon"; coordinates: number[][][][] };

/** A file of an item, with its bands. */
export interface StacItemAsset extends Record<string, Json> {
  href: string;
  type: string;
  roles: string[];
}
