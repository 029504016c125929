import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { type TiffOptions, writeTiff } from "../support/write-tiff.js";

/** Longitude and latitude of the middle of pixels of {@link writeScene}'s grid, by GDAL's gdaltransform. */
export const firstPixel = { lon: -74.9999408590669, lat: 40.6508114716258 } as const;
export const row1Col1 = { lon: -74.9998225774393, lat: 40.6507213836422 } as const;

/** Without a word else: one band of 4 × 3 bytes, 1 to 12 in C order; EPSG:32618, 10 m, upper left corner (500000, 4500000). */
export const sceneDefaults = {
  width: 4,
  height: 3,
  dtype: "uint8",
  bands: [Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)],
  crs: { epsg: 32618, model: "projected" },
  transform: [10, 0, 500000, 0, -10, 4500000],
} as const satisfies TiffOptions;

/** Write a scene below `folder`, folders included; what `options` says replaces {@link sceneDefaults}. @returns its path */
export function writeScene(folder: string, name: string, options: Partial<TiffOptions> = {}): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, writeTiff({ ...sceneDefaults, ...options }));
  return path;
}

/** A scene as {@link writeScene} makes it, with the same value in all of its 12 pixels. */
export function writeFlatScene(
  folder: string,
  name: string,
  value: number,
  options: Partial<TiffOptions> = {},
): string {
  return writeScene(folder, name, { bands: [new Uint8Array(12).fill(value)], ...options });
}

/** A hash of every file below a folder, by its path; empty where there is no folder. */
export function hashFolder(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {};
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
  const hash = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");
  return Object.fromEntries(files.sort().map((path) => [relative(folder, path), hash(path)]));
}
