import { InvalidInputError, isPixelQueryError, UnsupportedError } from "../errors.js";
import { type Crs, crsText, horizontalEpsg } from "./crs.js";
import { epsgProjString } from "./epsg-table.js";
import { projString, projStringFromProjJson } from "./projjson.js";
import { isWkt1, projJsonFromWkt1 } from "./wkt1.js";

/**
 * Longitude and latitude (WGS 84, degrees) to and from a CRS: x = easting or longitude, y = northing or latitude, in its
 * own unit.
 *
 * A place that the projection cannot show gives numbers that are not finite.
 */
export interface Projection {
  forward(lon: number, lat: number): [x: number, y: number];
  inverse(x: number, y: number): [lon: number, lat: number];
}

/** More CRSs than one program works with; a server that is asked for ever new ones starts over. */
const MAX_OPENED = 256;
const opened = new Map<string, Promise<Projection>>();

/**
 * The projection of a CRS, by proj4. EPSG codes are complete; nothing but the code's own definition is read.
 *
 * Datum shifts are Helmert shifts, one a CRS, the one that PROJ uses in most of the CRS's area. Grid files (NADCON,
 * NTv2, OSTN15, …) are not used, so old national datums may be metres away from PROJ with its grids; systems on WGS 84,
 * ETRS89, NAD83, GDA94, SIRGAS 2000 and their like are exact.
 *
 * @throws InvalidInputError for an EPSG code that does not exist or a definition that does not parse.
 * @throws UnsupportedError for a projection method that proj4 does not know, naming it.
 */
export function openProjection(crs: Crs): Promise<Projection> {
  const key = crsText(crs);
  let projection = opened.get(key);
  if (projection === undefined) {
    projection = createProjection(crs);
    if (opened.size >= MAX_OPENED) opened.clear();
    opened.set(key, projection);
    projection.catch(() => opened.delete(key));
  }
  return projection;
}

const identity: Projection = { forward: (lon, lat) => [lon, lat], inverse: (x, y) => [x, y] };

async function createProjection(crs: Crs): Promise<Projection> {
  const epsg = horizontalEpsg(crs);
  if (epsg === 4326) return identity;
  const definition = proj4Definition(crs, epsg);
  const degreesPerUnit = Number(/\+degrees_per_unit=(\S+)/.exec(definition)?.[1] ?? 1);
  const converter = await createConverter(definition.replace(/ ?\+degrees_per_unit=\S+/, ""), crs);
  if (degreesPerUnit === 1) return converter;
  return {
    forward: (lon, lat) => {
      const [x, y] = converter.forward(lon, lat);
      return [x / degreesPerUnit, y / degreesPerUnit];
    },
    inverse: (x, y) => converter.inverse(x * degreesPerUnit, y * degreesPerUnit),
  };
}

function proj4Definition(crs: Crs, epsg: number | null): string {
  if (epsg !== null) {
    const definition = epsgProjString(epsg);
    if (definition !== null) return definition;
    throw new InvalidInputError(
      `${crs.code} is not a geographic or projected CRS of the EPSG dataset. Give its definition as WKT or PROJJSON.`,
      { details: { crs: crs.code } },
    );
  }
  if (crs.definition === null) {
    throw new UnsupportedError(`The CRS "${crsText(crs)}" has no definition, so it cannot be related to lon/lat.`, {
      details: { crs: crsText(crs) },
    });
  }
  if (isWkt1(crs.definition)) return projString(projJsonFromWkt1(crs.definition));
  return crs.definition.startsWith("{") ? projStringFromProjJson(crs.definition) : crs.definition;
}

async function createConverter(definition: string, crs: Crs): Promise<Projection> {
  const { default: proj4 } = await import("proj4");
  try {
    const converter = proj4(definition);
    // Westing and southing are kept as GDAL keeps them; the order of axes, which only WKT names, is not.
    const enforceAxis = definition.includes("+axis=");
    return {
      forward: finitePlaces((lon, lat) => converter.forward([lon, lat], enforceAxis) as [number, number]),
      inverse: finitePlaces((x, y) => converter.inverse([x, y], enforceAxis) as [number, number]),
    };
  } catch (cause) {
    if (isPixelQueryError(cause)) throw cause;
    const method = /\+proj=(\S+)/.exec(definition)?.[1] ?? /(?:PROJECTION|METHOD)\["([^"]+)"/.exec(definition)?.[1];
    throw new UnsupportedError(
      `The CRS ${crs.code ?? crs.name ?? crsText(crs)} cannot be projected: ${method ?? "its definition"} is not supported.`,
      { cause, details: { crs: crsText(crs), method: method ?? null } },
    );
  }
}

/** proj4 throws where it is given a number that is not finite: such a place is nowhere. */
function finitePlaces(convert: (one: number, other: number) => [number, number]): typeof convert {
  return (one, other) =>
    Number.isFinite(one) && Number.isFinite(other) ? convert(one, other) : [Number.NaN, Number.NaN];
}
