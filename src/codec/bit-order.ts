/** Each byte with its bits in the opposite order. */
const reversed = Uint8Array.from({ length: 256 }, (_, byte) => {
  let out = 0;
  for (let bit = 0; bit < 8; bit++) out |= ((byte >> bit) & 1) << (7 - bit);
  return out;
});

/** Put the bits of every byte in the opposite order, in place (FillOrder 2 of TIFF 6.0, section 8). */
export function reverseBits(bytes: Uint8Array): void {
  for (let i = 0; i < bytes.length; i++) bytes[i] = reversed[bytes[i]!]!;
}
