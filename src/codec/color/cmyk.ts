/**
 * Pixels of cyan, magenta, yellow, black and any further samples, one byte each, as red, green, blue and an alpha of 255.
 *
 * libtiff's arithmetic: whole numbers, rounded down. Inks are not managed by a profile.
 */
export function cmykToRgba(pixels: Uint8Array, samples: number): Uint8Array {
  const rgba = new Uint8Array((pixels.length / samples) * 4);
  for (let from = 0, to = 0; from < pixels.length; from += samples, to += 4) {
    const paper = 255 - pixels[from + 3]!;
    for (let ink = 0; ink < 3; ink++) rgba[to + ink] = Math.floor((paper * (255 - pixels[from + ink]!)) / 255);
    rgba[to + 3] = 255;
  }
  return rgba;
}
