import { InvalidInputError } from "../errors.js";

/**
 * A coordinate reference system as plain JSON.
 *
 * Coordinates are always x = easting or longitude, y = northing or latitude, whatever order the authority writes.
 */
export interface Crs {
  /** "EPSG:32618", or "EPSG:4326+3855" for a horizontal and a vertical system; null for a user-defined one. */
  readonly code: string | null;
  /** What people call it, as the file says; null where nothing does. */
  readonly name: string | null;
  /** WKT, PROJJSON or a PROJ string; null where `code` says it all. */
  readonly definition: string | null;
}

/** The code, else the definition: what `inspect --json` prints. Two CRSs are the same when their texts are. */
export function crsText(crs: Crs): string {
  return crs.code ?? crs.definition ?? crs.name ?? "";
}

/** The CRS of an EPSG code. */
export function epsgCrs(code: number, name: string | null = null): Crs {
  return { code: `EPSG:${code}`, name, definition: null };
}

/** The EPSG code of the horizontal part; null for a user-defined CRS. */
export function horizontalEpsg(crs: Crs): number | null {
  const match = /^EPSG:(\d+)(?:\+\d+)?$/.exec(crs.code ?? "");
  return match ? Number(match[1]) : null;
}

/**
 * A CRS from text: "EPSG:4326", "4326", "EPSG:32631+5773", WKT 1 or 2, PROJJSON, or a PROJ string.
 *
 * WKT and PROJJSON that carry an EPSG code of their own become that code; nothing is looked up, so an unknown code
 * shows only when the projection is opened.
 *
 * @throws InvalidInputError where the text is none of these.
 */
export function parseCrs(text: string): Crs {
  const trimmed = text.trim();
  const code =
    /^(?:EPSG:)?(\d{1,7}(?:\+\d{1,7})?)$/i.exec(trimmed) ?? /^urn:ogc:def:crs:EPSG:[^:]*:(\d{1,7})$/i.exec(trimmed);
  if (code) return { code: `EPSG:${code[1]}`, name: null, definition: null };
  if (/^OGC:CRS84$/i.test(trimmed)) return { code: "EPSG:4326", name: null, definition: null };
  if (trimmed.startsWith("{")) return parseProjJson(trimmed);
  if (/^[A-Z]\w*\s*[[(]/i.test(trimmed)) return parseWkt(trimmed);
  if (/\+(?:proj|init)=/.test(trimmed)) return { code: null, name: null, definition: trimmed };
  throw new InvalidInputError(
    `"${shorten(trimmed)}" names no CRS: write a code like EPSG:32618, WKT, PROJJSON or a PROJ string.`,
    { details: { crs: shorten(trimmed) } },
  );
}

function parseProjJson(text: string): Crs {
  let json: { name?: unknown; id?: { authority?: unknown; code?: unknown } };
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new InvalidInputError(`The CRS "${shorten(text)}" starts like PROJJSON but is not JSON.`, { cause });
  }
  const name = typeof json.name === "string" ? json.name : null;
  if (json.id?.authority === "EPSG" && Number.isInteger(Number(json.id.code)))
    return epsgCrs(Number(json.id.code), name);
  return { code: null, name, definition: text };
}

/** WKT's own code is the AUTHORITY (WKT 1) or ID (WKT 2) directly inside the outermost brackets. */
function parseWkt(text: string): Crs {
  const name = /^\w+\s*[[(]\s*"((?:[^"]|"")*)"/.exec(text)?.[1]?.replaceAll('""', '"') ?? null;
  const own = outermostArguments(text)
    .map((argument) => /^(?:AUTHORITY|ID)\s*[[(]\s*"EPSG"\s*,\s*"?(\d+)/i.exec(argument)?.[1])
    .find((code) => code !== undefined);
  return own === undefined ? { code: null, name, definition: text } : epsgCrs(Number(own), name);
}

function outermostArguments(wkt: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let start = 0;
  for (const { 0: part, index } of wkt.matchAll(/"[^"]*"|[[(]|[\])]|,/g)) {
    const opens = part === "[" || part === "(";
    const closes = part === "]" || part === ")";
    if ((depth === 1 && part === ",") || (depth === 1 && closes)) found.push(wkt.slice(start, index).trim());
    if ((depth === 1 && part === ",") || (depth === 0 && opens)) start = index + 1;
    depth += opens ? 1 : closes ? -1 : 0;
  }
  return found;
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
