import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InvalidInputError } from "../../errors.js";

/** Tells a folder that the demo made from one that it must not touch. */
const MARKER = ".pixelquery-demo";
const MARKER_TEXT =
  "This folder was made by `pixelquery demo`, which replaces warehouse/ and the pictures each time.\n";

/** Where the demo writes. */
export interface DemoFolder {
  readonly warehouse: string;
  readonly trueColor: string;
  readonly ndvi: string;
  readonly chart: string;
}

/**
 * An empty place for the demo: what it made before is removed, whatever else lies in the folder stays.
 *
 * @throws InvalidInputError where the folder holds something and was not made by the demo: it is left as it is.
 */
export async function prepareDemoFolder(path: string): Promise<DemoFolder> {
  const entries = await listFolder(path);
  if (entries.length > 0 && !entries.includes(MARKER)) {
    throw new InvalidInputError(
      `${path}: not empty, and not made by the demo (${entries[0]} is there); name another folder with --output`,
      { details: { path, found: entries[0] ?? "" } },
    );
  }
  const folder = {
    warehouse: join(path, "warehouse"),
    trueColor: join(path, "true-colour.png"),
    ndvi: join(path, "ndvi.png"),
    chart: join(path, "ndvi-through-time.svg"),
  };
  await mkdir(path, { recursive: true });
  await writeFile(join(path, MARKER), MARKER_TEXT);
  for (const made of Object.values(folder)) await rm(made, { recursive: true, force: true });
  return folder;
}

async function listFolder(path: string): Promise<string[]> {
  const info = await stat(path).catch(() => null);
  if (info === null) return [];
  if (info.isDirectory()) return (await readdir(path)).sort();
  throw new InvalidInputError(`${path}: a file, not a folder; name another with --output`, { details: { path } });
}
