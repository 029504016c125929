import { InvalidInputError } from "../errors.js";
import { viridis } from "./viridis.js";

/**
 * Evenly spaced colours, lowest value first, as `rrggbb` one after the other; what lies between two is mixed in sRGB.
 *
 * `ndvi` runs from bare soil over dry grass to closed forest; it is meant for values from about 0 to 0.9.
 */
const stops = {
  gray: "000000ffffff",
  viridis,
  ndvi: "6b4a2ba67c52d9c08cf3ecc1c7dd8a86b84f3f8f3a12622f063d1f",
} as const satisfies Record<string, string>;

/** A colour map by the name that `colormap_name` takes. */
export type ColormapName = keyof typeof stops;

/** The names of all colour maps. */
export const colormapNames = Object.keys(stops) as readonly ColormapName[];

/**
 * `size` colours from the lowest value to the highest, as red, green, blue bytes one after the other.
 *
 * @throws InvalidInputError where there is no such map.
 */
export function createColormap(name: ColormapName, size: number): Uint8Array {
  if (!Object.hasOwn(stops, name)) {
    throw new InvalidInputError(`there is no colour map "${name}"; there is ${colormapNames.join(", ")}`, {
      details: { name },
    });
  }
  const bytes = stops[name].match(/../g)!.map((pair) => Number.parseInt(pair, 16));
  const last = bytes.length / 3 - 1;
  const table = new Uint8Array(size * 3);
  for (let i = 0; i < size; i++) {
    const place = (i / Math.max(1, size - 1)) * last;
    const below = Math.min(Math.floor(place), last - 1);
    for (let channel = 0; channel < 3; channel++) {
      const low = bytes[below * 3 + channel]!;
      const high = bytes[(below + 1) * 3 + channel]!;
      table[i * 3 + channel] = Math.round(low + (high - low) * (place - below));
    }
  }
  return table;
}
