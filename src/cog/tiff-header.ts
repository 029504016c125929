import { affineBounds } from "../geo/affine.js";
import { acquisitionTime } from "./acquisition-time.js";
import { missingBlockTable } from "./block-table.js";
import type { CogInfo } from "./cog-info.js";
import { readColors } from "./colors.js";
import {
  type Directory,
  missingRange,
  parseTiffStart,
  readDirectories,
  readText,
  type TiffStart,
} from "./directories.js";
import { type GdalMetadata, parseGdalMetadata } from "./gdal-metadata.js";
import { readGeoKeys } from "./geo-keys.js";
import { crsFromGeoKeys } from "./geo-keys-crs.js";
import { readGeoreference } from "./georeference.js";
import { type HeaderBytes, isNeedBytes, type NeedBytes, needBytes, viewBytes } from "./header-bytes.js";
import { parseNodata } from "./nodata.js";
import { type SortedImages, sortImages } from "./sort-images.js";
import type { TiffImage } from "./tiff-image.js";
import { bytesPerValue, Tag, tagName } from "./tiff-tags.js";

/**
 * What any TIFF's header says, whether or not its pixels can be read: the base of `inspect`.
 *
 * As `CogInfo`, but every compression and sample type is told by name, and blocks are not located.
 */
export interface TiffHeader extends Omit<CogInfo, "dtype" | "levels" | "masks"> {
  start: TiffStart;
  /** A DType, or the name of a complex type. */
  dtype: string;
  /** Full resolution first, then overviews from fine to coarse. */
  images: readonly TiffImage[];
  /** Internal masks: for full resolution first, then for overviews. */
  masks: readonly TiffImage[];
  /** What is damaged beside what is told here; empty for a sound file. */
  defects: readonly string[];
}

const MAX_TEXT_BYTES = 8 * 1024 * 1024;
/** As many as the largest set of ground control points that is counted. */
const MAX_FIELD_NUMBERS = 65536 * 6;

/** Tags with text that GDAL gives as metadata of the dataset, by the names it gives them. */
const textTags: readonly (readonly [tag: number, name: string])[] = [
  [Tag.DocumentName, "TIFFTAG_DOCUMENTNAME"],
  [Tag.ImageDescription, "TIFFTAG_IMAGEDESCRIPTION"],
  [Tag.Software, "TIFFTAG_SOFTWARE"],
  [Tag.DateTime, "TIFFTAG_DATETIME"],
  [Tag.Artist, "TIFFTAG_ARTIST"],
  [Tag.HostComputer, "TIFFTAG_HOSTCOMPUTER"],
  [Tag.Copyright, "TIFFTAG_COPYRIGHT"],
];

const imageTags = [Tag.BitsPerSample, Tag.SampleFormat, Tag.LercParameters];
const datasetTags = [
  ...imageTags,
  Tag.ModelPixelScale,
  Tag.ModelTiepoint,
  Tag.ModelTransformation,
  Tag.GeoKeyDirectory,
  Tag.GeoDoubleParams,
  Tag.GeoAsciiParams,
  Tag.GdalMetadata,
  Tag.GdalNodata,
  Tag.ColorMap,
  Tag.ExtraSamples,
  ...textTags.map(([tag]) => tag),
];

/**
 * The header of a TIFF from the bytes read so far, or the ranges that it still needs.
 *
 * With `withBlocks` the ranges include the tables of the blocks' places, so that `parseCog` has what it needs.
 *
 * @throws CorruptDataError where the file is no TIFF or its first image is damaged.
 * @throws UnsupportedError where its first image has an unknown compression or bands of different types.
 */
export function parseTiffHeader(header: HeaderBytes, options: { withBlocks?: boolean } = {}): TiffHeader | NeedBytes {
  const start = parseTiffStart(header);
  if (isNeedBytes(start)) return start;
  const chain = readDirectories(header, start);
  if (isNeedBytes(chain)) return chain;
  const missing = chain.directories.flatMap((directory, index) =>
    (index === 0 ? datasetTags : imageTags).flatMap((tag) => missingField(header, directory, tag)),
  );
  if (missing.length > 0) return needBytes(header, missing);

  const sorted = sortImages(header, chain);
  if (options.withBlocks) {
    const tables = [...sorted.images, ...sorted.masks].flatMap((image) => missingBlockTable(header, image));
    if (tables.length > 0) return needBytes(header, tables);
  }
  return describe(header, start, chain.directories[0] as Directory, sorted);
}

