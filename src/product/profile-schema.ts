import {
  array,
  boolean,
  exactOptional,
  type GenericSchema,
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
import { bandRoles, type ProductProfile, type ProductProfileInput, sidecarFormats } from "./product-profile.js";

/** Longest text of a profile: names, titles, patterns. A pattern that needs more wants to be two rules. */
const MAX_TEXT = 1000;
/** Most bands of a set, naming rules, cloud rules: sixty-four times what the longest built-in profile has. */
const MAX_ENTRIES = 2048;

const text = pipe(string(), minLength(1), maxLength(MAX_TEXT));
const texts = pipe(array(text), maxLength(MAX_ENTRIES));
const positive = pipe(number(), minValue(Number.MIN_VALUE), maxValue(Number.MAX_VALUE));
const finite = pipe(number(), minValue(-Number.MAX_VALUE), maxValue(Number.MAX_VALUE));

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

const offsetSince = strictObject({
  version: text,
  date: pipe(string(), regex(/^\d{4}-\d{2}-\d{2}$/, "a date such as 2022-01-25")),
  offset: finite,
});

const band = strictObject({
  name: text,
  commonName: optional(nullable(text), null),
  aliases: optional(texts, () => []),
  role: optional(picklist(bandRoles), "data"),
  wavelengthNm: optional(nullable(positive), null),
  fwhmNm: optional(nullable(positive), null),
  resolutionM: optional(nullable(positive), null),
  dtype: optional(nullable(picklist(dtypes)), null),
  scale: optional(finite, 1),
  offset: optional(finite, 0),
  offsetSince: optional(nullable(offsetSince), null),
  nodata: optional(nullable(finite), null),
  optional: optional(boolean(), false),
});

const naming = strictObject({
  file: text,
  folder: optional(nullable(text), null),
  scene: text,
  acquisition: optional(nullable(text), null),
  tile: optional(nullable(text), null),
  version: optional(nullable(text), null),
  baseline: optional(nullable(text), null),
  bandSet: optional(nullable(text), null),
  bands: optional(nullable(pipe(texts, minLength(1))), null),
  sidecar: optional(nullable(picklist(sidecarFormats)), null),
  offsetApplied: optional(boolean(), false),
});

/** Which bits and values make sense is said by `faultOfMaskRule`. */
const maskRule = strictObject({
  band: text,
  bits: exactOptional(pipe(array(finite), maxLength(MAX_ENTRIES))),
  bitRange: exactOptional(tuple([finite, finite])),
  values: exactOptional(pipe(array(finite), maxLength(MAX_ENTRIES))),
  growMetres: exactOptional(finite),
});

/**
 * What a profile's JSON must be; what its fields mean is written at their types. What parts say of each other is checked by
 * `parseProfile`.
 */
export const profileSchema: GenericSchema<ProductProfileInput, ProductProfile> = strictObject({
  profileVersion: literal(1),
  id: text,
  title: text,
  provider: optional(nullable(text), null),
  tiling: optional(picklist(["fixed", "free"]), "free"),
  onlyWhenNamed: optional(boolean(), false),
  bandSets: pipe(record(text, pipe(array(band), maxLength(MAX_ENTRIES))), minEntries(1)),
  namings: pipe(array(naming), minLength(1), maxLength(MAX_ENTRIES)),
  cloudRules: optional(pipe(array(maskRule), maxLength(MAX_ENTRIES)), () => []),
});
