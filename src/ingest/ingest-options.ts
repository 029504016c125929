import type { ProductProfileInput } from "../product/product-profile.js";
import type { IngestWarning } from "./ingest-problem.js";

/** How far an ingest is. `total` is null while it is not known. */
export interface IngestProgress {
  phase: "scan" | "headers" | "commit";
  done: number;
  total: number | null;
}

export interface IngestOptions {
  /** Folder of the warehouse; created if absent. Default `./warehouse`. */
  warehouse?: string;
  /** Band names in the files' order. Default: from the file, else the product's profile, else `band_1` … */
  bandNames?: readonly string[];
  /** Product that the scenes belong to. Default: by the files' names, else the folder's name. */
  productId?: string;
  /**
   * The product's own profile: the path or URL of a JSON file, or the profile itself. It says which product the files are
   * of, and is stored with the same commit: later ingests into this warehouse know such files by it.
   */
  profile?: string | ProductProfileInput;
  /** Who made the data; kept with the product. */
  provider?: string;
  /** Folder, file or pattern of masks: each becomes a band of the scene that has its time or name. */
  maskPath?: string;
  /** Regular expression that finds the date in a file name; see `timeByPattern`. */
  datePattern?: string;
  /** Assets taken of STAC items: keys, band names or common names. Default: those with the role `data`, and known masks. */
  assets?: readonly string[];
  /** Glob pattern of the files taken from a folder. Default: any `.tif`, `.tiff` or `.gtiff` at any depth. */
  globPattern?: string;
  /** Branch that is written; made from the tip of `main` where it is absent. Default `main`. See `merge`. */
  branch?: string;
  /** Commit message. Default says how many scenes. */
  message?: string;
  /** Find out what would happen, and write nothing. */
  dryRun?: boolean;
  /** Forget files below the sources that are gone: a scene without any is dropped, older snapshots still have it. */
  prune?: boolean;
  /** Memory for what was read of files and is not committed yet: where it is full, a part is committed. Default 64 MiB. */
  maxDraftBytes?: number;
  onProgress?: (progress: IngestProgress) => void;
  /** Something people should know although the run goes on: a missing band, a time taken from the file system. */
  onWarning?: (warning: IngestWarning) => void;
  signal?: AbortSignal;
}
