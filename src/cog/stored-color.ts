import type { YCbCrEncoding } from "../codec/block-encoding.js";
import type { ColorSpace } from "../codec/color/color-encoding.js";
import { BT601, FULL_RANGE, JPEG_YCBCR } from "../codec/color/jpeg-ycbcr.js";
import { CorruptDataError, UnsupportedError } from "../errors.js";
import type { ByteRange } from "../store/byte-store.js";
import { type Field, missingRange, readNumbers, type TiffStart } from "./directories.js";
import { type HeaderBytes, viewBytes } from "./header-bytes.js";
import type { TiffImage } from "./tiff-image.js";

/** Tags that only decoding asks for (TIFF 6.0, sections 16 and 20 to 22). */
const ColorTag = {
  WhitePoint: 318,
  InkSet: 332,
  JpegTables: 347,
  YCbCrCoefficients: 529,
  YCbCrSubSampling: 530,
  ReferenceBlackWhite: 532,
} as const;

/** PhotometricInterpretation (TIFF 6.0, section 8). */
const Photometric = { separated: 5, yCbCr: 6, cielab: 8 } as const;

/** Tables are a few hundred bytes; they are kept with every stack. */
const MAX_JPEG_TABLES_BYTES = 65536;
/** CIE's illuminant D50 as x and y of its X, Y and Z: libtiff's default for WhitePoint. */
const D50 = [96.425 / 278.893, 100 / 278.893] as const;
/** How an image's colours are stored where they are not presented just as they are. */
export interface StoredColor {
  jpegTables?: string;
  ycbcr?: YCbCrEncoding;
  colorSpace?: ColorSpace;
}

/** The ranges that {@link readStoredColor} still needs of an image. */
export function missingColorTags(header: HeaderBytes, image: TiffImage): ByteRange[] {
  return wantedTags(image).flatMap((tag) => {
    const field = image.directory.fields.get(tag);
    const range = field === undefined ? null : missingRange(header, field, MAX_JPEG_TABLES_BYTES);
    return range === null ? [] : [range];
  });
}

function wantedTags({ compression, photometric }: TiffImage): number[] {
  return [
    ...(compression === "JPEG" ? [ColorTag.JpegTables] : []),
    ...(photometric === Photometric.cielab ? [ColorTag.WhitePoint] : []),
    ...(photometric === Photometric.separated ? [ColorTag.InkSet] : []),
    ...(photometric === Photometric.yCbCr
      ? [ColorTag.YCbCrCoefficients, ColorTag.YCbCrSubSampling, ColorTag.ReferenceBlackWhite]
      : []),
  ];
}

/**
 * What GDAL does to an image's colours before it presents them: YCbCr, CMYK and CIELAB of 8 bits become RGB, all else
 * stays as it is.
 *
 * @throws UnsupportedError for such colours in separate planes, whose blocks hold one of them each, or of fewer bits.
 * @throws CorruptDataError for tags that make no sense.
 */
export function readStoredColor(header: HeaderBytes, start: TiffStart, image: TiffImage): StoredColor {
  const color = {
    ...(image.compression === "JPEG" && readJpegTables(header, image)),
    ...(image.photometric === Photometric.yCbCr && readYCbCr(header, start, image)),
    ...readColorSpace(header, start, image),
  };
  if (image.isPlanar && image.samples > 1 && (color.colorSpace ?? color.ycbcr) !== undefined) {
    throw refused(color.colorSpace?.kind ?? "YCbCr", "in separate planes", image);
  }
  return color;
}

function readJpegTables(header: HeaderBytes, image: TiffImage): Pick<StoredColor, "jpegTables"> {
  const field = image.directory.fields.get(ColorTag.JpegTables);
  if (field === undefined || field.count === 0) return {};
  const view = field.count > MAX_JPEG_TABLES_BYTES ? null : viewBytes(header, field.offset, field.count);
  if (view === null) throw damaged("JPEGTables", field);
  return { jpegTables: Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString("base64") };
}

function readYCbCr(header: HeaderBytes, start: TiffStart, image: TiffImage): Pick<StoredColor, "ycbcr"> {
  // libjpeg is asked for RGB of three interleaved samples; what else calls itself YCbCr is given as it is.
  if (image.compression === "JPEG") return image.isPlanar || image.samples !== 3 ? {} : { ycbcr: JPEG_YCBCR };
  if (image.bitsPerSample !== 8) throw refused("YCbCr", `of ${image.bitsPerSample} bits`, image);
  const [across = 2, down = 2] = numbers(header, start, image, ColorTag.YCbCrSubSampling, 2) ?? [];
  if (![across, down].every((factor) => [1, 2, 4].includes(factor))) {
    throw new CorruptDataError(`YCbCrSubSampling is ${across} × ${down}: not 1, 2 or 4 each.`, {
      details: { tag: ColorTag.YCbCrSubSampling, across, down },
    });
  }
  const [red, green, blue] = numbers(header, start, image, ColorTag.YCbCrCoefficients, 3) ?? BT601;
  const referenceBlackWhite = numbers(header, start, image, ColorTag.ReferenceBlackWhite, 6) ?? FULL_RANGE;
  if (red === undefined || green === undefined || blue === undefined || referenceBlackWhite.length !== 6) {
    throw new CorruptDataError("YCbCrCoefficients or ReferenceBlackWhite have too few numbers.", {
      details: { tags: [ColorTag.YCbCrCoefficients, ColorTag.ReferenceBlackWhite] },
    });
  }
  return { ycbcr: { subsampling: [across, down], coefficients: [red, green, blue], referenceBlackWhite } };
}

/** InkSet's value for cyan, magenta, yellow and black, which is also its default. */
const CMYK_INKS = 1;

function readColorSpace(header: HeaderBytes, start: TiffStart, image: TiffImage): Pick<StoredColor, "colorSpace"> {
  const { photometric, samples, bitsPerSample } = image;
  if (photometric === Photometric.cielab && samples === 3 && bitsPerSample === 8) {
    const [x = 0, y = 0] = numbers(header, start, image, ColorTag.WhitePoint, 2) ?? D50;
    if (!(x > 0 && y > 0)) throw damaged("WhitePoint", image.directory.fields.get(ColorTag.WhitePoint));
    return { colorSpace: { kind: "CIELAB", whitePoint: [x, y] } };
  }
  const [inks] = numbers(header, start, image, ColorTag.InkSet, 1) ?? [CMYK_INKS];
  if (photometric !== Photometric.separated || samples < 4 || inks !== CMYK_INKS || bitsPerSample > 8) return {};
  if (bitsPerSample < 8) throw refused("CMYK", `of ${bitsPerSample} bits`, image);
  return { colorSpace: { kind: "CMYK" } };
}

/** @throws CorruptDataError where the values are no finite numbers */
function numbers(
  header: HeaderBytes,
  start: TiffStart,
  image: TiffImage,
  tag: number,
  count: number,
): readonly number[] | null {
  const field = image.directory.fields.get(tag);
  if (field === undefined) return null;
  const values = readNumbers(header, start, field, count);
  if (values === null || !values.every(Number.isFinite)) throw damaged(`tag ${tag}`, field);
  return [...values];
}

function refused(what: string, how: string, { photometric, bitsPerSample }: TiffImage): UnsupportedError {
  return new UnsupportedError(`${what} pixels ${how} are not supported.`, { details: { photometric, bitsPerSample } });
}

function damaged(what: string, field: Field | undefined): CorruptDataError {
  return new CorruptDataError(`${what} at offset ${field?.offset} is damaged or lies outside of the file.`, {
    details: { tag: field?.tag ?? null, offset: field?.offset ?? null },
  });
}
