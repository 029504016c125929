export { BlockDecoder, type BlockDecoderOptions, type DecodeOptions } from "./block-decoder.js";
export type { BlockEncoding, BlockWindow, Compression } from "./block-encoding.js";
export { assertSupported, effectivePredictor, isReadableCompression, isSupported } from "./supported.js";
