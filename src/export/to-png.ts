import { encode, type IndexedColors } from "fast-png";
import { InvalidInputError } from "../errors.js";
import type { TypedArray } from "../ndarray/dtype.js";
import { type ColormapName, createColormap } from "./colormap.js";
import { resolveStretch, type Stretch } from "./stretch.js";

/** PNG, 11.2.1 allows 2^31 - 1; a picture of this many pixels is already 400 MB in memory. */
const MAX_PIXELS = 100_000_000;

/** What to draw, and how. */
export interface PngOptions {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  /**
   * `width × height` values each, row by row from the top: one band (drawn by `colormap`), or red, green, blue, or
   * these and an opacity from 0 to 255, which is not stretched.
   */
  readonly bands: readonly TypedArray[];
  /** A `Status` code for each pixel; whatever is not valid becomes transparent. null or left out: all are valid. */
  readonly status?: Uint8Array | null | undefined;
  /** For all bands, or one for each colour band. Default: percentiles 2 to 98 of each band. */
  readonly stretch?: Stretch | readonly Stretch[] | undefined;
  /** Default `gray`. Only for one band. */
  readonly colormap?: ColormapName | undefined;
  /** Above 1 brightens the dark parts: the share of the stretch is raised to 1 / gamma. Default 1. */
  readonly gamma?: number | undefined;
}

/**
 * A picture as PNG bytes, ready for a file or a response.
 *
 * Missing pixels, and values that are no number, are transparent. One band becomes a palette picture (a byte a
 * pixel, 255 colours), three become true colour.
 *
 * @throws InvalidInputError where sizes, bands or options do not fit each other.
 */
export function toPng(options: PngOptions): Uint8Array {
  assertFitting(options);
  return options.bands.length === 1 ? encodePalette(options) : encodeTrueColor(options);
}

function assertFitting(options: PngOptions): void {
  const { width, height, bands } = options;
  const fault = faultOf(options);
  if (fault !== null) throw new InvalidInputError(fault, { details: { width, height, bands: bands.length } });
}

function faultOf({ width, height, bands, status, colormap, gamma = 1, stretch }: PngOptions): string | null {
  const pixels = width * height;
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1 || pixels > MAX_PIXELS) {
    return `a picture of ${width} × ${height} pixels cannot be drawn; the most is ${MAX_PIXELS} in all`;
  }
  if (![1, 3, 4].includes(bands.length)) return `a picture has 1, 3 or 4 bands, not ${bands.length}`;
  if ([...bands, ...(status ? [status] : [])].some((plane) => plane.length !== pixels)) {
    return `every band and the status must have ${width} × ${height} values`;
  }
  if (colormap !== undefined && bands.length > 1) return `a colour map colours one band, not ${bands.length}`;
  if (!(gamma > 0 && Number.isFinite(gamma))) return `gamma must be above 0, not ${gamma}`;
  const colors = Math.min(bands.length, 3);
  if (isList(stretch) && stretch.length !== colors) return `${stretch.length} stretches do not fit ${colors} bands`;
  return null;
}

function isList(stretch: PngOptions["stretch"]): stretch is readonly Stretch[] {
  return Array.isArray(stretch);
}

/** Index 0 is what is missing, 1 to 255 the colours. */
function encodePalette(options: PngOptions): Uint8Array {
  const { width, height, status = null } = options;
  const levels = stretchBand(options, 0, 254);
  const pixels = new Uint8Array(width * height);
  for (let i = 0; i < pixels.length; i++) {
    const isThere = (status === null || status[i] === 0) && levels[i]! >= 0;
    pixels[i] = isThere ? levels[i]! + 1 : 0;
  }
  return encode({ width, height, data: pixels, channels: 1, palette: toPalette(options, pixels.includes(0)) });
}

/** The colour of each index. Opacities are given only where one is not full: a PNG without them is opaque. */
function toPalette({ colormap = "gray" }: PngOptions, isFirstTransparent: boolean): IndexedColors {
  const colors = createColormap(colormap, 255);
  const color = (i: number): [number, number, number] => [colors[i * 3]!, colors[i * 3 + 1]!, colors[i * 3 + 2]!];
  const entries = [[0, 0, 0] as [number, number, number], ...Array.from({ length: 255 }, (_, i) => color(i))];
  return isFirstTransparent ? entries.map((entry, i) => [...entry, i === 0 ? 0 : 255]) : entries;
}

function encodeTrueColor(options: PngOptions): Uint8Array {
  const { width, height, bands, status = null } = options;
  const [red, green, blue] = [0, 1, 2].map((band) => stretchBand(options, band, 255)) as [Levels, Levels, Levels];
  const opacity = bands[3];
  const pixels = new Uint8ClampedArray(width * height * 4);
  let isOpaque = true;
  for (let i = 0; i < width * height; i++) {
    const isThere = (status === null || status[i] === 0) && Math.min(red[i]!, green[i]!, blue[i]!) >= 0;
    const alpha = isThere ? Number(opacity?.[i] ?? 255) : 0;
    // A missing pixel keeps no colour, which would show at the edges when a viewer scales the picture.
    if (isThere) {
      pixels[i * 4] = red[i]!;
      pixels[i * 4 + 1] = green[i]!;
      pixels[i * 4 + 2] = blue[i]!;
      pixels[i * 4 + 3] = alpha;
    }
    isOpaque &&= alpha >= 255;
  }
  const bytes = new Uint8Array(pixels.buffer);
  if (!isOpaque) return encode({ width, height, data: bytes, channels: 4 });
  return encode({ width, height, data: withoutAlpha(bytes), channels: 3 });
}

function withoutAlpha(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from]!;
    rgb[to + 1] = rgba[from + 1]!;
    rgb[to + 2] = rgba[from + 2]!;
  }
  return rgb;
}

/** Levels from 0 up; -1 where the value is no number. */
type Levels = Int16Array;

function stretchBand({ bands, status = null, stretch, gamma = 1 }: PngOptions, band: number, top: number): Levels {
  const data = bands[band]!;
  const wanted = isList(stretch) ? stretch[band]! : (stretch ?? { kind: "percentile", low: 2, high: 98 });
  const range = resolveStretch(wanted, data, status);
  const levels = new Int16Array(data.length).fill(-1);
  if (range === null) return levels;
  const span = range.max - range.min;
  for (let i = 0; i < data.length; i++) {
    const value = Number(data[i]);
    if (Number.isNaN(value)) continue;
    // A band of one value has no span: it lies in the middle, neither black nor white.
    const share = span > 0 ? (value - range.min) / span : 0.5 + Math.sign(value - range.min) / 2;
    const clamped = Math.min(1, Math.max(0, share));
    levels[i] = Math.round((gamma === 1 ? clamped : clamped ** (1 / gamma)) * top);
  }
  return levels;
}
