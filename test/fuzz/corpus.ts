import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A sound file to be broken. */
export interface Seed {
  name: string;
  bytes: Uint8Array;
}

/** Largest file that is broken: a larger one has no more kinds of bytes, and costs more of them. */
const MAX_BYTES = 130_000;
/** Of the odd widths of samples, which differ in little else, this many-th is taken. */
const ODD_STEP = 6;

/** Sound files that come with the sources: every codec, layout and byte order, and headers of many writers. */
export function bundledSeeds(root: string): Seed[] {
  const fixtures = join(root, "test/fixtures");
  return [
    ...seedsOfJson(join(fixtures, "fuzz/seeds.json")),
    ...seedsOfJson(join(fixtures, "codec/odd/odd-tiffs.json")).filter((_, i) => i % ODD_STEP === 0),
    ...seedsOfFolder(join(fixtures, "tiff")),
  ];
}

/** The files of a folder that are TIFFs of moderate size, sound or not. */
export function seedsOfFolder(folder: string): Seed[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".tif"));
  return names.sort().flatMap((name) => {
    const bytes = Uint8Array.from(readFileSync(join(folder, name)));
    return bytes.length > 16 && bytes.length <= MAX_BYTES && isTiff(bytes) ? [{ name, bytes }] : [];
  });
}

function seedsOfJson(path: string): Seed[] {
  const seeds: { name: string; tiff: string }[] = JSON.parse(readFileSync(path, "utf8"));
  return seeds.map(({ name, tiff }) => ({ name, bytes: Uint8Array.from(Buffer.from(tiff, "base64")) }));
}

function isTiff(bytes: Uint8Array): boolean {
  return (bytes[0] === 0x49 || bytes[0] === 0x4d) && bytes[0] === bytes[1];
}
