import type { MaskRule } from "../mask-rule.js";
import type { DType } from "../ndarray/dtype.js";

/** What a band holds: measurements, flags and figures about them, or what takes pixels away. */
export const bandRoles = ["data", "quality", "mask"] as const;

/** Sidecar files whose parsers are in `sidecars/`. */
export const sidecarFormats = [
  "landsat_mtl_text",
  "landsat_mtl_json",
  "sentinel2_product_xml",
  "sentinel2_tile_xml",
  "planet_json",
] as const;

/**
 * An offset that began with a processing baseline: from `version` on where a file tells its baseline, else from `date`
 * (ISO, the day that the baseline came into use) on.
 */
export interface OffsetSince {
  readonly version: string;
  readonly date: string;
  readonly offset: number;
}

/** A band of a profile, as people write it. */
export interface BandProfileInput {
  /** The provider's own name: "B04", "SR_B4". Names are unique in a band set. */
  readonly name: string;
  /** STAC's common name (eo extension 2.0): "red", "nir08"; null where the vocabulary has none. Unique in a band set. */
  readonly commonName?: string | null | undefined;
  /** Other names that files and people use. Case does not matter in any of them. */
  readonly aliases?: readonly string[] | undefined;
  /** Default `data`. */
  readonly role?: (typeof bandRoles)[number] | undefined;
  /** Centre, in nanometres; null where it has none. */
  readonly wavelengthNm?: number | null | undefined;
  /** Full width at half maximum, in nanometres. */
  readonly fwhmNm?: number | null | undefined;
  /** Size of the pixels as delivered, in metres; null where it varies. */
  readonly resolutionM?: number | null | undefined;
  /** Pixel type as delivered; a hint, the file decides. */
  readonly dtype?: DType | null | undefined;
  /** value = scale · pixel + offset. */
  readonly scale?: number | undefined;
  readonly offset?: number | undefined;
  /** In place of `offset` for newer files; null where it never changed. */
  readonly offsetSince?: OffsetSince | null | undefined;
  /** Pixel value that means none, where the files do not declare it themselves. */
  readonly nodata?: number | null | undefined;
  /** True where a scene is whole without it. */
  readonly optional?: boolean | undefined;
}

/**
 * How a path tells what a file is. `file` and `folder` are regular expressions over a whole name, whatever its case.
 *
 * Groups they name are put together by the templates (`"{sensor}_{tile}"`). Some are read as they are: `band`;
 * `resolution` in metres; `year` with `month` and `day` or with `doy`, and `hour`, `minute`, `second`, `fraction`, in UTC.
 * A group that both name must say the same in both. `{stem}` is the file's name and `{path}` the whole path, without
 * ending; `{folder}` the path up to the name, `/` included.
 */
export interface NamingRuleInput {
  /** The file's name, folders left out. */
  readonly file: string;
  /** The nearest folder with such a name, which must exist; null where folders do not matter. */
  readonly folder?: string | null | undefined;
  /** Template of the scene's id: one acquisition in one processing version. */
  readonly scene: string;
  /** Template of what the versions of a scene share; null where the id is that. */
  readonly acquisition?: string | null | undefined;
  /** Template of the tile, or path and row. */
  readonly tile?: string | null | undefined;
  /** Template of the processing version: its numbers are compared, then its letters. */
  readonly version?: string | null | undefined;
  /** Template of the processing baseline, which offsets depend on. */
  readonly baseline?: string | null | undefined;
  /** The set that band names are looked up in; null for the first. */
  readonly bandSet?: string | null | undefined;
  /** The file's bands in order; null where a group `band` names the one it holds, or the file itself must tell. */
  readonly bands?: readonly string[] | null | undefined;
  /** The format of a file that holds metadata, not pixels; null for pixels. */
  readonly sidecar?: SidecarFormat | null | undefined;
  /** True where this archive has added the offset to the pixels already. */
  readonly offsetApplied?: boolean | undefined;
}

/**
 * What is known of a product before its first file, as people write it in JSON: how names tell scene, band, time, tile and
 * version; bands with their wavelengths, scales and nodata; what finds clouds. What is left out has a default.
 */
export interface ProductProfileInput {
  /** Version of this form of profile. */
  readonly profileVersion: 1;
  /** The product's id: a warehouse keeps the product under it. */
  readonly id: string;
  readonly title: string;
  readonly provider?: string | null | undefined;
  /** `fixed` where scenes come on a fixed set of grids, so that each grid has a stack of its own. Default `free`. */
  readonly tiling?: "fixed" | "free" | undefined;
  /** True where its rules fit nearly any name: then it is tried only when it is asked for. */
  readonly onlyWhenNamed?: boolean | undefined;
  /** Bands by sensor: sensors of one product may name different bands alike. The first is the default. */
  readonly bandSets: Readonly<Record<string, readonly BandProfileInput[]>>;
  /** Tried in order; the first that fits decides. */
  readonly namings: readonly NamingRuleInput[];
  /** What finds clouds: rules on its bands. */
  readonly cloudRules?: readonly MaskRule[] | undefined;
}

/** Nothing is left out. */
type Completed<T> = { readonly [K in keyof T]-?: Exclude<T[K], undefined> };

/** A band of a profile. */
export type BandProfile = Completed<BandProfileInput>;

/** One way that paths of a product are written. */
export type NamingRule = Completed<NamingRuleInput>;

/** A profile with all that its author left out. */
export type ProductProfile = Completed<Omit<ProductProfileInput, "bandSets" | "namings">> & {
  readonly bandSets: Readonly<Record<string, readonly BandProfile[]>>;
  readonly namings: readonly NamingRule[];
};

/** What a file is for: measurements, figures about them, what takes pixels away, or metadata beside the pixels. */
export type FileRole = BandProfile["role"] | "sidecar";

/** Sidecar files that can be parsed. */
export type SidecarFormat = (typeof sidecarFormats)[number];
