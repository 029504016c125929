/** TIFF field types (TIFF 6.0, section 2; LONG8 from BigTIFF). */
export const FieldType = { BYTE: 1, ASCII: 2, SHORT: 3, LONG: 4, DOUBLE: 12, LONG8: 16 } as const;
export type FieldType = (typeof FieldType)[keyof typeof FieldType];

/** One entry of an image file directory. ASCII takes a string, which gets its NUL on writing. */
export interface Tag {
  tag: number;
  type: FieldType;
  values: string | readonly number[];
}

/** How a file writes its numbers. */
export interface TiffForm {
  bigTiff: boolean;
  byteOrder: "little" | "big";
}

const fieldBytes: Readonly<Record<FieldType, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 12: 8, 16: 8 };

/** Bytes that {@link writeDirectory} will need for these tags, the values beside the directory included. */
export function directoryLength(tags: readonly Tag[], form: TiffForm): number {
  const { countBytes, entryBytes, offsetBytes } = directorySizes(form);
  const beside = tags.map((tag) => valueLength(tag)).filter((length) => length > offsetBytes);
  return countBytes + tags.length * entryBytes + offsetBytes + beside.reduce((sum, length) => sum + even(length), 0);
}

/** Write a directory at `at` and the values that do not fit into it right behind; `next` is the next directory or 0. */
export function writeDirectory(view: DataView, at: number, tags: readonly Tag[], next: number, form: TiffForm): void {
  const { countBytes, entryBytes, offsetBytes } = directorySizes(form);
  const little = form.byteOrder === "little";
  const sorted = [...tags].sort((a, b) => a.tag - b.tag);
  writeUnsigned(view, at, countBytes, sorted.length, little);
  let beside = at + countBytes + sorted.length * entryBytes + offsetBytes;
  for (const [index, tag] of sorted.entries()) {
    const entry = at + countBytes + index * entryBytes;
    const inEntry = entry + 4 + offsetBytes;
    view.setUint16(entry, tag.tag, little);
    view.setUint16(entry + 2, tag.type, little);
    writeUnsigned(view, entry + 4, offsetBytes, valueCount(tag), little);
    if (valueLength(tag) <= offsetBytes) {
      writeValues(view, inEntry, tag, little);
    } else {
      writeUnsigned(view, inEntry, offsetBytes, beside, little);
      writeValues(view, beside, tag, little);
      beside += even(valueLength(tag));
    }
  }
  writeUnsigned(view, at + countBytes + sorted.length * entryBytes, offsetBytes, next, little);
}

/** Write the file's first bytes, which point to the first directory. @returns their length */
export function writeHeader(view: DataView, firstDirectory: number, form: TiffForm): number {
  const little = form.byteOrder === "little";
  view.setUint16(0, little ? 0x4949 : 0x4d4d, little);
  view.setUint16(2, form.bigTiff ? 43 : 42, little);
  if (!form.bigTiff) {
    view.setUint32(4, firstDirectory, little);
    return headerLength(form);
  }
  view.setUint16(4, 8, little);
  view.setUint16(6, 0, little);
  view.setBigUint64(8, BigInt(firstDirectory), little);
  return headerLength(form);
}

export function headerLength(form: TiffForm): number {
  return form.bigTiff ? 16 : 8;
}

/** Directories and their values begin at even offsets (TIFF 6.0, section 2). */
export function even(length: number): number {
  return length + (length & 1);
}

function directorySizes(form: TiffForm): { countBytes: number; entryBytes: number; offsetBytes: number } {
  return form.bigTiff
    ? { countBytes: 8, entryBytes: 20, offsetBytes: 8 }
    : { countBytes: 2, entryBytes: 12, offsetBytes: 4 };
}

function valueCount(tag: Tag): number {
  return typeof tag.values === "string" ? Buffer.byteLength(tag.values, "utf8") + 1 : tag.values.length;
}

function valueLength(tag: Tag): number {
  return valueCount(tag) * fieldBytes[tag.type];
}

function writeValues(view: DataView, at: number, tag: Tag, little: boolean): void {
  if (typeof tag.values === "string") {
    new Uint8Array(view.buffer, view.byteOffset + at).set(Buffer.from(tag.values, "utf8"));
    return;
  }
  for (const [index, value] of tag.values.entries()) {
    const offset = at + index * fieldBytes[tag.type];
    if (tag.type === FieldType.DOUBLE) view.setFloat64(offset, value, little);
    else writeUnsigned(view, offset, fieldBytes[tag.type], value, little);
  }
}

function writeUnsigned(view: DataView, at: number, lengthBytes: number, value: number, little: boolean): void {
  if (lengthBytes === 1) view.setUint8(at, value);
  else if (lengthBytes === 2) view.setUint16(at, value, little);
  else if (lengthBytes === 4) view.setUint32(at, value, little);
  else view.setBigUint64(at, BigInt(value), little);
}
