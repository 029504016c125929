import type { Affine } from "../geo/affine.js";
import type { Crs } from "../geo/crs.js";

/** A band of an asset, by whichever version of STAC; null where nothing is said. */
export interface StacBand {
  name: string | null;
  /** Of the eo extension: "red", "nir08". */
  commonName: string | null;
  scale: number | null;
  offset: number | null;
  /** A number, or "nan", "inf", "-inf" as the raster extension writes those. */
  nodata: number | string | null;
  /** "uint16", "float32" … */
  dataType: string | null;
}

/** The grid that an item claims for an asset; null where it claims nothing. */
export interface StacGrid {
  crs: Crs | null;
  transform: Affine | null;
  width: number | null;
  height: number | null;
}

/** A file of an item. */
export interface StacAsset {
  key: string;
  /** A path, or a URL: relative ones are resolved against the item. */
  href: string;
  mediaType: string | null;
  roles: readonly string[];
  /** At least one; an asset that says nothing of its bands has one without a name. */
  bands: readonly StacBand[];
  grid: StacGrid;
  /** null where the file extension is not used. */
  sizeBytes: number | null;
}

/** What a STAC item says of a scene. */
export interface StacScene {
  id: string;
  /** null for an item of no collection. */
  collection: string | null;
  /** `datetime`, else `start_datetime`: milliseconds since 1970-01-01 UTC. */
  timeMs: number;
  /** Percent; null where unknown, as all that follows. */
  cloudCover: number | null;
  /** Degrees clockwise from north. */
  sunAzimuth: number | null;
  /** Degrees above the horizon. */
  sunElevation: number | null;
  /** Processing baseline or version. */
  baseline: string | null;
  /** Name of ESA's product that the item was made of, which tells acquisition and baseline. */
  productUri: string | null;
  /** True where the archive has added the bands' offset to the pixels, so that it must not be added again. */
  isOffsetApplied: boolean | null;
  /** When the item was last changed. */
  updatedMs: number | null;
  /** The document it comes from, as people know it. */
  source: string;
  assets: readonly StacAsset[];
}
