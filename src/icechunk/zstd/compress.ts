import { writeFrame } from "./frame-writer.js";

type Encoder = typeof import("./wasm-encoder.js");

let encoder: Promise<Encoder> | null = null;

/** From which level on how many earlier places are looked at, beside the last two. */
const searchDepths = [
  { level: 16, depth: 256 },
  { level: 10, depth: 64 },
  { level: 7, depth: 16 },
  { level: 4, depth: 4 },
];

/**
 * Start loading the encoder, which is WebAssembly, so that it is ready when the first file is written. Readers never
 * load it.
 */
export function preloadZstdEncoder(): void {
  // The first write tries again, and reports what is wrong.
  loadEncoder().catch(() => undefined);
}

/**
 * `bytes` as one zstd frame, which says how long they are and has no checksum.
 *
 * Levels are taken as zstd takes them: up to 3 is fast, more is slower and shorter. Without WebAssembly the bytes are
 * stored in a frame as they are, whatever the level.
 */
export async function compressZstd(bytes: Uint8Array, level: number): Promise<Uint8Array> {
  const { createWasmEncoder } = await loadEncoder();
  const depth = searchDepths.find((from) => level >= from.level)?.depth ?? 0;
  return writeFrame(bytes, createWasmEncoder(bytes, depth));
}

function loadEncoder(): Promise<Encoder> {
  encoder ??= import("./wasm-encoder.js").catch((error: unknown) => {
    encoder = null;
    throw error;
  });
  return encoder;
}
