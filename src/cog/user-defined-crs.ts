import type { ProjJsonCrs, ProjJsonParameter, ProjJsonUnit } from "../geo/projjson.js";
import { GeoKey, type GeoKeys, geoNumber, USER_DEFINED } from "./geo-keys.js";
import { geographicFromKeys } from "./user-defined-geographic.js";
import { utmConversion, utmZone } from "./utm-zone.js";

/** EPSG codes of linear units that GeoTIFFs use (GeoTIFF 1.0, section 6.3.1.3): name and metres. */
const linearUnits: Readonly<Record<number, readonly [name: string, metres: number]>> = {
  9001: ["metre", 1],
  9002: ["foot", 0.3048],
  9003: ["US survey foot", 1200 / 3937],
  9005: ["Clarke's foot", 0.3047972654],
  9030: ["nautical mile", 1852],
  9036: ["kilometre", 1000],
  9037: ["Clarke's yard", 0.9143917962],
  9040: ["British yard (Sears 1922)", 0.914398414616029],
  9041: ["British foot (Sears 1922)", 0.304799471538676],
  9080: ["Indian foot", 0.304799510248147],
  9084: ["Indian yard", 0.914398530744441],
  9093: ["Statute mile", 1609.344],
  9094: ["Gold Coast foot", 0.304799710181509],
};

/** Coordinate transformation methods (GeoTIFF 1.1, annex C; "CT_…") by the name that PROJJSON uses, with their kind of parameters. */
const methods: Readonly<Record<number, readonly [name: string, kind: ParameterKind]>> = {
  1: ["Transverse Mercator", "natural origin"],
  7: ["Mercator (variant A)", "natural origin"],
  8: ["Lambert Conic Conformal (2SP)", "false origin"],
  9: ["Lambert Conic Conformal (1SP)", "natural origin"],
  10: ["Lambert Azimuthal Equal Area", "natural origin"],
  11: ["Albers Equal Area", "false origin"],
  12: ["Azimuthal Equidistant", "natural origin"],
  13: ["Equidistant Conic", "false origin"],
  14: ["Stereographic", "natural origin"],
  15: ["Polar Stereographic (variant B)", "polar"],
  16: ["Oblique Stereographic", "natural origin"],
  17: ["Equidistant Cylindrical", "standard parallel"],
  18: ["Cassini-Soldner", "natural origin"],
  19: ["Gnomonic", "natural origin"],
  20: ["Miller Cylindrical", "natural origin"],
  21: ["Orthographic", "natural origin"],
  22: ["American Polyconic", "natural origin"],
  23: ["Robinson", "natural origin"],
  24: ["Sinusoidal", "natural origin"],
  25: ["Van Der Grinten", "natural origin"],
  26: ["New Zealand Map Grid", "natural origin"],
  27: ["Transverse Mercator (South Orientated)", "natural origin"],
  28: ["Lambert Cylindrical Equal Area", "standard parallel"],
  3: ["Hotine Oblique Mercator (variant A)", "oblique"],
  9815: ["Hotine Oblique Mercator (variant B)", "oblique"],
};

type ProjJsonConversion = NonNullable<ProjJsonCrs["conversion"]>;
type ParameterKind = "natural origin" | "false origin" | "standard parallel" | "polar" | "oblique";
type ParameterUnit = "angle" | "length" | "scale";

/** Parameters by EPSG's name: the GeoKeys that may hold them, first one first, and what is meant where none does. */
type Parameters = readonly (readonly [name: string, unit: ParameterUnit, keys: readonly number[], fallback: number])[];

// Writers put the same number under keys of the natural (3080…), false (3084…), centre (3088…) or polar (3095) family.
const longitudes = [3080, 3084, 3088, 3095];
const latitudes = [3081, 3085, 3089];
const eastings = [3082, 3086, 3090];
const northings = [3083, 3087, 3091];
const scales = [3092, 3093];

