import { InvalidInputError, UnsupportedError } from "../errors.js";
import { epsgProjString } from "./epsg-table.js";

/**
 * PROJJSON (schema v0.7) as far as a point's x and y need it: what `cog/` writes for user-defined CRSs, and what PROJ
 * writes for the projections named in {@link methods}.
 */
export interface ProjJsonCrs {
  type?: string;
  name?: string;
  id?: { authority: string; code: string | number };
  datum?: ProjJsonDatum;
  datum_ensemble?: ProjJsonDatum;
  base_crs?: ProjJsonCrs;
  source_crs?: ProjJsonCrs;
  target_crs?: ProjJsonCrs;
  components?: readonly ProjJsonCrs[];
  coordinate_system?: {
    subtype?: string;
    axis?: readonly { name?: string; abbreviation?: string; direction: string; unit?: ProjJsonUnit }[];
  };
  conversion?: { name?: string; method: { name: string }; parameters?: readonly ProjJsonParameter[] };
  transformation?: { name?: string; method: { name: string }; parameters?: readonly ProjJsonParameter[] };
}

/** A named unit of known size, or one in metres (lengths) or radians (angles). */
export type ProjJsonUnit = string | { type: string; name: string; conversion_factor: number };

export interface ProjJsonParameter {
  name: string;
  value: number;
  unit?: ProjJsonUnit;
}

export interface ProjJsonDatum {
  type?: string;
  name?: string;
  ellipsoid?: {
    name?: string;
    semi_major_axis?: number | { value: number; unit: ProjJsonUnit };
    semi_minor_axis?: number | { value: number; unit: ProjJsonUnit };
    inverse_flattening?: number;
    radius?: number | { value: number; unit: ProjJsonUnit };
  };
  prime_meridian?: { name?: string; longitude: number | { value: number; unit: ProjJsonUnit } };
}

interface Method {
  /** PROJ's word for the projection, with arguments that it always takes. */
  proj: string;
  /** EPSG's or PROJ's parameter name → PROJ's argument. */
  parameters: Readonly<Record<string, string>>;
}

const naturalOrigin = {
  "Latitude of natural origin": "lat_0",
  "Longitude of natural origin": "lon_0",
  "Scale factor at natural origin": "k_0",
  "False easting": "x_0",
  "False northing": "y_0",
};
const falseOrigin = {
  "Latitude of false origin": "lat_0",
  "Longitude of false origin": "lon_0",
  "Latitude of 1st standard parallel": "lat_1",
  "Latitude of 2nd standard parallel": "lat_2",
  "Easting at false origin": "x_0",
  "Northing at false origin": "y_0",
};
const standardParallel = {
  "Latitude of 1st standard parallel": "lat_ts",
  "Latitude of natural origin": "lat_0",
  "Longitude of natural origin": "lon_0",
  "False easting": "x_0",
  "False northing": "y_0",
};
const projectionCentre = {
  "Latitude of projection centre": "lat_0",
  "Longitude of projection centre": "lonc",
  "Azimuth of initial line": "alpha",
  "Azimuth at projection centre": "alpha",
  "Angle from Rectified to Skew Grid": "gamma",
  "Scale factor on initial line": "k_0",
  "Scale factor at projection centre": "k_0",
  "False easting": "x_0",
  "False northing": "y_0",
  "Easting at projection centre": "x_0",
  "Northing at projection centre": "y_0",
};

const geostationary = {
  "Longitude of natural origin": "lon_0",
  "Satellite Height": "h",
  "False easting": "x_0",
  "False northing": "y_0",
};
const krovak = {
  "Latitude of projection centre": "lat_0",
  "Longitude of origin": "lon_0",
  "Co-latitude of cone axis": "alpha",
  "Scale factor on pseudo standard parallel": "k_0",
  "False easting": "x_0",
  "False northing": "y_0",
};

/** Methods that PROJ computes on a sphere of the ellipsoid's surface (its R_A, which proj4 does not apply to them). */
const authalicMethods: readonly string[] = ["mill", "vandg"];

