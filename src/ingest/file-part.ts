import type { DraftScene } from "../warehouse/file-draft.js";

/** What a band's samples mean where its file does not say it itself. */
export interface BandMeaning {
  scale: number;
  offset: number;
  /** null for none. */
  nodata: number | null;
  /** STAC's name for what the band measures; null where it has none. */
  commonName: string | null;
}

/** What is known of a file before it is opened: which scene it belongs to, and which bands of it it holds. */
export interface FilePart {
  /** As {@link DraftScene} has it; the time is null where only the file itself can tell. */
  scene: Omit<DraftScene, "timeMs"> & { timeMs: number | null };
  /** Names in the file's order; null where only the file itself can tell. */
  bands: readonly string[] | null;
  /** True where the file holds one band of a scene that has a file for each. */
  isOneOfBands: boolean;
  /** True where a user's band names are not meant for it: masks, and files of single bands. */
  hasOwnNames: boolean;
  /** By band name; absent where nothing is known. */
  meanings: ReadonlyMap<string, BandMeaning>;
}
