import type { Directory, TiffStart } from "./directories.js";
import { readNumbers, readText } from "./directories.js";
import type { HeaderBytes } from "./header-bytes.js";
import { Tag } from "./tiff-tags.js";

/** GeoKeys by number (OGC GeoTIFF 1.1, section 7): text without its closing "|", or numbers, mostly one. */
export type GeoKeys = ReadonlyMap<number, string | readonly number[]>;

export const GeoKey = {
  ModelType: 1024,
  RasterType: 1025,
  Citation: 1026,
  GeodeticCrs: 2048,
  GeodeticCitation: 2049,
  GeodeticDatum: 2050,
  PrimeMeridian: 2051,
  AngularUnit: 2054,
  AngularUnitSize: 2055,
  Ellipsoid: 2056,
  SemiMajorAxis: 2057,
  SemiMinorAxis: 2058,
  InverseFlattening: 2059,
  PrimeMeridianLongitude: 2061,
  ToWgs84: 2062,
  ProjectedCrs: 3072,
  ProjectedCitation: 3073,
  Projection: 3074,
  ProjectionMethod: 3075,
  LinearUnit: 3076,
  LinearUnitSize: 3077,
  VerticalCrs: 4096,
} as const;

/** "User-defined" wherever a key holds a code. */
export const USER_DEFINED = 32767;
/** More characters or numbers than any real set of keys. */
const MAX_PARAMETERS = 65536;

/** A code that EPSG may know: neither absent (0) nor user-defined (32767 and the private range above). */
export function isEpsgCode(code: number | null): code is number {
  return code !== null && code > 0 && code < USER_DEFINED;
}

/** A key's first number; null where the key is absent or holds text. */
export function geoNumber(keys: GeoKeys, key: number): number | null {
  const value = keys.get(key);
  return typeof value === "object" ? (value[0] ?? null) : null;
}

/** A key's text; null where the key is absent, empty or holds a number. */
export function geoText(keys: GeoKeys, key: number): string | null {
  const value = keys.get(key);
  return typeof value === "string" && value !== "" ? value : null;
}

/**
 * The GeoKeys of a directory; empty where it has none.
 *
 * @returns "damaged" where a key points outside of its parameters: GDAL takes no CRS from such a file.
 */
export function readGeoKeys(header: HeaderBytes, start: TiffStart, directory: Directory): GeoKeys | "damaged" {
  const numbers = (tag: number) => {
    const field = directory.fields.get(tag);
    return field === undefined ? null : readNumbers(header, start, field, MAX_PARAMETERS);
  };
  const keys = numbers(Tag.GeoKeyDirectory);
  if (keys === null || keys.length < 4) return new Map();
  const doubles = numbers(Tag.GeoDoubleParams) ?? new Float64Array();
  const asciiField = directory.fields.get(Tag.GeoAsciiParams);
  const ascii = asciiField === undefined ? "" : (readText(header, asciiField, MAX_PARAMETERS) ?? "");

  const found = new Map<number, string | readonly number[]>();
  const declared = Math.min(keys[3] as number, Math.floor(keys.length / 4) - 1);
  for (let index = 1; index <= declared; index++) {
    const [key, location, count, value] = keys.subarray(index * 4, index * 4 + 4) as unknown as [
      number,
      number,
      number,
      number,
    ];
    if (location === 0) {
      found.set(key, [value]);
    } else if (location === Tag.GeoAsciiParams) {
      if (value + count > ascii.length + 1) return "damaged";
      found.set(key, ascii.slice(value, value + count).replace(/[|\0\s]+$/, ""));
    } else {
      const source = location === Tag.GeoDoubleParams ? doubles : location === Tag.GeoKeyDirectory ? keys : null;
      if (source === null || value + count > source.length) return "damaged";
      found.set(key, [...source.subarray(value, value + count)]);
    }
  }
  return found;
}