/** Methods by EPSG's name, or PROJ's where EPSG has none, in lower case (EPSG Guidance Note 7-2). */
const methods: Readonly<Record<string, Method>> = {
  "transverse mercator": { proj: "tmerc", parameters: naturalOrigin },
  "transverse mercator (south orientated)": { proj: "tmerc +axis=wsu", parameters: naturalOrigin },
  "mercator (variant a)": { proj: "merc", parameters: naturalOrigin },
  "mercator (variant b)": { proj: "merc", parameters: standardParallel },
  "popular visualisation pseudo mercator": { proj: "merc", parameters: naturalOrigin },
  "lambert conic conformal (1sp)": { proj: "lcc", parameters: naturalOrigin },
  "lambert conic conformal (2sp)": { proj: "lcc", parameters: falseOrigin },
  "lambert azimuthal equal area": { proj: "laea", parameters: naturalOrigin },
  "albers equal area": { proj: "aea", parameters: falseOrigin },
  "modified azimuthal equidistant": { proj: "aeqd", parameters: naturalOrigin },
  "azimuthal equidistant": { proj: "aeqd", parameters: naturalOrigin },
  "equidistant conic": { proj: "eqdc", parameters: falseOrigin },
  stereographic: { proj: "stere", parameters: naturalOrigin },
  "polar stereographic (variant a)": { proj: "stere", parameters: naturalOrigin },
  "polar stereographic (variant b)": {
    proj: "stere",
    parameters: { ...naturalOrigin, "Latitude of standard parallel": "lat_ts", "Longitude of origin": "lon_0" },
  },
  "oblique stereographic": { proj: "sterea", parameters: naturalOrigin },
  "equidistant cylindrical": { proj: "eqc", parameters: standardParallel },
  "cassini-soldner": { proj: "cass", parameters: naturalOrigin },
  gnomonic: { proj: "gnom", parameters: naturalOrigin },
  "miller cylindrical": { proj: "mill", parameters: naturalOrigin },
  orthographic: { proj: "ortho", parameters: naturalOrigin },
  "american polyconic": { proj: "poly", parameters: naturalOrigin },
  robinson: { proj: "robin", parameters: naturalOrigin },
  sinusoidal: { proj: "sinu", parameters: naturalOrigin },
  mollweide: { proj: "moll", parameters: naturalOrigin },
  "van der grinten": { proj: "vandg", parameters: naturalOrigin },
  "new zealand map grid": { proj: "nzmg", parameters: naturalOrigin },
  "lambert cylindrical equal area": { proj: "cea", parameters: standardParallel },
  "eckert vi": { proj: "eck6", parameters: naturalOrigin },
  bonne: { proj: "bonne", parameters: { ...naturalOrigin, "Latitude of natural origin": "lat_1" } },
  "geostationary satellite (sweep x)": { proj: "geos +sweep=x", parameters: geostationary },
  "geostationary satellite (sweep y)": { proj: "geos", parameters: geostationary },
  krovak: { proj: "krovak +axis=swu", parameters: krovak },
  "krovak (north orientated)": { proj: "krovak", parameters: krovak },
  "hotine oblique mercator (variant a)": { proj: "omerc +no_uoff", parameters: projectionCentre },
  "hotine oblique mercator (variant b)": { proj: "omerc", parameters: projectionCentre },
};

/**
 * The PROJ string of a CRS in PROJJSON: projected, geographic, compound (its horizontal part) or bound to WGS 84.
 *
 * @throws InvalidInputError for text that is no PROJJSON CRS.
 * @throws UnsupportedError for a method or a kind of CRS outside of these, naming it.
 */
export function projStringFromProjJson(text: string): string {
  try {
    return projString(JSON.parse(text) as ProjJsonCrs);
  } catch (cause) {
    if (!(cause instanceof SyntaxError) && !(cause instanceof TypeError)) throw cause;
    throw new InvalidInputError("The CRS's definition starts like PROJJSON but does not parse.", { cause });
  }
}

/** The PROJ string of a CRS; throws as {@link projStringFromProjJson} does. */
export function projString(crs: ProjJsonCrs): string {
  switch (crs.type) {
    case "BoundCRS":
      return `${projString(crs.source_crs ?? {}).replace(/ ?\+towgs84=\S+/, "")} ${shiftArgument(crs)}`;
    case "CompoundCRS":
      return projString(crs.components?.[0] ?? {});
    case "GeographicCRS":
    case "GeodeticCRS":
      return `+proj=longlat ${datumArguments(crs)}${angleArgument(crs)}`;
    case "ProjectedCRS":
      return projectedString(crs);
    default:
      throw new UnsupportedError(`A CRS of the kind "${crs.type}" cannot be related to lon/lat.`, {
        details: { kind: crs.type ?? null, name: crs.name ?? null },
      });
  }
}

function projectedString(crs: ProjJsonCrs): string {
  const name = crs.conversion?.method.name ?? "";
  const method = Object.hasOwn(methods, name.toLowerCase()) ? methods[name.toLowerCase()] : undefined;
  if (method === undefined) {
    throw new UnsupportedError(`The CRS "${crs.name}" uses the projection "${name}", which is not supported.`, {
      details: { name: crs.name ?? null, method: name },
    });
  }
  const args = (crs.conversion?.parameters ?? []).flatMap((parameter) => {
    const argument = method.parameters[parameter.name];
    if (argument === undefined) return [];
    const kind = /^(?:[xy]_0|h)$/.test(argument) ? "length" : /^k_0$/.test(argument) ? "scale" : "angle";
    return [`+${argument}=${inBaseUnit(parameter.value, parameter.unit, kind)}`];
  });
  const parallel = args.find((arg) => arg.startsWith("+lat_ts="));
  if (method.proj === "stere" && parallel !== undefined) args.push(`+lat_0=${parallel.includes("-") ? -90 : 90}`);
  const datum = projectedDatum(crs, method.proj);
  const unit = inBaseUnit(1, crs.coordinate_system?.axis?.[0]?.unit, "length");
  return [`+proj=${method.proj}`, ...args, datum, ...(unit === 1 ? [] : [`+to_meter=${unit}`])].join(" ");
}

