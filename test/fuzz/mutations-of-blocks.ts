import { extremes, listBlocks, type Mutant, type Mutation, pickField, viewOf } from "./mutant.js";
import { type FieldPlace, readValues, writeNumber } from "./tiff-layout.js";

const offsetTags = [273, 324];
const lengthTags = [279, 325];

/** A block lies elsewhere: in the directories, behind the file's end, or nowhere. */
const anotherOffset: Mutation = (mutant) => {
  const { random, bytes } = mutant;
  const near = bytes.length - random.below(64);
  writeEntry(mutant, offsetTags, random.pick([random.below(bytes.length), near, random.pick(extremes)]));
};

/** A block has fewer bytes, none, or more than there are. */
const anotherLength: Mutation = (mutant) => {
  const { random, bytes } = mutant;
  writeEntry(mutant, lengthTags, random.once(2) ? random.below(bytes.length) : random.pick(extremes));
};

/** A block ends some bytes early or late. */
const slightlyAnotherLength: Mutation = (mutant) => {
  const entry = pickEntry(mutant, lengthTags);
  if (entry !== undefined) writeAt(mutant, entry, Math.max(0, entry.value + mutant.random.below(17) - 8));
};

/** Two blocks change places: both are sound, and each is another's. */
const swappedBlocks: Mutation = (mutant) => {
  const [one, other] = [pickEntry(mutant, offsetTags), pickEntry(mutant, offsetTags)];
  if (one === undefined || other === undefined) return;
  writeAt(mutant, one, other.value);
  writeAt(mutant, other, one.value);
};

/** A few bits of a block are flipped, near its start more often than not: that is where formats keep their headers. */
const flippedBits: Mutation = (mutant) => {
  const { random, bytes } = mutant;
  const block = random.pick(listBlocks(mutant));
  if (block === undefined) return;
  const reach = random.once(2) ? Math.min(64, block.length) : block.length;
  for (let flips = 1 + random.below(4); flips > 0; flips--) {
    bytes[block.offset + random.below(reach)]! ^= 1 << random.below(8);
  }
};

/** A run of a block's bytes is all alike, or noise. */
const overwrittenRun: Mutation = (mutant) => {
  const { random, bytes } = mutant;
  const block = random.pick(listBlocks(mutant));
  if (block === undefined) return;
  const start = block.offset + random.below(block.length);
  const stop = Math.min(start + 1 + random.below(200), block.offset + block.length);
  if (random.once(3)) for (let at = start; at < stop; at++) bytes[at] = random.below(256);
  else bytes.fill(random.pick([0, 0xff, 0x80, 0x55]), start, stop);
};

/** A word inside of a block is one that sizes go wrong at: formats with a size of their own believe it. */
const extremeWord: Mutation = (mutant) => {
  const { random } = mutant;
  const block = random.pick(listBlocks(mutant));
  if (block === undefined) return;
  const at = block.offset + random.below(Math.min(block.length, 96));
  writeNumber(viewOf(mutant), random.once(2), at, random.pick([1, 2, 4]), random.pick(extremes));
};

/** A part of a block is moved within it, as a copy that went wrong leaves it. */
const shiftedPart: Mutation = (mutant) => {
  const { random, bytes } = mutant;
  const block = random.pick(listBlocks(mutant));
  if (block === undefined) return;
  const from = block.offset + random.below(block.length);
  const to = block.offset + random.below(block.length);
  const length = Math.min(random.below(block.length), block.offset + block.length - Math.max(from, to));
  bytes.copyWithin(to, from, from + length);
};

/** Every mutation of blocks and of the table that lists them. */
export const blockMutations: Readonly<Record<string, Mutation>> = {
  anotherOffset,
  anotherLength,
  slightlyAnotherLength,
  swappedBlocks,
  flippedBits,
  overwrittenRun,
  extremeWord,
  shiftedPart,
};

/** One number of a block table, and where it is written. */
interface TableEntry {
  at: number;
  size: number;
  value: number;
}

function pickEntry(mutant: Mutant, tags: readonly number[]): TableEntry | undefined {
  const field: FieldPlace | undefined = pickField(mutant, tags);
  if (field === undefined) return undefined;
  const values = readValues(viewOf(mutant), mutant.layout, field);
  const index = mutant.random.below(values.length);
  const value = values[index];
  return value === undefined ? undefined : { at: field.valueAt + index * field.size, size: field.size, value };
}

function writeEntry(mutant: Mutant, tags: readonly number[], value: number): void {
  const entry = pickEntry(mutant, tags);
  if (entry !== undefined) writeAt(mutant, entry, value);
}

function writeAt(mutant: Mutant, { at, size }: TableEntry, value: number): void {
  writeNumber(viewOf(mutant), mutant.layout.littleEndian, at, size, value);
}
