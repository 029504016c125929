/**
 * The module that is kept in base64, compiled now: a few kilobytes take less than a millisecond.
 *
 * Null where this engine has no WebAssembly, or may not compile: some pages forbid it (Content-Security-Policy without
 * `wasm-unsafe-eval`).
 */
export function compileWasm(base64: string): WebAssembly.Module | null {
  if (typeof WebAssembly !== "object") return null;
  try {
    return new WebAssembly.Module(decodeBase64(base64));
  } catch {
    return null;
  }
}

/** By a loop, for `Uint8Array.from` with a function takes four times as long in a cold process: milliseconds. */
function decodeBase64(base64: string): Uint8Array<ArrayBuffer> {
  const characters = atob(base64);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}