/** The figure that a method computes on: the base's ellipsoid, or a sphere where PROJ takes one. */
function projectedDatum(crs: ProjJsonCrs, proj: string): string {
  const base = crs.base_crs ?? {};
  if (crs.conversion?.method.name.toLowerCase() === "popular visualisation pseudo mercator") return sphereOf(base);
  const datum = datumArguments(base);
  if (proj === "ortho" && !isSphere(datum)) {
    throw new UnsupportedError(`The CRS "${crs.name}" is orthographic on an ellipsoid: only a sphere is supported.`, {
      details: { name: crs.name ?? null, method: "Orthographic" },
    });
  }
  return authalicMethods.includes(proj) ? authalicSphere(datum) : datum;
}

/** Ellipsoid, shift and prime meridian; of a base CRS with an EPSG code those of the code, which know their shift. */
function datumArguments(geographic: ProjJsonCrs): string {
  const known = geographic.id?.authority === "EPSG" ? epsgProjString(Number(geographic.id.code)) : null;
  if (known !== null) return known.replace(/\+proj=longlat ?/, "").replace(/ ?\+degrees_per_unit=\S+/, "");
  const datum = geographic.datum ?? geographic.datum_ensemble ?? {};
  const { semi_major_axis, semi_minor_axis, inverse_flattening, radius } = datum.ellipsoid ?? {};
  const a = quantity(semi_major_axis ?? radius, "length");
  if (a === null) throw new InvalidInputError(`The CRS "${geographic.name}" has no ellipsoid.`);
  const b = quantity(semi_minor_axis, "length");
  const shape = inverse_flattening ? `+rf=${inverse_flattening}` : `+b=${b ?? a}`;
  const meridian = quantity(datum.prime_meridian?.longitude, "angle") ?? 0;
  return `+a=${a} ${shape}${meridian === 0 ? "" : ` +pm=${meridian}`}`;
}

function isSphere(datum: string): boolean {
  return /\+b=(\S+)/.exec(datum)?.[1] === /\+a=(\S+)/.exec(datum)?.[1] && datum.includes("+b=");
}

/** The sphere of an ellipsoid's surface, by PROJ's series in the squared eccentricity. */
function authalicSphere(datum: string): string {
  if (isSphere(datum)) return datum;
  const a = Number(/\+a=(\S+)/.exec(datum)?.[1] ?? 6378137);
  const flattening = 1 / Number(/\+rf=(\S+)/.exec(datum)?.[1] ?? 298.257223563);
  const es = flattening * (2 - flattening);
  const radius = a * (1 - es * (1 / 6 + es * (17 / 360 + (es * 67) / 3024)));
  return `+a=${radius} +b=${radius}`;
}

function sphereOf(geographic: ProjJsonCrs): string {
  const a = quantity((geographic.datum ?? geographic.datum_ensemble)?.ellipsoid?.semi_major_axis, "length") ?? 6378137;
  return `+a=${a} +b=${a}`;
}

function angleArgument(geographic: ProjJsonCrs): string {
  const degrees = inBaseUnit(1, geographic.coordinate_system?.axis?.[0]?.unit, "angle");
  return degrees === 1 ? "" : ` +degrees_per_unit=${degrees}`;
}

/** Position vector parameters in the order that +towgs84 takes them; the coordinate frame's rotations change sign. */
function shiftArgument(crs: ProjJsonCrs): string {
  const name = crs.transformation?.method.name ?? "";
  const sign = /coordinate frame/i.test(name) ? -1 : 1;
  if (sign === 1 && !/position vector|geocentric translations/i.test(name)) {
    throw new UnsupportedError(`The CRS is bound to WGS 84 by "${name}", which is not supported.`, {
      details: { method: name },
    });
  }
  const values = (crs.transformation?.parameters ?? []).map(({ name: parameter, value }) =>
    /rotation/i.test(parameter) ? sign * value : value,
  );
  return `+towgs84=${values.join(",")}`;
}

function quantity(value: number | { value: number; unit: ProjJsonUnit } | undefined, kind: "length" | "angle") {
  if (value === undefined) return null;
  return typeof value === "number" ? value : inBaseUnit(value.value, value.unit, kind);
}

/** Lengths in metres, angles in degrees, scales as they are. */
function inBaseUnit(value: number, unit: ProjJsonUnit | undefined, kind: "length" | "angle" | "scale"): number {
  if (unit === undefined || typeof unit === "string" || kind === "scale") return value;
  if (kind === "length") return value * unit.conversion_factor;
  const degrees = (unit.conversion_factor * 180) / Math.PI;
  return Math.abs(degrees - 1) < 1e-12 ? value : value * degrees;
}
