import {
  array,
  boolean,
  exactOptional,
  integer,
  literal,
  maxLength,
  maxValue,
  minEntries,
  minLength,
  minValue,
  nullable,
  number,
  optional,
  picklist,
  pipe,
  record,
  regex,
  strictObject,
  string,
  tuple,
} from "valibot";
import type { DType } from "../ndarray/dtype.js";

/** Longest text of a profile: names, titles, patterns. A pattern that needs more wants to be two rules. */
const MAX_TEXT = 1000;
/** Most bands of a set, naming rules, cloud rules: sixty-four times what the longest built-in profile has. */
const MAX_ENTRIES = 2048;

const text = pipe(string(), minLength(1), maxLength(MAX_TEXT));
const texts = pipe(array(text), maxLength(MAX_ENTRIES));
const positive = pipe(number(), minValue(Number.MIN_VALUE), maxValue(Number.MAX_VALUE));
const finite = pipe(number(), minValue(-Number.MAX_VALUE), maxValue(Number.MAX_VALUE));
const bit = pipe(number(), integer(), minValue(0), maxValue(63));

/** What a band holds: measurements, flags and figures about them, or what takes pixels away. */
export const bandRoles = ["data", "quality", "mask"] as const;

/** Pixel types that a profile may hint at: those of the NdArray. */
const dtypes = [
  "uint8",
  "int8",
  "uint16",
  "int16",
  "uint32",
  "int32",
  "uint64",
  "int64",
  "float16",
  "float32",
  "float64",
] as const satisfies readonly DType[];

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
const offsetSince = strictObject({
  version: text,
  date: pipe(string(), regex(/^\d{4}-\d{2}-\d{2}$/, "a date such as 2022-01-25")),
  offset: finite,
});

const band = strictObject({
  /** The provider's own name: "B04", "SR_B4". Names are unique in a band set. */
  name: text,
  /** STAC's common name (eo extension 2.0): "red", "nir08"; null where the vocabulary has none. Unique in a band set. */
  commonName: optional(nullable(text), null),
  /** Other names that files and people use. Case does not matter in any of them. */
  aliases: optional(texts, () => []),
  role: optional(picklist(bandRoles), "data"),
  /** Centre, in nanometres; null where it has none. */
  wavelengthNm: optional(nullable(positive), null),
  /** Full width at half maximum, in nanometres. */
  fwhmNm: optional(nullable(positive), null),
  /** Size of the pixels as delivered, in metres; null where it varies. */
  resolutionM: optional(nullable(positive), null),
  /** Pixel type as delivered; a hint, the file decides. */
  dtype: optional(nullable(picklist(dtypes)), null),
  /** value = scale · pixel + offset. */
  scale: optional(finite, 1),
  offset: optional(finite, 0),
  /** In place of `offset` for newer files; null where it never changed. */
  offsetSince: optional(nullable(offsetSince), null),
  /** Pixel value that means none, where the files do not declare it themselves. */
  nodata: optional(nullable(finite), null),
  /** True where a scene is whole without it. */
  optional: optional(boolean(), false),
});

/**
 * How a path tells what a file is. `file` and `folder` are regular expressions over a whole name, whatever its case.
 *
 * Groups they name are put together by the templates (`"{sensor}_{tile}"`). Some are read as they are: `band`;
 * `resolution` in metres; `year` with `month` and `day` or with `doy`, and `hour`, `minute`, `second`, `fraction`, in UTC.
 * A group that both name must say the same in both. `{stem}` is the file's name and `{path}` the whole path, without
 * ending; `{folder}` the path up to the name, `/` included.
 */
const naming = strictObject({
  /** The file's name, folders left out. */
  file: text,
  /** The nearest folder with such a name, which must exist; null where folders do not matter. */
  folder: optional(nullable(text), null),
  /** Template of the scene's id: one acquisition in one processing version. */
  scene: text,
  /** Template of what the versions of a scene share; null where the id is that. */
  acquisition: optional(nullable(text), null),
  /** Template of the tile, or path and row. */
  tile: optional(nullable(text), null),
  /** Template of the processing version: its numbers are compared, then its letters. */
  version: optional(nullable(text), null),
  /** Template of the processing baseline, which offsets depend on. */
  baseline: optional(nullable(text), null),
  /** The set that band names are looked up in; null for the first. */
  bandSet: optional(nullable(text), null),
  /** The file's bands in order; null where a group `band` names the one it holds, or the file itself must tell. */
  bands: optional(nullable(pipe(texts, minLength(1))), null),
  /** The format of a file that holds metadata, not pixels; null for pixels. */
  sidecar: optional(nullable(picklist(sidecarFormats)), null),
  /** True where this archive has added the offset to the pixels already. */
  offsetApplied: optional(boolean(), false),
});

const maskRule = strictObject({
  /** The band that holds the flags or classes, as the files hold it: scale and offset never apply to it. */
  band: text,
  /** Bits of which one is enough, counted from 0, the lowest. */
  bits: exactOptional(pipe(array(bit), minLength(1), maxLength(64))),
  /** Lowest and highest bit of a field whose number `values` lists. */
  bitRange: exactOptional(tuple([bit, bit])),
  /** Values that are taken away. */
  values: exactOptional(pipe(array(finite), minLength(1), maxLength(MAX_ENTRIES))),
  /** Pixels no further away than this, centre to centre, are taken away too; in units of the CRS. */
  growMetres: exactOptional(pipe(finite, minValue(0))),
});

/** What a profile's JSON must be. What parts say of each other is checked by `parseProfile`. */
export const profileSchema = strictObject({
  /** Version of this form of profile. */
  profileVersion: literal(1),
  /** The product's id: a warehouse keeps the product under it. */
  id: text,
  title: text,
  provider: optional(nullable(text), null),
  /** `fixed` where scenes come on a fixed set of grids, so that each grid has a stack of its own. */
  tiling: optional(picklist(["fixed", "free"]), "free"),
  /** True where its rules fit nearly any name: then it is tried only when it is asked for. */
  onlyWhenNamed: optional(boolean(), false),
  /** Bands by sensor: sensors of one product may name different bands alike. The first is the default. */
  bandSets: pipe(record(text, pipe(array(band), maxLength(MAX_ENTRIES))), minEntries(1)),
  /** Tried in order; the first that fits decides. */
  namings: pipe(array(naming), minLength(1), maxLength(MAX_ENTRIES)),
  /** What finds clouds: rules on its bands. */
  cloudRules: optional(pipe(array(maskRule), maxLength(MAX_ENTRIES)), () => []),
});
