/**
 * The module that is kept in hexadecimal, compiled now: a few kilobytes take a millisecond or two.
 *
 * Null where this engine has no WebAssembly, or may not compile: some pages forbid it (Content-Security-Policy without
 * `wasm-unsafe-eval`).
 */
export function compileWasm(hex: string): WebAssembly.Module | null {
  if (typeof WebAssembly !== "object") return null;
  try {
    return new WebAssembly.Module(decodeHex(hex));
  } catch {
    return null;
  }
}

function decodeHex(hex: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16);
  return bytes;
}
