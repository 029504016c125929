import type { ErrorJson } from "../errors.js";

/** A file that was left out, and why. */
export interface FailedFile {
  path: string;
  error: ErrorJson;
}

/** Something people should know although the run goes on. */
export interface IngestWarning {
  path: string;
  message: string;
}
