import { InvalidInputError, UnsupportedError } from "../errors.js";
import type { ProjJsonCrs, ProjJsonParameter, ProjJsonUnit } from "./projjson.js";
import { type Wkt1Method, wkt1Methods } from "./wkt1-methods.js";

/** A keyword with its arguments: texts, numbers and further keywords. */
interface Node {
  keyword: string;
  values: (string | number)[];
  nodes: Node[];
}

/** WKT nests a handful of levels; deeper text is nobody's CRS. */
const MAX_DEPTH = 16;

/** True for WKT 1 (OGC 01-009), GDAL's or ESRI's: "PROJCS[", "GEOGCS[", "COMPD_CS[". */
export function isWkt1(text: string): boolean {
  return /^\s*(?:PROJCS|GEOGCS|COMPD_CS)\s*[[(]/i.test(text);
}

/**
 * A CRS in WKT 1 as PROJJSON, as far as a point's x and y need it; of a compound one the horizontal part.
 *
 * Angles are in the unit of the geographic CRS, lengths in that of the projected one. In ESRI's dialect, whose datums start
 * with "D_", a prime meridian is in degrees whatever the unit.
 *
 * @throws InvalidInputError for text that does not nest or lacks a part.
 * @throws UnsupportedError for a projection that is not known, naming it.
 */
export function projJsonFromWkt1(text: string): ProjJsonCrs {
  const root = parseNode(text);
  const crs = root.keyword === "COMPD_CS" ? (root.nodes[0] ?? root) : root;
  if (crs.keyword === "PROJCS") return projected(crs);
  if (crs.keyword === "GEOGCS") return geographic(crs);
  throw new InvalidInputError(`The CRS's WKT holds a ${crs.keyword} where a PROJCS or GEOGCS is expected.`);
}

function parseNode(text: string): Node {
  const root: Node = { keyword: "", values: [], nodes: [] };
  const open = [root];
  let keyword = "";
  for (const [token] of text.matchAll(/"(?:[^"]|"")*"|[[(]|[\])]|[A-Za-z_]\w*|[-+]?[\d.]+(?:[eE][-+]?\d+)?/g)) {
    const parent = open.at(-1) as Node;
    if (token === "[" || token === "(") {
      const node: Node = { keyword: keyword.toUpperCase(), values: [], nodes: [] };
      parent.nodes.push(node);
      open.push(node);
    } else if (token === "]" || token === ")") open.pop();
    else if (token.startsWith('"')) parent.values.push(token.slice(1, -1).replaceAll('""', '"'));
    else if (/^[A-Za-z_]/.test(token)) keyword = token;
    else parent.values.push(Number(token));
    // ESRI lets a vertical CRS follow: the first one is the horizontal one.
    if (open.length === 1 && root.nodes.length > 0) break;
    if (open.length === 0 || open.length > MAX_DEPTH) break;
  }
  const [node] = root.nodes;
  if (node === undefined || open.length !== 1)
    throw new InvalidInputError("The CRS's WKT does not close its brackets.");
  return node;
}

function child(node: Node, keyword: string): Node | undefined {
  return node.nodes.find((candidate) => candidate.keyword === keyword);
}

function text(node: Node | undefined): string {
  const [value] = node?.values ?? [];
  return typeof value === "string" ? value : "";
}

function number(node: Node | undefined, index: number): number | null {
  const value = node?.values[index];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function unitOf(node: Node, type: "AngularUnit" | "LinearUnit", fallback: string): ProjJsonUnit {
  const unit = child(node, "UNIT");
  const factor = number(unit, 1);
  return factor === null || factor <= 0 ? fallback : { type, name: text(unit), conversion_factor: factor };
}

function geographic(node: Node): ProjJsonCrs {
  const datum = child(node, "DATUM");
  const spheroid = datum && child(datum, "SPHEROID");
  const [a, rf] = [number(spheroid, 1), number(spheroid, 2)];
  if (a === null || rf === null) throw new InvalidInputError(`The WKT of "${text(node)}" has no SPHEROID.`);
  const unit = unitOf(node, "AngularUnit", "degree");
  const isEsri = text(datum).startsWith("D_");
  const meridian = number(child(node, "PRIMEM"), 1) ?? 0;
  const authority = child(node, "AUTHORITY");
  const crs: ProjJsonCrs = {
    type: "GeographicCRS",
    name: text(node),
    datum: {
      name: text(datum),
      ellipsoid: rf === 0 ? { radius: a } : { semi_major_axis: a, inverse_flattening: rf },
      ...(meridian === 0 ? {} : { prime_meridian: { longitude: { value: meridian, unit: isEsri ? "degree" : unit } } }),
    },
    coordinate_system: { subtype: "ellipsoidal", axis: [{ direction: "east", unit }] },
    ...(text(authority) === "EPSG" ? { id: { authority: "EPSG", code: authority?.values[1] ?? "" } } : {}),
  };
  const shift = ((datum && child(datum, "TOWGS84"))?.values ?? []).filter((value) =>
    Number.isFinite(value),
  ) as number[];
  return shift.length !== 3 && shift.length !== 7 ? crs : bound(crs, shift);
}

function bound(crs: ProjJsonCrs, shift: readonly number[]): ProjJsonCrs {
  const parameters = shift.map((value, index) => ({ name: index >= 3 && index < 6 ? "rotation" : "shift", value }));
  const method = { name: "Position Vector transformation (geog2D domain)" };
  return { type: "BoundCRS", name: crs.name ?? "", source_crs: crs, transformation: { method, parameters } };
}

function projected(node: Node): ProjJsonCrs {
  const base = child(node, "GEOGCS");
  if (base === undefined) throw new InvalidInputError(`The WKT of "${text(node)}" has no GEOGCS.`);
  const baseCrs = geographic(base);
  const unit = unitOf(node, "LinearUnit", "metre");
  const given = new Map(
    node.nodes
      .filter(({ keyword }) => keyword === "PARAMETER")
      .map((parameter) => [text(parameter).toLowerCase(), number(parameter, 1) ?? 0]),
  );
  const { method, parameters } = methodOf(node, given);
  const angle = baseCrs.source_crs ?? baseCrs;
  const angleUnit = angle.coordinate_system?.axis?.[0]?.unit ?? "degree";
  const crs: ProjJsonCrs = {
    type: "ProjectedCRS",
    name: text(node),
    base_crs: angle,
    conversion: {
      method: { name: method },
      parameters: Object.entries(parameters).flatMap(([name, sources]): ProjJsonParameter[] => {
        const source = sources.find((candidate) => given.has(candidate));
        if (source === undefined) return [];
        const kind = /^false_|height$/.test(source) ? unit : source.startsWith("scale") ? "unity" : angleUnit;
        return [{ name, value: given.get(source) ?? 0, unit: kind }];
      }),
    },
    coordinate_system: { subtype: "Cartesian", axis: [{ direction: "east", unit }] },
  };
  return baseCrs.type === "BoundCRS" ? { ...baseCrs, name: text(node), source_crs: crs } : crs;
}

/** The projection, where parameters decide between two that share a name. */
function methodOf(node: Node, given: ReadonlyMap<string, number>): Wkt1Method {
  const name = text(child(node, "PROJECTION")).toLowerCase();
  const isOneParallel = !given.has("standard_parallel_2") || given.has("scale_factor");
  const atPole = Math.abs(given.get("latitude_of_origin") ?? 0) === 90;
  const exact =
    name === "lambert_conformal_conic"
      ? `lambert_conformal_conic_${isOneParallel ? 1 : 2}sp`
      : name === "polar_stereographic" && atPole
        ? "stereographic"
        : name;
  const method = Object.hasOwn(wkt1Methods, exact) ? wkt1Methods[exact] : undefined;
  if (method === undefined) {
    throw new UnsupportedError(`The CRS "${text(node)}" uses the projection "${name}", which is not supported.`, {
      details: { name: text(node), method: name },
    });
  }
  if (name === "geostationary_satellite" && /\+sweep=x\b/.test(String(child(node, "EXTENSION")?.values[1]))) {
    return { ...method, method: "Geostationary Satellite (Sweep X)" };
  }
  const isNorthKrovak = name === "krovak" && given.get("xy_plane_rotation") === 90;
  return isNorthKrovak ? { ...method, method: "Krovak (North Orientated)" } : method;
}
