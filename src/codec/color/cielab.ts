/** Luminance of white; the display's guns give as much at their highest code. */
const WHITE = 100;
/** Light that a gun gives at code 0. */
const BLACK = 1;
/** Codes of a gun are looked up in so many steps of luminance, as in libtiff: it decides how they are rounded. */
const STEPS = 1500;
/** What a gun's luminance is to the power of, to become its code. */
const GAMMA = 1 / 2.4;

/** XYZ to the luminances of red, green and blue guns: the inverse of the sRGB primaries (IEC 61966-2-1). */
const gunsOfXyz = [
  [3.241, -1.5374, -0.4986],
  [-0.9692, 1.876, 0.0416],
  [0.0556, -0.204, 1.057],
] as const;

const codes = Uint8Array.from({ length: STEPS + 1 }, (_, step) => Math.round(255 * (step / STEPS) ** GAMMA));

/**
 * Pixels of L*, a* and b* (one byte each; a* and b* signed) as red, green, blue and an alpha of 255, as libtiff shows
 * them on an sRGB display.
 *
 * @param whitePoint chromaticity x, y of white
 */
export function cielabToRgba(pixels: Uint8Array, [whiteX, whiteY]: readonly [x: number, y: number]): Uint8Array {
  const white = [(whiteX / whiteY) * WHITE, WHITE, ((1 - whiteX - whiteY) / whiteY) * WHITE] as const;
  const signed = new Int8Array(pixels.buffer, pixels.byteOffset, pixels.length);
  const rgba = new Uint8Array((pixels.length / 3) * 4);
  for (let from = 0, to = 0; from < pixels.length; from += 3, to += 4) {
    const lightness = (pixels[from]! * 100) / 255;
    const isDark = lightness < 8.856;
    const darkY = (lightness * WHITE) / 903.292;
    const root = isDark ? 7.787 * (darkY / WHITE) + 16 / 116 : (lightness + 16) / 116;
    const x = fromRoot(root + signed[from + 1]! / 500, white[0]);
    const y = isDark ? darkY : WHITE * root ** 3;
    const z = fromRoot(root - signed[from + 2]! / 200, white[2]);
    gunsOfXyz.forEach(([byX, byY, byZ], gun) => {
      rgba[to + gun] = codeOf(byX * x + byY * y + byZ * z);
    });
    rgba[to + 3] = 255;
  }
  return rgba;
}

/** The inverse of CIE 1976's cube root with its straight piece near black. */
function fromRoot(root: number, white: number): number {
  return root < 0.2069 ? (white * (root - 0.13793)) / 7.787 : white * root ** 3;
}

function codeOf(luminance: number): number {
  const light = Math.min(Math.max(luminance, BLACK), WHITE) - BLACK;
  return codes[Math.floor(light / ((WHITE - BLACK) / STEPS))]!;
}
