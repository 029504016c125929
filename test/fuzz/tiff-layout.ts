/** Where one field of a directory lies in a file. */
export interface FieldPlace {
  /** First byte of the field itself: tag, type, count, value. */
  at: number;
  tag: number;
  type: number;
  count: number;
  /** First byte of its values, wherever they lie. */
  valueAt: number;
  /** Bytes of one value. */
  size: number;
}

/** Where a directory, its fields and the link to the next one lie. */
export interface DirectoryPlace {
  at: number;
  fields: FieldPlace[];
  /** First byte of the number that leads to the next directory. */
  linkAt: number;
}

/** The bones of a sound TIFF: what a mutation breaks on purpose. */
export interface TiffLayout {
  littleEndian: boolean;
  bigTiff: boolean;
  /** First byte of the number that leads to the first directory. */
  linkAt: number;
  /** Bytes of an offset, of a field's count and of a link. */
  wordBytes: 4 | 8;
  fieldBytes: 12 | 20;
  directories: DirectoryPlace[];
}

/** Bytes of one value of each field type: TIFF 6.0, section 2; 16 to 18 are BigTIFF's. */
const valueBytes = [1, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 1, 1, 8, 8, 8];

const SUB_IFDS = 330;

/**
 * Where the parts of a TIFF lie. A reader of its own, apart from the one under test, and for sound files alone: it
 * stops where a file leads outside of itself.
 */
export function readLayout(bytes: Uint8Array): TiffLayout {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const littleEndian = bytes[0] === 0x49;
  const bigTiff = view.getUint16(2, littleEndian) === 43;
  const layout: TiffLayout = {
    littleEndian,
    bigTiff,
    linkAt: bigTiff ? 8 : 4,
    wordBytes: bigTiff ? 8 : 4,
    fieldBytes: bigTiff ? 20 : 12,
    directories: [],
  };
  const pending = [readWord(view, layout, layout.linkAt)];
  const seen = new Set<number>([0]);
  for (let at = pending.shift(); at !== undefined; at = pending.shift()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const directory = readDirectory(view, layout, at);
    if (directory === null) continue;
    layout.directories.push(directory);
    pending.push(readWord(view, layout, directory.linkAt));
    const children = directory.fields.find(({ tag }) => tag === SUB_IFDS);
    if (children !== undefined) pending.push(...readValues(view, layout, children));
  }
  return layout;
}

function readDirectory(view: DataView, layout: TiffLayout, at: number): DirectoryPlace | null {
  const { littleEndian, bigTiff, fieldBytes, wordBytes } = layout;
  const countBytes = bigTiff ? 8 : 2;
  if (at + countBytes > view.byteLength) return null;
  const count = bigTiff ? readWord(view, layout, at) : view.getUint16(at, littleEndian);
  const linkAt = at + countBytes + count * fieldBytes;
  if (linkAt + wordBytes > view.byteLength) return null;
  const fields = Array.from({ length: count }, (_, i) => readField(view, layout, at + countBytes + i * fieldBytes));
  return { at, fields, linkAt };
}

function readField(view: DataView, layout: TiffLayout, at: number): FieldPlace {
  const type = view.getUint16(at + 2, layout.littleEndian);
  const count = readWord(view, layout, at + 4);
  const size = valueBytes[type] ?? 1;
  const inlineAt = at + 4 + layout.wordBytes;
  const valueAt = count * size <= layout.wordBytes ? inlineAt : readWord(view, layout, inlineAt);
  return { at, tag: view.getUint16(at, layout.littleEndian), type, count, valueAt, size };
}

/** The values of a field as numbers, as many as lie within the file; floating point and fractions as their raw words. */
export function readValues(view: DataView, { littleEndian }: TiffLayout, { valueAt, size, count }: FieldPlace) {
  const inside = Math.max(0, Math.min(count, Math.floor((view.byteLength - valueAt) / size)));
  return Array.from({ length: inside }, (_, i) => {
    const at = valueAt + i * size;
    if (size === 1) return view.getUint8(at);
    if (size === 2) return view.getUint16(at, littleEndian);
    return size === 4 ? view.getUint32(at, littleEndian) : Number(view.getBigUint64(at, littleEndian));
  });
}

/** An offset, a count or a link. */
export function readWord(view: DataView, { wordBytes, littleEndian }: TiffLayout, at: number): number {
  return wordBytes === 8 ? Number(view.getBigUint64(at, littleEndian)) : view.getUint32(at, littleEndian);
}

/** Write a whole number into `size` bytes, cut to what fits there; nothing where they do not lie within the file. */
export function writeNumber(view: DataView, littleEndian: boolean, at: number, size: number, value: number): void {
  if (at < 0 || at + size > view.byteLength) return;
  const whole = BigInt(Math.trunc(value));
  if (size === 1) view.setUint8(at, Number(whole & 0xffn));
  else if (size === 2) view.setUint16(at, Number(whole & 0xffffn), littleEndian);
  else if (size === 4) view.setUint32(at, Number(whole & 0xffffffffn), littleEndian);
  else view.setBigUint64(at, BigInt.asUintN(64, whole), littleEndian);
}
