import type { HeldFile } from "../sources/containers.js";
import type { FilePart } from "./file-part.js";

/** A file of a scene. */
export interface ContainedFile extends HeldFile {
  /** What its name says of it; null for a file that is a scene by itself. */
  part: FilePart | null;
}

/** Files of one scene, as far as names tell. */
export interface SceneGroup {
  /** What all processing versions of the scene share; null where the file itself gives the scene its name. */
  id: string | null;
  /** As `DraftScene` has it. */
  version: string;
  files: readonly ContainedFile[];
}
