import type { TiffOptions } from "../support/write-tiff.js";
import { writeFlatScene } from "./write-scene.js";

/** Half the pixel size of the scenes that `writeScene` makes, on the same ground. */
export const fineGrid = { width: 8, height: 6, transform: [5, 0, 500000, 0, -5, 4500000] } as const;

/** How a band's file differs from one of 2018-01-31, processed a week later. */
export interface LandsatFile {
  date?: string;
  processed?: string;
  options?: Partial<TiffOptions>;
}

/** Write one band of a Landsat 8 scene (Collection 1) with one value in all of its pixels. @returns its path */
export function writeBand(folder: string, band: string, value: number, file: LandsatFile = {}): string {
  const { date = "20180131", processed = "20180207", options = {} } = file;
  const { width = 4, height = 3 } = options;
  const name = `LC08_L1TP_013032_${date}_${processed}_01_T1`;
  const bands = options.bands ?? [new Uint16Array(width * height).fill(value)];
  return writeFlatScene(folder, `${name}/${name}_${band}.TIF`, value, { dtype: "uint16", bands, ...options });
}

/** Write bands 4 and 5, the twice as fine band 8 and the quality band of a scene. */
export function writeLandsat(
  folder: string,
  [red, nir, pan, quality]: readonly number[],
  file: LandsatFile = {},
): void {
  writeBand(folder, "B4", red ?? 0, file);
  writeBand(folder, "B5", nir ?? 0, file);
  writeBand(folder, "B8", pan ?? 0, { ...file, options: fineGrid });
  writeBand(folder, "BQA", quality ?? 0, file);
}
