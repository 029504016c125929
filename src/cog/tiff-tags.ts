/** TIFF tags that this reader looks at: TIFF 6.0, BigTIFF, GeoTIFF 1.1 and GDAL's own. */
export const Tag = {
  NewSubfileType: 254,
  ImageWidth: 256,
  ImageLength: 257,
  BitsPerSample: 258,
  Compression: 259,
  PhotometricInterpretation: 262,
  FillOrder: 266,
  DocumentName: 269,
  ImageDescription: 270,
  StripOffsets: 273,
  SamplesPerPixel: 277,
  RowsPerStrip: 278,
  StripByteCounts: 279,
  PlanarConfiguration: 284,
  Software: 305,
  DateTime: 306,
  Artist: 315,
  HostComputer: 316,
  Predictor: 317,
  ColorMap: 320,
  TileWidth: 322,
  TileLength: 323,
  TileOffsets: 324,
  TileByteCounts: 325,
  SubIfds: 330,
  ExtraSamples: 338,
  SampleFormat: 339,
  Copyright: 33432,
  ModelPixelScale: 33550,
  ModelTiepoint: 33922,
  ModelTransformation: 34264,
  GeoKeyDirectory: 34735,
  GeoDoubleParams: 34736,
  GeoAsciiParams: 34737,
  GdalMetadata: 42112,
  GdalNodata: 42113,
  LercParameters: 50674,
} as const;

/** A tag as messages name it: "TileOffsets (324)". */
export function tagName(tag: number): string {
  const name = Object.entries(Tag).find(([, number]) => number === tag)?.[0];
  return name === undefined ? `tag ${tag}` : `${name} (${tag})`;
}

/** Bytes of one value of a field type (TIFF 6.0, section 2; 16–18 are BigTIFF's); 0 for an unknown type. */
export function bytesPerValue(fieldType: number): number {
  return valueBytes[fieldType] ?? 0;
}

const valueBytes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8];
