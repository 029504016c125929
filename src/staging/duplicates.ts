import type { SlotFile } from "../warehouse/slots.js";
import type { SourceStores } from "../warehouse/sources.js";
import { resolveSource } from "../warehouse/sources.js";
import type { ReportScene } from "./report-scene.js";

/** A staged scene that is there already, as far as one can tell. */
export interface DuplicateScene {
  scene: string;
  /** The scene that it repeats: an earlier one, or another staged one. */
  other: string;
  /** `place`: the same time and the same ground; `content`: a file with the same bytes. */
  kind: "place" | "content";
}

/** Ground that two boxes share, of what both cover: so much is the same ground, neighbouring tiles share far less. */
const SAME_GROUND = 0.9;

/** Places in two files of one length and one header at which their bytes are compared, and how many. */
const COMPARED_SHARES = [0.25, 0.5, 0.75];
const COMPARED_BYTES = 16 * 1024;

/** Scenes of one acquisition time and ground under two names. */
export function findSamePlaces(staged: readonly ReportScene[], earlier: readonly ReportScene[]): DuplicateScene[] {
  const byTime = new Map<number, ReportScene[]>();
  for (const scene of [...earlier, ...staged]) {
    byTime.set(scene.timeMs, [...(byTime.get(scene.timeMs) ?? []), scene]);
  }
  return staged.flatMap((scene) => {
    const alike = byTime.get(scene.timeMs) ?? [];
    const other = alike.slice(0, alike.indexOf(scene)).find((before) => isSameGround(scene.bbox, before.bbox));
    return other === undefined ? [] : [{ scene: scene.id, other: other.id, kind: "place" as const }];
  });
}

/** Files of one content under two names: of one length and one header, whose bytes further on are the same, too. */
export async function findSameContents(
  staged: readonly ReportScene[],
  earlier: readonly ReportScene[],
  stores: SourceStores,
  signal?: AbortSignal,
): Promise<DuplicateScene[]> {
  const seen = new Map<string, { scene: string; file: SlotFile }[]>();
  const keyOf = ({ headerHash, sizeBytes }: SlotFile) => `${headerHash} ${sizeBytes}`;
  const learn = ({ id, files }: ReportScene) => {
    for (const file of files) seen.set(keyOf(file), [...(seen.get(keyOf(file)) ?? []), { scene: id, file }]);
  };
  for (const scene of earlier) learn(scene);
  const found: DuplicateScene[] = [];
  for (const scene of staged) {
    const other = await findCopy(scene, (file) => seen.get(keyOf(file)) ?? [], stores, signal);
    if (other !== null) found.push({ scene: scene.id, other, kind: "content" });
    learn(scene);
  }
  return found;
}

async function findCopy(
  { id, files }: ReportScene,
  alikeOf: (file: SlotFile) => readonly { scene: string; file: SlotFile }[],
  stores: SourceStores,
  signal: AbortSignal | undefined,
): Promise<string | null> {
  for (const file of files) {
    for (const other of alikeOf(file)) {
      if (other.scene !== id && (await isSameContent(stores, file, other.file, signal))) return other.scene;
    }
  }
  return null;
}

/** True where the bytes of two files of one length agree at some places; a file that cannot be read agrees with none. */
async function isSameContent(
  stores: SourceStores,
  one: SlotFile,
  other: SlotFile,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const length = Math.min(COMPARED_BYTES, one.sizeBytes);
  for (const share of COMPARED_SHARES) {
    const range = { offset: Math.floor(share * (one.sizeBytes - length)), length };
    const [own, others] = await Promise.all(
      [one, other].map(async ({ source }) => {
        const { store, key } = resolveSource(stores, source);
        return (await store.get(key, range, { signal }))?.data;
      }),
    );
    if (own === undefined || others === undefined || Buffer.compare(own, others) !== 0) return false;
  }
  return true;
}

type Box = ReportScene["bbox"];

/** True where two boxes in degrees cover nearly the same; those across the antimeridian are compared as they stand. */
function isSameGround(one: Box, other: Box): boolean {
  if (one === null || other === null) return false;
  const shared = areaOf([
    Math.max(one[0], other[0]),
    Math.max(one[1], other[1]),
    Math.min(one[2], other[2]),
    Math.min(one[3], other[3]),
  ]);
  const both = areaOf(one) + areaOf(other) - shared;
  return both > 0 ? shared / both >= SAME_GROUND : one.join() === other.join();
}

function areaOf([west, south, east, north]: NonNullable<Box>): number {
  return Math.max(0, east - west) * Math.max(0, north - south);
}
