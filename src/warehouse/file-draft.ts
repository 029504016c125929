import type { Affine } from "../geo/affine.js";
import type { SceneFacts } from "./scene-facts.js";
import type { SlotFile } from "./slots.js";
import type { StackProfile } from "./stack.js";

/** Where the blocks of one resolution lie in the source file; see `ImageLevel`. */
export interface LevelBlocks {
  width: number;
  height: number;
  blocksAcross: number;
  blocksDown: number;
  offsets: Float64Array;
  byteCounts: Float64Array;
}

/** The scene that a file belongs to. */
export interface DraftScene extends SceneFacts {
  /**
   * `alone`: the file gives the scene its name and time. `shared`: files of one name are one scene, one that comes later
   * joins those that are there. `companion`: a mask, which follows the file it stands beside.
   */
  kind: "alone" | "shared" | "companion";
  /** Names the scene may have, best first: the first that no other scene of the product has; of `shared` the one it has. */
  ids: readonly string[];
  /** Sources of the same scene, by location: the scene of one that is known is this scene, whatever its name. */
  beside: readonly string[];
  /** True where a catalogue says which file holds each band of the scene: another one that holds it gives way. */
  takesOver?: true;
}

/** A source file, read and understood, that has no place in the warehouse yet. */
export interface FileDraft extends SlotFile {
  scene: DraftScene;
  /** West, south, east, north in degrees; null without georeference. */
  bbox: readonly [number, number, number, number] | null;
  transform: Affine | null;
  profile: StackProfile;
  levels: readonly LevelBlocks[];
  /** The internal mask of each level; [] where the file has none. */
  masks: readonly LevelBlocks[];
}
