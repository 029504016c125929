import { GridMismatchError } from "../errors.js";
import { geoBoxOf, type Scope } from "./scope.js";

const MS_PER_DEGREE = 86_400_000 / 360;

/**
 * The scope with scenes of one day, by the sun at the middle of its pixels, as one time step: in order of time, the first
 * valid pixel wins. The label of a step is the time of its first scene.
 */
export async function groupBySolarDay(scope: Scope): Promise<Scope> {
  const longitude = middleLongitude(scope);
  const dayOf = (place: number) => {
    const time = scope.warehouse.scenes.time[scope.scenes[place] ?? 0] ?? 0;
    return Math.floor((time + longitude * MS_PER_DEGREE) / 86_400_000);
  };
  const starts: number[] = [];
  for (let place = 0; place < scope.scenes.length; place++) {
    if (place === 0 || dayOf(place) !== dayOf(place - 1)) starts.push(place);
  }
  return { ...scope, stepStarts: Int32Array.from(starts) };
}

/** Degrees east; 0, which is a day in UTC, where the pixels have no place on Earth. */
function middleLongitude(scope: Scope): number {
  const box = geoBoxOf(scope);
  if (box === null || scope.lattice instanceof GridMismatchError || scope.lattice.projection === null) return 0;
  const { transform, width, height } = box;
  const [a, b, c, d, e, f] = transform;
  const [x, y] = [(a * width + b * height) / 2 + c, (d * width + e * height) / 2 + f];
  const [longitude] = scope.lattice.projection.inverse(x, y);
  return Number.isFinite(longitude) ? longitude : 0;
}
