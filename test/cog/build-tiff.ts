/** A tag's field: its number, its type by name and its values; text is written with its closing NUL. */
export type FieldSpec = readonly [tag: number, type: keyof typeof types, values: readonly number[] | string];

/** A TIFF to be built: its directories in the order of the chain, with nothing but what is listed. */
export interface TiffSpec {
  littleEndian?: boolean;
  bigTiff?: boolean;
  directories: readonly (readonly FieldSpec[])[];
  /** The last directory's link; 0 ends the chain. */
  lastLink?: number;
  /** Bytes that follow the start, before the first directory: GDAL's ghost area. */
  ghost?: string;
}

const types = { byte: [1, 1], ascii: [2, 1], short: [3, 2], long: [4, 4], double: [12, 8], long8: [16, 8] } as const;

/** The bytes of a TIFF as TIFF 6.0 and BigTIFF lay them out: each directory is followed by its own values. */
export function buildTiff({
  littleEndian = true,
  bigTiff = false,
  directories,
  lastLink = 0,
  ghost = "",
}: TiffSpec): Uint8Array {
  const bytes = new Uint8Array(1 << 16);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, littleEndian ? 0x4949 : 0x4d4d);
  view.setUint16(2, bigTiff ? 43 : 42, littleEndian);
  if (bigTiff) view.setUint16(4, 8, littleEndian);
  const word = (at: number, value: number) => {
    if (bigTiff) view.setBigUint64(at, BigInt(value), littleEndian);
    else view.setUint32(at, value, littleEndian);
  };
  let at = bigTiff ? 16 : 8;
  for (const char of ghost) bytes[at++] = char.charCodeAt(0);
  let link = bigTiff ? 8 : 4;
  for (const fields of directories) {
    at += at % 2;
    word(link, at);
    const fieldBytes = bigTiff ? 20 : 12;
    let field = at + (bigTiff ? 8 : 2);
    if (bigTiff) view.setBigUint64(at, BigInt(fields.length), littleEndian);
    else view.setUint16(at, fields.length, littleEndian);
    link = field + fields.length * fieldBytes;
    at = link + (bigTiff ? 8 : 4);
    for (const [tag, type, given] of fields) {
      const values = typeof given === "string" ? [...`${given}\0`].map((char) => char.charCodeAt(0)) : given;
      const [code, size] = types[type];
      view.setUint16(field, tag, littleEndian);
      view.setUint16(field + 2, code, littleEndian);
      word(field + 4, values.length);
      const inlineAt = field + (bigTiff ? 12 : 8);
      const isInline = values.length * size <= (bigTiff ? 8 : 4);
      if (!isInline) word(inlineAt, at);
      let valueAt = isInline ? inlineAt : at;
      for (const value of values) {
        if (size === 1) view.setUint8(valueAt, value);
        else if (size === 2) view.setUint16(valueAt, value, littleEndian);
        else if (size === 4) view.setUint32(valueAt, value, littleEndian);
        else if (type === "double") view.setFloat64(valueAt, value, littleEndian);
        else view.setBigUint64(valueAt, BigInt(value), littleEndian);
        valueAt += size;
      }
      if (!isInline) at = valueAt;
      field += fieldBytes;
    }
  }
  word(link, lastLink);
  return bytes.slice(0, at + 64);
}

/** The fields of an uncompressed 4 × 2 image of one band of uint8 in one strip that lies at byte 8. */
export const plainImage: readonly FieldSpec[] = [
  [256, "short", [4]],
  [257, "short", [2]],
  [258, "short", [8]],
  [259, "short", [1]],
  [262, "short", [1]],
  [273, "long", [8]],
  [277, "short", [1]],
  [278, "short", [2]],
  [279, "long", [8]],
];

/** Fields with some replaced or added, in the order of their tags; an empty list of values takes a field away. */
export function withFields(fields: readonly FieldSpec[], ...changes: readonly FieldSpec[]): FieldSpec[] {
  const merged = new Map([...fields, ...changes].map((field) => [field[0], field]));
  return [...merged.values()].filter(([, , values]) => values.length > 0).sort((one, other) => one[0] - other[0]);
}
