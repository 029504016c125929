import { epsgProjString } from "../geo/epsg-table.js";
import type { ProjJsonCrs, ProjJsonUnit } from "../geo/projjson.js";
import { GeoKey, type GeoKeys, geoNumber, geoText, isEpsgCode } from "./geo-keys.js";

/** EPSG codes of ellipsoids: name, semi-major axis in metres, inverse flattening (0 for a sphere). */
const ellipsoids: Readonly<Record<number, readonly [name: string, a: number, rf: number]>> = {
  7001: ["Airy 1830", 6377563.396, 299.3249646],
  7003: ["Australian National Spheroid", 6378160, 298.25],
  7004: ["Bessel 1841", 6377397.155, 299.1528128],
  7008: ["Clarke 1866", 6378206.4, 294.978698213898],
  7011: ["Clarke 1880 (IGN)", 6378249.2, 293.466021293627],
  7012: ["Clarke 1880 (RGS)", 6378249.145, 293.465],
  7015: ["Everest 1830 (1937 Adjustment)", 6377276.345, 300.8017],
  7019: ["GRS 1980", 6378137, 298.257222101],
  7022: ["International 1924", 6378388, 297],
  7024: ["Krassowsky 1940", 6378245, 298.3],
  7030: ["WGS 84", 6378137, 298.257223563],
  7035: ["Sphere", 6371000, 0],
  7043: ["WGS 72", 6378135, 298.26],
};

/** PROJJSON of a user-defined geographic CRS; null where its ellipsoid is missing or impossible. */
export function geographicFromKeys(keys: GeoKeys): ProjJsonCrs | null {
  const code = geographicCode(keys);
  const ellipsoid = ellipsoidFromKeys(keys, code);
  if (ellipsoid === null) return null;
  const citation = geoText(keys, GeoKey.GeodeticCitation);
  const name =
    /GCS Name = ([^|]+)/.exec(citation ?? "")?.[1] ?? citation ?? (code === null ? "unknown" : `EPSG:${code}`);
  const longitude = geoNumber(keys, GeoKey.PrimeMeridianLongitude) ?? 0;
  const crs: ProjJsonCrs = {
    type: "GeographicCRS",
    name,
    datum: {
      type: "GeodeticReferenceFrame",
      name: /Datum = ([^|]+)/.exec(citation ?? "")?.[1] ?? "unknown",
      ellipsoid,
      ...(longitude === 0 ? {} : { prime_meridian: { name: "unknown", longitude } }),
    },
    coordinate_system: {
      subtype: "ellipsoidal",
      axis: [
        { name: "Longitude", abbreviation: "lon", direction: "east", unit: "degree" },
        { name: "Latitude", abbreviation: "lat", direction: "north", unit: "degree" },
      ],
    },
    ...(code === null ? {} : { id: { authority: "EPSG", code } }),
  };
  return bound(crs, code, keys);
}

/** The EPSG code of the geographic CRS, also where only its datum is given and longitudes count from Greenwich. */
function geographicCode(keys: GeoKeys): number | null {
  const code = geoNumber(keys, GeoKey.GeodeticCrs);
  if (isEpsgCode(code)) return code;
  return (geoNumber(keys, GeoKey.PrimeMeridianLongitude) ?? 0) === 0 ? datumCode(keys) : null;
}

/** The geographic CRS that EPSG's datum was numbered for: old datum codes are 2000 higher. */
function datumCode(keys: GeoKeys): number | null {
  const datum = geoNumber(keys, GeoKey.GeodeticDatum);
  return datum !== null && datum >= 6120 && datum < 6999 ? datum - 2000 : null;
}

/** The shift of a datum that EPSG knows, seven numbers or three; null where it knows none. */
export function datumShift(keys: GeoKeys): number[] | null {
  const code = datumCode(keys);
  const shift = /\+towgs84=(\S+)/.exec((code === null ? null : epsgProjString(code)) ?? "")?.[1];
  return shift === undefined ? null : shift.split(",").map(Number);
}

function ellipsoidFromKeys(keys: GeoKeys, code: number | null) {
  const definition = code === null ? null : epsgProjString(code);
  if (definition !== null) {
    const a = Number(/\+a=(\S+)/.exec(definition)?.[1] ?? 6378137);
    const rf = Number(/\+rf=(\S+)/.exec(definition)?.[1] ?? (definition.includes("+b=") ? 0 : 298.257223563));
    return ellipsoidJson("unknown", a, rf);
  }
  const [name, knownA, knownRf] = ellipsoids[geoNumber(keys, GeoKey.Ellipsoid) ?? 0] ?? ["unknown", null, null];
  const a = geoNumber(keys, GeoKey.SemiMajorAxis) ?? knownA;
  const b = geoNumber(keys, GeoKey.SemiMinorAxis);
  if (a === null || !(a > 0)) return null;
  const rf = geoNumber(keys, GeoKey.InverseFlattening) ?? (b === null ? knownRf : b > 0 && b !== a ? a / (a - b) : 0);
  return rf === null || rf < 0 ? null : ellipsoidJson(name, a, rf);
}

function ellipsoidJson(name: string, a: number, rf: number) {
  return rf === 0 ? { name, radius: a } : { name, semi_major_axis: a, inverse_flattening: rf };
}

const shiftNames = [
  "X-axis translation",
  "Y-axis translation",
  "Z-axis translation",
  "X-axis rotation",
  "Y-axis rotation",
  "Z-axis rotation",
  "Scale difference",
];

/** The CRS bound to WGS 84 by GeogTOWGS84GeoKey or its datum (3 or 7 numbers, position vector); unbound without, or on a known CRS. */
function bound(crs: ProjJsonCrs, code: number | null, keys: GeoKeys): ProjJsonCrs {
  const shift = keys.get(GeoKey.ToWgs84) ?? datumShift(keys);
  if (code !== null || shift === null || typeof shift !== "object" || (shift.length !== 3 && shift.length !== 7))
    return crs;
  const units: ProjJsonUnit[] = [
    ...Array<ProjJsonUnit>(3).fill("metre"),
    ...Array<ProjJsonUnit>(3).fill({ type: "AngularUnit", name: "arc-second", conversion_factor: Math.PI / 648000 }),
    { type: "ScaleUnit", name: "parts per million", conversion_factor: 1e-6 },
  ];
  return {
    type: "BoundCRS",
    name: crs.name as string,
    source_crs: crs,
    target_crs: wgs84,
    transformation: {
      name: "to WGS 84",
      method: {
        name:
          shift.length === 3
            ? "Geocentric translations (geog2D domain)"
            : "Position Vector transformation (geog2D domain)",
      },
      parameters: shift.map((value, index) => ({
        name: shiftNames[index] as string,
        value,
        unit: units[index] as ProjJsonUnit,
      })),
    },
  };
}

const wgs84: ProjJsonCrs = {
  type: "GeographicCRS",
  name: "WGS 84",
  datum: {
    type: "GeodeticReferenceFrame",
    name: "World Geodetic System 1984",
    ellipsoid: { name: "WGS 84", semi_major_axis: 6378137, inverse_flattening: 298.257223563 },
  },
  coordinate_system: {
    subtype: "ellipsoidal",
    axis: [
      { name: "Geodetic latitude", abbreviation: "Lat", direction: "north", unit: "degree" },
      { name: "Geodetic longitude", abbreviation: "Lon", direction: "east", unit: "degree" },
    ],
  },
  id: { authority: "EPSG", code: 4326 },
};
