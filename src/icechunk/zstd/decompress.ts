import { decodeFrames, namingKey } from "./frame-reader.js";
import { pad } from "./padded-input.js";
import { WasmBlocks } from "./wasm-blocks.js";

export interface DecompressOptions {
  /** The object that the bytes came from, for messages. */
  key: string;
  /** Output beyond this is refused, whatever the frame claims. */
  limitBytes: number;
}

/**
 * The content of one or more zstd frames (RFC 8878) that need no dictionary; those that do are for `plain.ts`.
 *
 * The content checksum, which Icechunk's writers leave out, is not verified. Where there is no WebAssembly, the first
 * call loads the decoder in plain JavaScript.
 *
 * @throws CorruptDataError naming `options.key`.
 */
export async function decompressZstd(bytes: Uint8Array, options: DecompressOptions): Promise<Uint8Array> {
  const padded = pad(bytes);
  // From here to the last block nothing waits: the instance behind these blocks serves other calls too.
  const blocks = WasmBlocks.create(padded, options.limitBytes);
  if (blocks) return namingKey(options.key, () => decodeFrames(padded, blocks, 0));
  const { decompressZstdPlainly } = await import("./plain.js");
  return decompressZstdPlainly(bytes, options);
}
