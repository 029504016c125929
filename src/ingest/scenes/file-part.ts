import type { Affine } from "../../geo/affine.js";
import type { Crs } from "../../geo/crs.js";
import type { SidecarFormat } from "../../product/product-profile.js";
import type { RecognisedFile } from "../../product/recognise-file.js";
import type { DraftScene } from "../../warehouse/file-draft.js";
import type { BandFacts } from "../../warehouse/product.js";
import type { SidecarFile } from "../sources/scan.js";

/** What a band's samples mean where its file does not say it itself. */
export interface BandMeaning {
  scale: number;
  offset: number;
  /** As `StackProfile` has it: null for none. */
  nodata: number | string | null;
  /** What the product keeps of the band. */
  facts: BandFacts;
}

/** A metadata file of a scene. */
export interface Sidecar extends SidecarFile {
  format: SidecarFormat;
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
  /** What its path says of it by a product's profile; null where no profile knows it. */
  recognised: RecognisedFile | null;
  /** Metadata files of its scene, in the order in which they count; one list for all files of the scene. */
  sidecars: readonly Sidecar[];
  /** What a catalogue says of the file: compared with its header, which counts. */
  stated?: StatedFacts;
}

/** Facts that a catalogue states of a file; null where it states none. */
export interface StatedFacts {
  crs: Crs | null;
  transform: Affine | null;
  width: number | null;
  height: number | null;
  /** "uint16", "float32" … */
  dtype: string | null;
  nodata: number | string | null;
  sizeBytes: number | null;
}
