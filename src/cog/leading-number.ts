/**
 * The number that a text starts with, as GDAL's `CPLAtofM` reads it: spaces before it and anything behind it are passed
 * over, the decimal separator is a point or a comma, hexadecimal integers count. 0 where the text starts with no number.
 */
export function leadingNumber(text: string): number {
  const trimmed = text.trimStart();
  const hexadecimal = /^([-+]?)(0x[\da-f]+)/i.exec(trimmed);
  if (hexadecimal) return Number(`${hexadecimal[1]}1`) * Number(hexadecimal[2]);
  const value = Number.parseFloat(trimmed.replace(/^([-+]?\d*),/, "$1."));
  return Number.isNaN(value) ? 0 : value;
}
