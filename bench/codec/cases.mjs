/**
 * The files that are measured: one for each compression, predictor and kind of sample that GDAL writes.
 *
 * `isExact` is false where two right decoders may round differently.
 */
const files = [
  ["uint16", "none", "NONE"],
  ["uint16", "packbits", "PACKBITS"],
  ["uint16", "lzw", "LZW"],
  ["uint16", "lzw-2", "LZW", "PREDICTOR=2"],
  ["uint16", "deflate", "DEFLATE"],
  ["uint16", "deflate-2", "DEFLATE", "PREDICTOR=2"],
  ["uint16", "zstd", "ZSTD"],
  ["uint16", "zstd-2", "ZSTD", "PREDICTOR=2"],
  ["uint16", "lzma", "LZMA"],
  ["uint16", "lzma-2", "LZMA", "PREDICTOR=2"],
  ["uint16", "lerc", "LERC"],
  ["uint16", "lerc-deflate", "LERC_DEFLATE"],
  ["uint16", "lerc-zstd", "LERC_ZSTD"],
  ["float32", "lzw-3", "LZW", "PREDICTOR=3"],
  ["float32", "deflate-3", "DEFLATE", "PREDICTOR=3"],
  ["float32", "zstd-3", "ZSTD", "PREDICTOR=3"],
  ["float32", "lzma-3", "LZMA", "PREDICTOR=3"],
  ["float32", "lerc", "LERC"],
  ["float32", "lerc-off-by-0.001", "LERC", "MAX_Z_ERROR=0.001"],
  ["uint8", "deflate-2", "DEFLATE", "PREDICTOR=2"],
  ["uint8", "jpeg-ycbcr", "JPEG", "PHOTOMETRIC=YCBCR"],
  ["uint8", "jpeg-rgb", "JPEG", "PHOTOMETRIC=RGB"],
  ["uint8", "webp", "WEBP"],
  ["uint8", "webp-lossless", "WEBP", "WEBP_LOSSLESS=YES"],
];

export const cases = files.map(([kind, name, compression, ...options]) => ({
  kind,
  name: `${kind}-${name}`,
  compression,
  options: [`COMPRESS=${compression}`, ...options],
  isExact: compression !== "JPEG" && name !== "webp",
}));
