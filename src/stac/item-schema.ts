import {
  array,
  boolean,
  type InferOutput,
  literal,
  looseObject,
  maxLength,
  minLength,
  nullish,
  pipe,
  record,
  string,
} from "valibot";

/** Longest id that is believed: scenes carry it, row by row. */
const MAX_ID = 1000;

const id = pipe(string(), minLength(1), maxLength(MAX_ID));
/** Facts of many extensions: each is looked at where it is needed, and an odd one counts as absent. */
const facts = looseObject({});

const asset = looseObject({
  href: pipe(string(), minLength(1)),
  type: nullish(string()),
  roles: nullish(array(string())),
  bands: nullish(array(facts)),
  "eo:bands": nullish(array(facts)),
  "raster:bands": nullish(array(facts)),
});

/** What an item must be, STAC 1.0 and 1.1: only what is needed of it. */
export const itemSchema = looseObject({
  type: literal("Feature"),
  id,
  collection: nullish(id),
  properties: facts,
  assets: record(string(), asset),
});

/** An asset as an item holds it. */
export type ItemAsset = InferOutput<typeof asset>;

/** A link that may be followed. */
export const linkSchema = looseObject({
  rel: string(),
  href: pipe(string(), minLength(1)),
  method: nullish(string()),
  body: nullish(facts),
  merge: nullish(boolean()),
});

/** A link of a document; `method`, `body` and `merge` are those of STAC API's paging. */
export type StacLink = InferOutput<typeof linkSchema>;
