import { extremes, type Mutant, type Mutation, pickDirectory, pickField, tableTags, viewOf } from "./mutant.js";
import { type FieldPlace, writeNumber } from "./tiff-layout.js";

/** Values that make a tag say something else and plausible: what a reader has a branch for, and what lies beside it. */
const meanings: Readonly<Record<number, readonly number[]>> = {
  254: [0, 1, 2, 4, 5],
  258: [0, 1, 2, 4, 7, 8, 12, 16, 24, 31, 32, 33, 64, 65, 128, 65535],
  259: [1, 2, 3, 4, 5, 6, 7, 8, 32771, 32773, 32809, 32946, 34661, 34676, 34712, 34887, 34925, 50000, 50001, 50002],
  262: [0, 1, 2, 3, 4, 5, 6, 8, 9, 32844, 65535],
  266: [0, 1, 2, 3],
  274: [1, 2, 3, 4, 5, 6, 7, 8],
  277: [0, 1, 2, 3, 4, 5, 255, 65535],
  278: [0, 1, 2, 3, 2 ** 31, 2 ** 32 - 1],
  284: [0, 1, 2, 3],
  317: [0, 1, 2, 3, 4, 34892, 65535],
  322: [0, 1, 15, 16, 17, 64, 65536, 2 ** 31 - 1],
  323: [0, 1, 15, 16, 17, 64, 65536, 2 ** 31 - 1],
  338: [0, 1, 2, 3, 999],
  339: [0, 1, 2, 3, 4, 5, 6, 7],
  530: [0, 1, 2, 3, 4, 8, 255],
  50674: [0, 1, 2, 3, 4, 5],
};
const meantTags = Object.keys(meanings).map(Number);
/** Width, length, rows of a strip, tile width and length. */
const sizeTags = [256, 257, 278, 322, 323];
/** GeoTIFF's, GDAL's metadata and nodata, the colour map, JPEG tables, YCbCr's coefficients and black and white. */
const describedTags = [320, 347, 529, 530, 532, 33550, 33922, 34264, 34735, 34736, 34737, 42112, 42113, 50674];
const knownTags = [...meantTags, ...sizeTags, ...describedTags, ...tableTags, 330, 65000];

/** Another value for a tag that decides how blocks are read. */
const anotherMeaning: Mutation = (mutant) => {
  const field = pickField(mutant, meantTags);
  if (field !== undefined) writeValues(mutant, field, mutant.random.pick(meanings[field.tag] ?? extremes));
};

/** A size that the pixels do not have. */
const anotherSize: Mutation = (mutant) => {
  const field = pickField(mutant, sizeTags);
  const { random, bytes } = mutant;
  if (field !== undefined)
    writeValues(mutant, field, random.once(3) ? random.below(bytes.length) : random.pick(extremes));
};

const anotherTag: Mutation = (mutant) => writeFieldPart(mutant, 0, 2, mutant.random.pick(knownTags));

const anotherType: Mutation = (mutant) => writeFieldPart(mutant, 2, 2, mutant.random.below(22));

const anotherCount: Mutation = (mutant) =>
  writeFieldPart(mutant, 4, mutant.layout.wordBytes, mutant.random.pick(extremes));

/** The place of a field's values leads elsewhere; of one that holds its values itself, those change. */
const anotherPlace: Mutation = (mutant) => {
  const { random, layout, bytes } = mutant;
  const to = random.once(2) ? random.pick(extremes) : random.below(bytes.length + 16);
  writeFieldPart(mutant, 4 + layout.wordBytes, layout.wordBytes, to);
};

/** One field is gone: the one behind takes its place, and is there twice. */
const lostField: Mutation = (mutant) => {
  const { layout, bytes } = mutant;
  const field = pickField(mutant);
  const next = field === undefined ? 0 : field.at + layout.fieldBytes;
  if (field !== undefined && next + layout.fieldBytes <= bytes.length) {
    bytes.copyWithin(field.at, next, next + layout.fieldBytes);
  }
};

/** A field is written over by one of another directory, or of the same. */
const strayField: Mutation = (mutant) => {
  const [to, from] = [pickField(mutant), pickField(mutant)];
  if (to !== undefined && from !== undefined)
    mutant.bytes.copyWithin(to.at, from.at, from.at + mutant.layout.fieldBytes);
};

/** The number of fields is another one. */
const anotherFieldCount: Mutation = (mutant) => {
  const { layout, random } = mutant;
  const directory = pickDirectory(mutant);
  if (directory === undefined) return;
  const count = random.once(2) ? random.pick(extremes) : random.below(directory.fields.length);
  writeNumber(viewOf(mutant), layout.littleEndian, directory.at, layout.bigTiff ? 8 : 2, count);
};

/** Bytes of a description are others: GeoKeys, XML, nodata, tables of JPEG. */
const garbledDescription: Mutation = (mutant) => {
  const { bytes, random } = mutant;
  const field = pickField(mutant, describedTags);
  if (field === undefined) return;
  for (let i = 1 + random.below(4); i > 0; i--) {
    const at = field.valueAt + random.below(field.count * field.size);
    if (at < bytes.length)
      bytes[at] = random.once(2) ? random.below(256) : random.pick([0, 0x22, 0x26, 0x3c, 0x7f, 0xff]);
  }
};

/** A number of eight bytes that is none, or none that anybody means: of tie points, scales, and GeoKeys. */
const oddDouble: Mutation = (mutant) => {
  const { random, layout } = mutant;
  const field = pickField(mutant, [33550, 33922, 34264, 34736]);
  if (field === undefined || field.valueAt + field.count * 8 > mutant.bytes.length) return;
  const value = random.pick([0, -0, Number.NaN, Number.POSITIVE_INFINITY, 1e308, -1e308, 5e-324, 1e17, -1]);
  viewOf(mutant).setFloat64(field.valueAt + 8 * random.below(field.count), value, layout.littleEndian);
};

/** Every mutation of a directory's fields. */
export const fieldMutations: Readonly<Record<string, Mutation>> = {
  anotherMeaning,
  anotherSize,
  anotherTag,
  anotherType,
  anotherCount,
  anotherPlace,
  lostField,
  strayField,
  anotherFieldCount,
  garbledDescription,
  oddDouble,
};

/** One of a field's values, or all of them, as types of two bytes and more are mostly one a sample. */
function writeValues(mutant: Mutant, { valueAt, size, count }: FieldPlace, value: number): void {
  const few = Math.min(count, 16);
  const only = mutant.random.once(3) ? mutant.random.below(few) : null;
  for (let i = 0; i < few; i++) {
    if (only === null || only === i) {
      writeNumber(viewOf(mutant), mutant.layout.littleEndian, valueAt + i * size, size, value);
    }
  }
}

function writeFieldPart(mutant: Mutant, from: number, size: number, value: number): void {
  const field = pickField(mutant);
  if (field !== undefined) writeNumber(viewOf(mutant), mutant.layout.littleEndian, field.at + from, size, value);
}
