import type { FlatbufferReader } from "./format/flatbuffer-reader.js";

/** Slots of `Manifest` in `manifest.fbs`, spec 2.1. */
const slots = { locationDictionary: 2, compressionAlgorithm: 3 };
/** The default where the field is absent: locations compressed with the manifest's dictionary. */
const dictionaryCompression = 1;

/** Longer than any URL that a server accepts; a frame that claims more is hostile. */
const longestLocationBytes = 65_536;

/** The location in a zstd frame. */
export type LocationDecoder = (frame: Uint8Array) => string;

/**
 * What reads the compressed locations of the manifest in `fb`; null where it has no dictionary for them.
 *
 * The decoder that knows dictionaries is loaded by the first manifest that has one.
 *
 * @throws CorruptDataError where the dictionary is damaged.
 */
export async function openLocationDecoder(fb: FlatbufferReader): Promise<LocationDecoder | null> {
  const root = fb.root();
  const algorithm = fb.field(root, slots.compressionAlgorithm);
  const field = fb.field(root, slots.locationDictionary);
  if (field === 0 || (algorithm !== 0 && fb.u8(algorithm) !== dictionaryCompression)) return null;
  const { decompressZstdPlainly, openDictionary } = await import("./zstd/plain.js");
  const { key } = fb;
  const dictionary = openDictionary(fb.byteVector(field), key);
  const options = { key, limitBytes: longestLocationBytes, dictionary };
  return (frame) => new TextDecoder().decode(decompressZstdPlainly(frame, options));
}
