type Encoder = (bytes: Uint8Array, level: number) => Promise<Uint8Array>;

let encoder: Promise<Encoder> | null = null;

/**
 * Start loading the encoder, which is WebAssembly, so that it is ready when the first file is written. Readers never
 * load it.
 */
export function preloadZstdEncoder(): void {
  // The first write tries again, and reports what is wrong.
  loadEncoder().catch(() => undefined);
}

/** `bytes` as one zstd frame. Levels as zstd's own: 1 is fast, 3 the usual, 22 the slowest. */
export async function compressZstd(bytes: Uint8Array, level: number): Promise<Uint8Array> {
  const encode = await loadEncoder();
  return encode(bytes, level);
}

function loadEncoder(): Promise<Encoder> {
  encoder ??= importEncoder().catch((error: unknown) => {
    encoder = null;
    throw error;
  });
  return encoder;
}

async function importEncoder(): Promise<Encoder> {
  const { default: Zstd } = await import("numcodecs/zstd");
  return async (bytes, level) => Zstd.fromConfig({ level }).encode(bytes);
}
