import type { Random } from "./random.js";
import { type DirectoryPlace, type FieldPlace, readLayout, readValues, type TiffLayout } from "./tiff-layout.js";

/** A file being broken: its bytes as they are by now, and where its parts lay when it was sound. */
export interface Mutant {
  bytes: Uint8Array;
  readonly layout: TiffLayout;
  readonly random: Random;
}

/** One way to break a file. Nothing happens to a file that has no such part. */
export type Mutation = (mutant: Mutant) => void;

/** The start and length of a block as a sound file tells them. */
export interface BlockPlace {
  offset: number;
  length: number;
}

/** Tags of a directory's block table: offsets and byte counts of strips, and of tiles. */
export const tableTags = [273, 279, 324, 325] as const;

/** Numbers that sizes, counts and offsets go wrong at. */
export const extremes: readonly number[] = [
  ...[0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 127, 128, 255, 256, 257, 1000, 4095, 4096, 4097, 32767, 32768],
  ...[65535, 65536, 65537, 2 ** 20, 2 ** 24, 2 ** 28, 2 ** 29, 2 ** 30, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 2, 2 ** 32 - 1],
  ...[2 ** 32, 2 ** 40, 2 ** 53, 2 ** 63, -1, -2],
];

/** A copy of a file, not yet broken. */
export function createMutant(file: Uint8Array, random: Random): Mutant {
  const bytes = file.slice();
  return { bytes, layout: readLayout(bytes), random };
}

/** A fresh view of the bytes, which a mutation may have cut or lengthened. */
export function viewOf({ bytes }: Mutant): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A directory, mostly the first; undefined in a file that has none. */
export function pickDirectory({ layout, random }: Mutant): DirectoryPlace | undefined {
  return random.once(3) ? random.pick(layout.directories) : layout.directories[0];
}

/** A field of these tags, or of any, in one of the directories; undefined where there is none. */
export function pickField(mutant: Mutant, tags?: readonly number[]): FieldPlace | undefined {
  const fields = pickDirectory(mutant)?.fields ?? [];
  return mutant.random.pick(tags === undefined ? fields : fields.filter(({ tag }) => tags.includes(tag)));
}

/** The blocks that a file lists, of all its images, that lie within it. */
export function listBlocks(mutant: Mutant): BlockPlace[] {
  const view = viewOf(mutant);
  return mutant.layout.directories.flatMap(({ fields }) => {
    const values = (tags: readonly number[]) => {
      const field = fields.find(({ tag }) => tags.includes(tag));
      return field === undefined ? [] : readValues(view, mutant.layout, field);
    };
    const lengths = values([279, 325]);
    return values([273, 324])
      .map((offset, i) => ({ offset, length: lengths[i] ?? 0 }))
      .filter(({ offset, length }) => offset > 0 && length > 0 && offset + length <= mutant.bytes.length);
  });
}
