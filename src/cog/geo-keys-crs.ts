import { type Crs, epsgCrs, parseCrs } from "../geo/crs.js";
import { epsgProjString } from "../geo/epsg-table.js";
import type { ProjJsonCrs } from "../geo/projjson.js";
import { GeoKey, type GeoKeys, geoNumber, geoText, isEpsgCode } from "./geo-keys.js";
import { linearUnit, projectedFromKeys } from "./user-defined-crs.js";
import { datumShift, geographicFromKeys } from "./user-defined-geographic.js";
import { utmZone } from "./utm-zone.js";

/** GTModelTypeGeoKey (GeoTIFF 1.1, section 7.2). */
const ModelType = { projected: 1, geographic: 2 } as const;
/** EPSG's own numbering of UTM zones on common datums: geographic code → [north, south] base. */
const utmFamilies: Readonly<Record<number, readonly [north: number, south: number | null]>> = {
  4326: [32600, 32700],
  4322: [32200, 32300],
  4267: [26700, null],
  4269: [26900, null],
  4258: [25800, null],
};
const WEB_MERCATOR_OPERATION = 3856;

/**
 * The CRS that GeoKeys describe; null where they describe none or contradict themselves.
 *
 * An EPSG code wins over the parameters beside it. Anything user-defined becomes PROJJSON, an ESRI PE string its own WKT.
 * As GDAL does: angles are degrees, the false origin is in the CRS's own unit, and a linear unit that differs from the
 * code's makes the CRS user-defined. Unlike GDAL, a user-defined vertical part is left out in silence.
 */
export function crsFromGeoKeys(keys: GeoKeys): Crs | null {
  if (keys.size === 0) return null;
  const esri = esriDefinition(keys);
  const modelType = geoNumber(keys, GeoKey.ModelType);
  const projected = geoNumber(keys, GeoKey.ProjectedCrs);
  const geodetic = geoNumber(keys, GeoKey.GeodeticCrs);

  if (isEpsgCode(projected)) return withVertical(withLinearUnit(projected, keys), keys);
  if (esri !== null) return esri;
  if (modelType === ModelType.projected) {
    const code = utmCode(keys) ?? webMercatorCode(keys);
    if (code !== null) return withVertical(withLinearUnit(code, keys), keys);
    return userDefined(projectedFromKeys(keys, crsName(keys)));
  }
  if (modelType === ModelType.geographic || (modelType === null && projected === null)) {
    if (isEpsgCode(geodetic)) return withVertical(epsgCrs(geodetic, crsName(keys)), keys);
    return userDefined(geographicFromKeys(keys));
  }
  const name = crsName(keys);
  return name === null ? null : userDefined(engineeringCrs(name, keys));
}

/** The first citation that is a name: IMAGINE writes paragraphs, ESRI lists of parts. */
function crsName(keys: GeoKeys): string | null {
  for (const key of [GeoKey.ProjectedCitation, GeoKey.Citation, GeoKey.GeodeticCitation]) {
    const text = geoText(keys, key);
    if (text === null) continue;
    const named = /Projection Name = ([^\n|]+)/.exec(text)?.[1] ?? /(?:PCS|GCS) Name = ([^|]+)/.exec(text)?.[1];
    if (named !== undefined) return named.trim();
    if (!text.includes("\n") && !text.startsWith("ESRI PE String")) return text;
  }
  return null;
}

function esriDefinition(keys: GeoKeys): Crs | null {
  for (const key of [GeoKey.ProjectedCitation, GeoKey.Citation, GeoKey.GeodeticCitation]) {
    const text = geoText(keys, key);
    if (text?.startsWith("ESRI PE String = ")) return parseCrs(withShift(text.slice("ESRI PE String = ".length), keys));
  }
  return null;
}

/** ESRI's WKT names a datum and no shift: that of the datum's code, where the keys have one, is put in. */
function withShift(wkt: string, keys: GeoKeys): string {
  const shift = datumShift(keys);
  if (shift === null) return wkt;
  return wkt.replace(/(DATUM\["[^"]*",\s*SPHEROID\[[^\]]*\])\]/i, `$1,TOWGS84[${shift.join(",")}]]`);
}

function userDefined(definition: ProjJsonCrs | null): Crs | null {
  if (definition === null) return null;
  return { code: null, name: definition.name ?? null, definition: JSON.stringify(definition) };
}

/** UTM as a projection code with a geographic code is a CRS that EPSG numbers. */
function utmCode(keys: GeoKeys): number | null {
  const zone = utmZone(keys);
  const base = utmFamilies[geoNumber(keys, GeoKey.GeodeticCrs) ?? 0]?.[zone?.isSouth ? 1 : 0] ?? null;
  return zone === null || base === null ? null : base + zone.zone;
}

function webMercatorCode(keys: GeoKeys): number | null {
  const isWebMercator =
    geoNumber(keys, GeoKey.Projection) === WEB_MERCATOR_OPERATION && geoNumber(keys, GeoKey.GeodeticCrs) === 4326;
  return isWebMercator ? 3857 : null;
}

/** The code, or its definition in the unit that the file names beside it where that is another one. */
function withLinearUnit(code: number, keys: GeoKeys): Crs {
  const name = crsName(keys);
  const unit = linearUnit(keys);
  // Metres are the unit of most codes: only another one is worth the look into the table.
  if (unit === null || (unit.metres === 1 && geoNumber(keys, GeoKey.LinearUnit) === 9001)) return epsgCrs(code, name);
  const definition = epsgProjString(code);
  if (definition === null) return epsgCrs(code, name);
  const own = Number(/\+to_meter=(\S+)/.exec(definition)?.[1] ?? 1);
  if (Math.abs(own - unit.metres) < 1e-9) return epsgCrs(code, name);
  return { code: null, name, definition: `${definition.replace(/ ?\+to_meter=\S+/, "")} +to_meter=${unit.metres}` };
}

/** "EPSG:h+v" for a horizontal and a vertical code; a three-dimensional geographic code stands alone (GeoTIFF 1.1). */
function withVertical(crs: Crs, keys: GeoKeys): Crs {
  const vertical = geoNumber(keys, GeoKey.VerticalCrs);
  // 5001–5099 were vertical codes by ellipsoid in GeoTIFF 1.0 and never EPSG's.
  if (!isEpsgCode(vertical) || (vertical >= 5001 && vertical <= 5099) || crs.code === null) return crs;
  if (epsgProjString(vertical) !== null) return epsgCrs(vertical, crs.name);
  return { ...crs, code: `${crs.code}+${vertical}` };
}

function engineeringCrs(name: string, keys: GeoKeys): ProjJsonCrs {
  const unit = linearUnit(keys)?.json ?? "metre";
  return {
    type: "EngineeringCRS",
    name,
    datum: { type: "EngineeringDatum", name: "" },
    coordinate_system: {
      subtype: "Cartesian",
      axis: [
        { name: "Easting", abbreviation: "E", direction: "east", unit },
        { name: "Northing", abbreviation: "N", direction: "north", unit },
      ],
    },
  };
}
