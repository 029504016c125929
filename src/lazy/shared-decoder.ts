import { BlockDecoder } from "../codec/block-decoder.js";
import type { BlockEncoding } from "../codec/block-encoding.js";

const decoders = new Map<string, Promise<BlockDecoder>>();

/** This thread's decoder for blocks of these encodings; loaded once for each set of compressions. */
export function decoderFor(encodings: readonly BlockEncoding[]): Promise<BlockDecoder> {
  const compressions = [...new Set(encodings.map((encoding) => encoding.compression))].sort();
  const key = compressions.join();
  let decoder = decoders.get(key);
  if (decoder === undefined) {
    decoder = BlockDecoder.load(compressions);
    // A failure is told to whoever asked, and not kept.
    decoder.catch(() => decoders.delete(key));
    decoders.set(key, decoder);
  }
  return decoder;
}