const parameters: Readonly<Record<ParameterKind, Parameters>> = {
  "natural origin": [
    ["Latitude of natural origin", "angle", latitudes, 0],
    ["Longitude of natural origin", "angle", longitudes, 0],
    ["Scale factor at natural origin", "scale", scales, 1],
    ["False easting", "length", eastings, 0],
    ["False northing", "length", northings, 0],
  ],
  "false origin": [
    ["Latitude of false origin", "angle", [3085, 3081, 3089], 0],
    ["Longitude of false origin", "angle", [3084, 3080, 3088], 0],
    ["Latitude of 1st standard parallel", "angle", [3078], 0],
    ["Latitude of 2nd standard parallel", "angle", [3079, 3078], 0],
    ["Easting at false origin", "length", [3086, 3082, 3090], 0],
    ["Northing at false origin", "length", [3087, 3083, 3091], 0],
  ],
  "standard parallel": [
    ["Latitude of 1st standard parallel", "angle", [3078], 0],
    ["Latitude of natural origin", "angle", latitudes, 0],
    ["Longitude of natural origin", "angle", longitudes, 0],
    ["False easting", "length", eastings, 0],
    ["False northing", "length", northings, 0],
  ],
  polar: [
    ["Latitude of standard parallel", "angle", latitudes, 90],
    ["Longitude of origin", "angle", [3095, 3080, 3084, 3088], 0],
    ["Scale factor at natural origin", "scale", scales, 1],
    ["False easting", "length", eastings, 0],
    ["False northing", "length", northings, 0],
  ],
  oblique: [
    ["Latitude of projection centre", "angle", [3089, 3081], 0],
    ["Longitude of projection centre", "angle", [3088, 3080], 0],
    ["Azimuth at projection centre", "angle", [3094], 0],
    ["Angle from Rectified to Skew Grid", "angle", [3096, 3094], 0],
    ["Scale factor at projection centre", "scale", [3093, 3092], 1],
    ["False easting", "length", [3090, 3082], 0],
    ["False northing", "length", [3091, 3083], 0],
  ],
};

/** The unit of a projected CRS's coordinates as metres and as PROJJSON; null where no key names one that is known. */
export function linearUnit(keys: GeoKeys): { metres: number; json: ProjJsonUnit } | null {
  const code = geoNumber(keys, GeoKey.LinearUnit);
  if (code === 9001) return { metres: 1, json: "metre" };
  const size = geoNumber(keys, GeoKey.LinearUnitSize);
  const [name, metres] = linearUnits[code ?? 0] ?? [
    "unknown",
    code === USER_DEFINED && size !== null && size > 0 ? size : null,
  ];
  return metres === null ? null : { metres, json: { type: "LinearUnit", name, conversion_factor: metres } };
}

/** PROJJSON of a user-defined projected CRS; null where its method, its ellipsoid or both are missing. */
export function projectedFromKeys(keys: GeoKeys, name: string | null): ProjJsonCrs | null {
  const geographic = geographicFromKeys(keys);
  const unit = linearUnit(keys)?.json ?? "metre";
  const conversion = conversionFromKeys(keys, unit);
  if (geographic === null || conversion === null) return null;
  const base = geographic.source_crs ?? geographic;
  const projected: ProjJsonCrs = {
    type: "ProjectedCRS",
    name: name ?? "unnamed",
    base_crs: base,
    conversion,
    coordinate_system: {
      subtype: "Cartesian",
      axis: [
        { name: "Easting", abbreviation: "E", direction: "east", unit },
        { name: "Northing", abbreviation: "N", direction: "north", unit },
      ],
    },
  };
  return geographic.source_crs === undefined
    ? projected
    : { ...geographic, name: projected.name as string, source_crs: projected };
}

function conversionFromKeys(keys: GeoKeys, unit: ProjJsonUnit): ProjJsonConversion | null {
  const zone = utmZone(keys);
  if (zone !== null) return utmConversion(zone);
  const method = methodFromKeys(keys);
  if (method === null) return null;
  return {
    name: "unnamed",
    method: { name: method[0] },
    parameters: parameters[method[1]].map((entry) => parameterFromKeys(keys, entry, unit)),
  };
}

function methodFromKeys(keys: GeoKeys): readonly [name: string, kind: ParameterKind] | null {
  const method = methods[geoNumber(keys, GeoKey.ProjectionMethod) ?? 0] ?? null;
  const isMercatorWithParallel = method?.[0] === "Mercator (variant A)" && keys.has(3078);
  if (isMercatorWithParallel) return ["Mercator (variant B)", "standard parallel"];
  const poleScale = method?.[1] === "polar" && Math.abs(geoNumber(keys, 3081) ?? 90) === 90;
  return poleScale ? ["Polar Stereographic (variant A)", "natural origin"] : method;
}

function parameterFromKeys(
  keys: GeoKeys,
  [name, unit, candidates, fallback]: Parameters[number],
  linear: ProjJsonUnit,
): ProjJsonParameter {
  const key = candidates.find((candidate) => keys.has(candidate));
  const value = (key === undefined ? null : geoNumber(keys, key)) ?? fallback;
  return { name, value, unit: unit === "angle" ? "degree" : unit === "scale" ? "unity" : linear };
}
