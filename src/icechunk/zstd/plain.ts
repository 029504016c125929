/**
 * zstd in plain JavaScript, for frames with a dictionary and for engines without WebAssembly. Most readers need neither:
 * import it where it is needed, and only then.
 */
import type { DecompressOptions } from "./decompress.js";
import { parseDictionary, type ZstdDictionary } from "./dictionary.js";
import { decodeFrames, namingKey } from "./frame-reader.js";
import { pad } from "./padded-input.js";
import { PlainBlocks } from "./plain-blocks.js";

export interface PlainDecompressOptions extends DecompressOptions {
  /** What frames may refer to besides their own bytes. */
  dictionary?: ZstdDictionary;
}

/**
 * The content of one or more zstd frames (RFC 8878), decoded in plain JavaScript whatever the engine offers.
 *
 * The content checksum is not verified.
 *
 * @throws CorruptDataError naming `options.key`.
 */
export function decompressZstdPlainly(bytes: Uint8Array, options: PlainDecompressOptions): Uint8Array {
  const { key, limitBytes, dictionary } = options;
  const padded = pad(bytes);
  return namingKey(key, () =>
    decodeFrames(padded, new PlainBlocks(padded, limitBytes, dictionary ?? null), dictionary?.id ?? 0),
  );
}

/**
 * A dictionary, as `zstd --train` makes them, for the frames that need it.
 *
 * @throws CorruptDataError naming `key`.
 */
export function openDictionary(bytes: Uint8Array, key: string): ZstdDictionary {
  return namingKey(key, () => parseDictionary(bytes));
}
