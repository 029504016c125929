import { ZstdFault } from "./fault.js";

/** Zero bytes that must follow an input so that decoders can load whole words at its last byte. */
export const paddingBytes = 8;

/** A copy of `bytes` with `paddingBytes` zeros behind it. */
export function pad(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(bytes.length + paddingBytes);
  padded.set(bytes);
  return padded;
}

/** A little-endian number of up to 8 bytes. The bytes may lie in the padding, never behind it. */
export function littleEndian(bytes: Uint8Array, start: number, count: number): number {
  if (start + count > bytes.length || count > paddingBytes) throw new ZstdFault("the frame is cut off");
  let value = 0;
  for (let i = count - 1; i >= 0; i--) value = value * 256 + bytes[start + i]!;
  return value;
}
