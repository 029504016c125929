import { InvalidInputError } from "../errors.js";
import { type Affine, applyAffine } from "./affine.js";
import type { Projection } from "./projection.js";

/** Places a side at which the outline is projected: edges that are straight in the CRS bend in lon/lat. */
const PLACES_PER_SIDE = 22;

/**
 * [west, south, east, north] in degrees that holds a `width` × `height` raster.
 *
 * A raster across the antimeridian has west > east, as in GeoJSON (RFC 7946, section 5.2); one around a pole reaches it
 * and spans all longitudes. Between two projected places an edge is taken as straight in lon/lat.
 *
 * @throws InvalidInputError where no place of the outline can be projected.
 */
export function lonLatBounds(
  projection: Projection,
  transform: Affine,
  width: number,
  height: number,
): [west: number, south: number, east: number, north: number] {
  const outline = projectedOutline(projection, transform, width, height);
  const first = outline[0];
  if (first === undefined) {
    throw new InvalidInputError("No corner or edge of the raster has a longitude and latitude in its CRS.", {
      details: { transform: [...transform], width, height },
    });
  }
  let [west, south] = first;
  let [east, north] = first;
  let lon = first[0];
  for (const [nextLon, nextLat] of [...outline.slice(1), first]) {
    lon += nearestTurn(nextLon - lon);
    west = Math.min(west, lon);
    east = Math.max(east, lon);
    south = Math.min(south, nextLat);
    north = Math.max(north, nextLat);
  }
  const turnsAroundPole = Math.abs(lon - first[0]) > 180;
  if (turnsAroundPole) return south + north > 0 ? [-180, south, 180, 90] : [-180, -90, 180, north];
  if (east - west >= 360) return [-180, south, 180, north];
  return [wrapLongitude(west), south, wrapLongitude(east), north];
}

function projectedOutline(projection: Projection, transform: Affine, width: number, height: number) {
  const sides: readonly ((along: number) => [col: number, row: number])[] = [
    (along) => [along * width, 0],
    (along) => [width, along * height],
    (along) => [(1 - along) * width, height],
    (along) => [0, (1 - along) * height],
  ];
  const outline: [lon: number, lat: number][] = [];
  for (const side of sides) {
    for (let place = 0; place < PLACES_PER_SIDE; place++) {
      const [col, row] = side(place / PLACES_PER_SIDE);
      const [lon, lat] = projection.inverse(...applyAffine(transform, col, row));
      if (Number.isFinite(lon) && Number.isFinite(lat)) outline.push([lon, lat]);
    }
  }
  return outline;
}

/** The same turn by less than half the globe. Steps of a grid in degrees are kept: they are never that long. */
function nearestTurn(degrees: number): number {
  return degrees - 360 * Math.round(degrees / 360);
}

function wrapLongitude(lon: number): number {
  if (lon >= -180 && lon <= 180) return lon;
  return lon - 360 * Math.floor((lon + 180) / 360);
}
