import { type Directory, readNumber, readNumbers, type TiffStart } from "./directories.js";
import type { HeaderBytes } from "./header-bytes.js";
import { Tag } from "./tiff-tags.js";

/** Red, green, blue and alpha, 0 to 255. */
export type Color = readonly [red: number, green: number, blue: number, alpha: number];

/** What a file says of the colours of its bands. */
export interface Colors {
  /** One a band, by GDAL's names: "Gray", "Palette", "Red", "Alpha", "Undefined" … */
  colorInterpretation: readonly string[];
  /** The colour of each value of the first band; null where its values are no indices. */
  colorTable: readonly Color[] | null;
}

/** PhotometricInterpretation (TIFF 6.0, section 8; CIELab and CMYK: sections 16 and 23). */
const Photometric = { minIsWhite: 0, minIsBlack: 1, rgb: 2, palette: 3, cmyk: 5, ycbcr: 6, cieLab: 8 } as const;

/** ExtraSamples (TIFF 6.0, section 18) that are an alpha channel: associated and unassociated. */
const ALPHA_KINDS: readonly number[] = [1, 2];

/** GDAL's names, as GDAL_METADATA may give them for a band. */
const NAMES = [
  ..."Undefined Gray Palette Red Green Blue Alpha Hue Saturation Lightness Cyan Magenta Yellow Black".split(" "),
  ..."YCbCr_Y YCbCr_Cb YCbCr_Cr Pan Coastal RedEdge NIR SWIR MWIR LWIR TIR OtherIR".split(" "),
];

/** Index bits beyond which TIFF has no colour map. */
const MAX_INDEX_BITS = 16;

const blackAndWhite: readonly Color[] = [
  [0, 0, 0, 255],
  [255, 255, 255, 255],
];

export interface ColorOptions {
  samples: number;
  bitsPerSample: number;
  /** Names from GDAL_METADATA by zero-based band: they win over the tags. */
  named: ReadonlyMap<number, string>;
  nodata: number | bigint | "nan" | null;
}

/**
 * The colours of a directory's bands, as GDAL presents them.
 *
 * Stored values are never changed: an image whose zero is white has the colour table that runs from white to black. A
 * single band of bits always has a table, black and white without a word of the file. The colour of the nodata value is
 * transparent. A colour map of another length than the sample type asks for is none.
 */
export function readColors(
  header: HeaderBytes,
  start: TiffStart,
  directory: Directory,
  { samples, bitsPerSample, named, nodata }: ColorOptions,
): Colors {
  const photometric = readNumber(header, start, directory, Tag.PhotometricInterpretation, Photometric.minIsBlack);
  const extra = directory.fields.get(Tag.ExtraSamples);
  const extraKinds = [...((extra && readNumbers(header, start, extra, samples)) ?? [])];
  // GDAL has libtiff make RGBA of these.
  const isConverted =
    photometric === Photometric.ycbcr ||
    (bitsPerSample === 8 && (photometric === Photometric.cmyk || photometric === Photometric.cieLab));
  const isBitmap = bitsPerSample === 1 && samples === 1;
  const table: readonly Color[] | null = isConverted
    ? null
    : (readColorMap(header, start, directory, bitsPerSample, nodata) ??
      (photometric === Photometric.minIsWhite ? whiteToBlack(bitsPerSample) : null) ??
      (isBitmap ? blackAndWhite : null));
  if (isBitmap) return { colorInterpretation: ["Palette"], colorTable: table };
  const primaries = primaryNames(photometric, isConverted, table !== null);
  const colorInterpretation = Array.from({ length: samples }, (_, band) => {
    const given = named.get(band);
    if (given !== undefined) return NAMES.find((name) => name.toLowerCase() === given.toLowerCase()) ?? "Undefined";
    const isAlpha = ALPHA_KINDS.includes(extraKinds[band - samples + extraKinds.length] ?? 0);
    return primaries[band] ?? (isAlpha ? "Alpha" : "Undefined");
  });
  return { colorInterpretation, colorTable: colorInterpretation[0] === "Palette" ? table : null };
}

function primaryNames(photometric: number, isConverted: boolean, hasTable: boolean): readonly string[] {
  if (isConverted)
    return photometric === Photometric.ycbcr ? ["Red", "Green", "Blue"] : ["Red", "Green", "Blue", "Alpha"];
  if (photometric === Photometric.rgb) return [hasTable ? "Palette" : "Red", "Green", "Blue"];
  if (photometric === Photometric.cmyk) return ["Cyan", "Magenta", "Yellow", "Black"];
  if (hasTable) return ["Palette"];
  return photometric === Photometric.minIsBlack || photometric === Photometric.palette ? ["Gray"] : [];
}

/** ColorMap (TIFF 6.0, section 5): all reds, all greens, all blues, 16 bits each. */
function readColorMap(
  header: HeaderBytes,
  start: TiffStart,
  directory: Directory,
  bitsPerSample: number,
  nodata: ColorOptions["nodata"],
): Color[] | null {
  const field = directory.fields.get(Tag.ColorMap);
  const count = 2 ** bitsPerSample;
  if (field === undefined || bitsPerSample > MAX_INDEX_BITS || field.count !== 3 * count) return null;
  const map = readNumbers(header, start, field, field.count);
  if (map === null) return null;
  // Some writers store 8 bits where TIFF asks for 16.
  const divisor = map.some((value) => value >= 256) ? 257 : 1;
  const part = (color: number, index: number) => Math.floor((map[color * count + index] as number) / divisor);
  const transparent = nodata === null || nodata === "nan" ? -1 : Math.trunc(Number(nodata));
  return Array.from({ length: count }, (_, index) => {
    return [part(0, index), part(1, index), part(2, index), index === transparent ? 0 : 255];
  });
}

function whiteToBlack(bitsPerSample: number): Color[] | null {
  if (bitsPerSample > MAX_INDEX_BITS) return null;
  const last = 2 ** bitsPerSample - 1;
  return Array.from({ length: last + 1 }, (_, index) => {
    const gray = Math.floor((255 * (last - index)) / last);
    return [gray, gray, gray, 255];
  });
}
