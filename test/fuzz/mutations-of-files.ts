import { extremes, type Mutant, type Mutation, pickDirectory, viewOf } from "./mutant.js";
import { writeNumber } from "./tiff-layout.js";

const SUB_IFDS = 330;
const LONG = 4;

/** The file ends early. */
const cutFile: Mutation = (mutant) => {
  mutant.bytes = mutant.bytes.slice(0, mutant.random.below(mutant.bytes.length));
};

/** The file's last bytes are missing, as of a download that broke off near its end. */
const cutTail: Mutation = (mutant) => {
  mutant.bytes = mutant.bytes.slice(0, Math.max(0, mutant.bytes.length - 1 - mutant.random.below(64)));
};

/** Bytes follow that belong to nothing. */
const longerFile: Mutation = (mutant) => {
  const { bytes, random } = mutant;
  const longer = new Uint8Array(bytes.length + 1 + random.below(4096));
  longer.fill(random.below(256));
  longer.set(bytes);
  mutant.bytes = longer;
};

/** The first sixteen bytes: order, version, the way to the first directory. */
const anotherStart: Mutation = (mutant) => {
  const { bytes, random } = mutant;
  bytes[random.below(Math.min(16, bytes.length))] = random.once(2)
    ? random.below(256)
    : random.pick([0, 0x2a, 0x2b, 0x49]);
};

/** The other byte order is claimed. */
const otherOrder: Mutation = ({ bytes }) => {
  bytes.fill(bytes[0] === 0x49 ? 0x4d : 0x49, 0, 2);
};

/** A directory is followed by itself, an earlier one, another place, or none. */
const bentChain: Mutation = (mutant) => {
  const { random, layout, bytes } = mutant;
  const from = random.once(6) ? layout : pickDirectory(mutant);
  if (from === undefined) return;
  const known = layout.directories.map(({ at }) => at);
  const to = random.pick([...known, 0, random.below(bytes.length), random.pick(extremes)]);
  writeNumber(viewOf(mutant), layout.littleEndian, from.linkAt, layout.wordBytes, to);
};

/** A field becomes the way to a SubIFD: to its own directory, another, or into the midst of something. */
const bentChild: Mutation = (mutant) => {
  const { random, layout, bytes } = mutant;
  const directory = pickDirectory(mutant);
  const field = random.pick(directory?.fields ?? []);
  if (field === undefined) return;
  const view = viewOf(mutant);
  const known = layout.directories.map(({ at }) => at);
  writeNumber(view, layout.littleEndian, field.at, 2, SUB_IFDS);
  writeNumber(view, layout.littleEndian, field.at + 2, 2, LONG);
  writeNumber(view, layout.littleEndian, field.at + 4, layout.wordBytes, random.pick([1, 1, 2, ...extremes]));
  const to = random.pick([...known, random.below(bytes.length)]);
  writeNumber(view, layout.littleEndian, field.at + 4 + layout.wordBytes, 4, to);
};

/** Bytes anywhere are others. */
const randomBytes: Mutation = ({ bytes, random }: Mutant) => {
  for (let i = 1 + random.below(6); i > 0; i--) bytes[random.below(bytes.length)] = random.below(256);
};

/** Every mutation of a file as a whole, and of the chain of its directories. */
export const fileMutations: Readonly<Record<string, Mutation>> = {
  cutFile,
  cutTail,
  longerFile,
  anotherStart,
  otherOrder,
  bentChain,
  bentChild,
  randomBytes,
};
