import type { StacGeometry } from "./stac-item.js";

/**
 * The ground of a box in degrees: counterclockwise, and where it crosses the antimeridian (west > east) one part on either
 * side of it (RFC 7946, sections 3.1.6 and 3.1.9).
 */
export function footprint([west = 0, south = 0, east = 0, north = 0]: readonly number[]): StacGeometry {
  const ring = (from: number, to: number) => [
    [from, south],
    [to, south],
    [to, north],
    [from, north],
    [from, south],
  ];
  if (west <= east) return { type: "Polygon", coordinates: [ring(west, east)] };
  return { type: "MultiPolygon", coordinates: [[ring(west, 180)], [ring(-180, east)]] };
}

/** A geometry as well-known binary, little-endian (OGC Simple Feature Access, part 1, clause 8). */
export function toWkb({ type, coordinates }: StacGeometry): Uint8Array {
  if (type === "Polygon") return polygonWkb(coordinates);
  const parts = coordinates.map(polygonWkb);
  return joined([header(6, parts.length), ...parts]);
}

function polygonWkb(rings: readonly number[][][]): Uint8Array {
  return joined([header(3, rings.length), ...rings.map(ringWkb)]);
}

/** Byte order, type and count. */
function header(type: number, count: number): Uint8Array {
  const bytes = new Uint8Array(9);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 1);
  view.setUint32(1, type, true);
  view.setUint32(5, count, true);
  return bytes;
}

function ringWkb(places: readonly number[][]): Uint8Array {
  const bytes = new Uint8Array(4 + places.length * 16);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, places.length, true);
  places.forEach(([x = 0, y = 0], i) => {
    view.setFloat64(4 + i * 16, x, true);
    view.setFloat64(12 + i * 16, y, true);
  });
  return bytes;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
