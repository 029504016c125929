import type { ProjJsonCrs } from "../geo/projjson.js";
import { GeoKey, type GeoKeys, geoNumber } from "./geo-keys.js";

/** UTM zones as ProjectionGeoKey codes (GeoTIFF 1.0, section 6.3.3.2): zone 1 is the next code. */
const NORTH = 16000;
const SOUTH = 16100;
const ZONES = 60;

export interface UtmZone {
  zone: number;
  isSouth: boolean;
}

/** The UTM zone that ProjectionGeoKey names; null for any other projection. */
export function utmZone(keys: GeoKeys): UtmZone | null {
  const code = geoNumber(keys, GeoKey.Projection) ?? 0;
  if (code > NORTH && code <= NORTH + ZONES) return { zone: code - NORTH, isSouth: false };
  if (code > SOUTH && code <= SOUTH + ZONES) return { zone: code - SOUTH, isSouth: true };
  return null;
}

/** A zone as a conversion in PROJJSON, for a geographic CRS on which EPSG numbers no UTM zones. */
export function utmConversion({ zone, isSouth }: UtmZone): NonNullable<ProjJsonCrs["conversion"]> {
  return {
    name: `UTM zone ${zone}${isSouth ? "S" : "N"}`,
    method: { name: "Transverse Mercator" },
    parameters: [
      { name: "Latitude of natural origin", value: 0, unit: "degree" },
      { name: "Longitude of natural origin", value: 6 * zone - 183, unit: "degree" },
      { name: "Scale factor at natural origin", value: 0.9996, unit: "unity" },
      { name: "False easting", value: 500000, unit: "metre" },
      { name: "False northing", value: isSouth ? 10000000 : 0, unit: "metre" },
    ],
  };
}