function missingField(header: HeaderBytes, directory: Directory, tag: number) {
  const field = directory.fields.get(tag);
  if (field === undefined) return [];
  const range = missingRange(header, field, bytesPerValue(field.type) === 1 ? MAX_TEXT_BYTES : MAX_FIELD_NUMBERS);
  return range === null ? [] : [range];
}

function describe(
  header: HeaderBytes,
  start: TiffStart,
  directory: Directory,
  { images, masks, defects }: SortedImages,
): TiffHeader {
  const image = images[0] as TiffImage;
  const keys = readGeoKeys(header, start, directory);
  const soundKeys = keys === "damaged" ? new Map() : keys;
  const { transform, pixelIsPoint, groundControlPoints } = readGeoreference(header, start, directory, soundKeys);
  const gdal = readGdalMetadata(header, directory);
  const metadata = { ...gdal.dataset, ...readTextTags(header, directory) };
  const nodataField = directory.fields.get(Tag.GdalNodata);
  const nodataText = nodataField === undefined ? null : readText(header, nodataField, MAX_TEXT_BYTES);
  const nodata = nodataText === null ? null : parseNodata(nodataText, image.dtype);
  const bands = Array.from({ length: image.samples }, (_, band) => band);
  return {
    start,
    driver: isCogLayout(header, start) ? "COG" : "GTiff",
    sizeBytes: header.sizeBytes,
    bigTiff: start.bigTiff,
    width: image.width,
    height: image.height,
    count: image.samples,
    dtype: image.dtype,
    crs: crsFromGeoKeys(soundKeys),
    transform,
    bounds: transform === null ? null : affineBounds(transform, image.width, image.height),
    pixelIsPoint,
    groundControlPoints,
    nodata,
    scale: bands.map((band) => gdal.scales.get(band) ?? 1),
    offset: bands.map((band) => gdal.offsets.get(band) ?? 0),
    ...readColors(header, start, directory, {
      samples: image.samples,
      bitsPerSample: image.bitsPerSample,
      named: gdal.colorInterpretations,
      nodata,
    }),
    bandNames: bands.map((band) => gdal.descriptions.get(band) ?? null),
    interleave: image.samples > 1 && !image.isPlanar ? "PIXEL" : "BAND",
    images,
    masks,
    metadata,
    acquisitionTime: acquisitionTime(metadata),
    defects:
      keys === "damaged"
        ? [...defects, `${tagName(Tag.GeoKeyDirectory)}: a key points outside of its parameters`]
        : defects,
  };
}

function readGdalMetadata(header: HeaderBytes, directory: Directory): GdalMetadata {
  const field = directory.fields.get(Tag.GdalMetadata);
  return parseGdalMetadata((field === undefined ? null : readText(header, field, MAX_TEXT_BYTES)) ?? "");
}

function readTextTags(header: HeaderBytes, directory: Directory): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [tag, name] of textTags) {
    const field = directory.fields.get(tag);
    const text = field === undefined ? null : readText(header, field, MAX_TEXT_BYTES);
    if (text !== null && text !== "") found[name] = text;
  }
  return found;
}

/** GDAL's ghost area, right behind the TIFF's start: a line that tells its own length, then KEY=VALUE lines. */
const GHOST_START = "GDAL_STRUCTURAL_METADATA_SIZE=";

/** True where the file says, as GDAL's COG driver writes, that its directories come first, and nobody has broken that. */
function isCogLayout(header: HeaderBytes, { bigTiff }: TiffStart): boolean {
  const offset = bigTiff ? 16 : 8;
  const view = viewBytes(header, offset, GHOST_START.length + 13);
  if (view === null) return false;
  const line = Buffer.from(view.buffer, view.byteOffset, view.byteLength).toString("latin1");
  if (!line.startsWith(GHOST_START)) return false;
  const length = Number.parseInt(line.slice(GHOST_START.length), 10);
  const ghost = Number.isNaN(length) || length > 4096 ? null : viewBytes(header, offset + view.byteLength, length);
  if (ghost === null) return false;
  const text = Buffer.from(ghost.buffer, ghost.byteOffset, ghost.byteLength).toString("latin1");
  return text.includes("LAYOUT=IFDS_BEFORE_DATA") && !text.includes("KNOWN_INCOMPATIBLE_EDITION=YES");
}
