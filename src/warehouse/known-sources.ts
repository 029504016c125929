import type { Session } from "../icechunk/index.js";
import { isStackOf } from "./layout.js";
import { readSceneIds, readSceneVersions, sceneTableSize } from "./scene-table.js";
import { filePlace, readBeside, readSlots } from "./slots.js";
import { readStack } from "./stack-metadata.js";

/** What a listing says of a source: enough to know whether it changed. */
export interface SourceState {
  sizeBytes: number;
  modifiedMs: number;
  /** As `SlotFile` has it. */
  besideState: string;
  /** As `SlotFile` has it. */
  etag: string;
}

/** True where a listing shows the size, the modification time, the ETag and the files beside it that were recorded. */
export function isUnchanged(recorded: SourceState, now: SourceState): boolean {
  return (
    recorded.sizeBytes === now.sizeBytes &&
    recorded.modifiedMs === now.modifiedMs &&
    recorded.besideState === now.besideState &&
    isSameEtag(recorded.etag, now.etag)
  );
}

/** True unless both are told and differ: one that is not told says nothing. */
export function isSameEtag(recorded: string, now: string): boolean {
  return recorded === "" || now === "" || recorded === now;
}

/** What a warehouse knows of a product's files before any is opened. */
export interface KnownSources {
  /** What was recorded of each source, by location. */
  states: Map<string, SourceState>;
  /** The scene of each source. */
  sceneOf: Map<string, string>;
  /** Processing version of each scene that has one. */
  versions: Map<string, string>;
}

/** What is known where there is no warehouse. */
export function nothingKnown(): KnownSources {
  return { states: new Map(), sceneOf: new Map(), versions: new Map() };
}

/** Every source that a product's slots name, with what was recorded of it. */
export async function knownSources(session: Session, productId: string): Promise<KnownSources> {
  const known = nothingKnown();
  const [ids, versions] = await Promise.all([readSceneIds(session), readSceneVersions(session)]);
  for (const path of sceneTableSize(session).stacks) {
    if (!isStackOf(path, productId)) continue;
    const stack = readStack(session, path);
    const [table, beside] = await Promise.all([readSlots(session, stack), readBeside(session, stack)]);
    for (let index = 0; index < stack.slots; index++) {
      const row = table.scene[index] ?? -1;
      if (row < 0) continue;
      const id = ids[row] ?? "";
      const version = versions[row] ?? "";
      if (version !== "") known.versions.set(id, version);
      for (let file = 0; file < table.files; file++) {
        const at = filePlace(table, index, file);
        const source = table.source[at] ?? "";
        if (source === "") continue;
        known.sceneOf.set(source, id);
        known.states.set(source, {
          sizeBytes: table.sizeBytes[at] ?? 0,
          modifiedMs: table.modifiedMs[at] ?? 0,
          besideState: beside[at] ?? "",
          etag: table.etag[at] ?? "",
        });
      }
    }
  }
  return known;
}
