import { unknownFacts } from "../../warehouse/scene-facts.js";
import { sourceLocation } from "../../warehouse/sources.js";
import type { IngestWarning } from "../ingest-problem.js";
import type { HeldFile } from "../sources/containers.js";
import type { ContainedFile, SceneGroup } from "./scene-group.js";
import { sceneIds } from "./scene-ids.js";

/** Words by which names say "mask", with the name that the band gets: that under which its cloud rules are known. */
const MASK_WORDS: ReadonlyMap<string, string> = new Map([
  ["clm", "CLM"],
  ["scl", "SCL"],
  ["bqa", "BQA"],
  ["fmask", "Fmask"],
  ["udm2", "udm2"],
  ["udm", "udm"],
  ["qa", "QA_PIXEL"],
  ["mask", "mask"],
  ["cloud", "mask"],
  ["clouds", "mask"],
  ["cloudmask", "mask"],
]);

/** A scene that a mask may belong to. */
interface Candidate {
  group: SceneGroup;
  timeMs: number | null;
  words: readonly string[];
}

/**
 * Scenes with the masks of a folder beside the files they belong to: those of the same time, of several the one whose name
 * has the words of the mask's in their order; without a time, that with the same words. A mask that belongs to none, or to
 * several, is left out and said.
 */
export function matchMasks(
  groups: readonly SceneGroup[],
  masks: readonly HeldFile[],
  timeOf: (name: string) => number | null,
  warnings: IngestWarning[],
): SceneGroup[] {
  const companions = new Map<SceneGroup, HeldFile[]>();
  const index = masks.length === 0 ? null : indexCandidates(groups, timeOf);
  for (const mask of masks) {
    const found = index === null ? [] : candidatesOf(mask, index, timeOf);
    const [only] = found;
    if (only === undefined || found.length > 1) {
      const reason = only === undefined ? "no scene has its time or name" : `${found.length} scenes could be meant`;
      warnings.push({ path: mask.file.path, message: `mask left out: ${reason}` });
    } else companions.set(only.group, [...(companions.get(only.group) ?? []), mask]);
  }
  return groups.map((group) => withMasks(group, companions.get(group) ?? []));
}

interface CandidateIndex {
  byTime: ReadonlyMap<number, readonly Candidate[]>;
  byWords: ReadonlyMap<string, readonly Candidate[]>;
}

function indexCandidates(groups: readonly SceneGroup[], timeOf: (name: string) => number | null): CandidateIndex {
  const byTime = new Map<number, Candidate[]>();
  const byWords = new Map<string, Candidate[]>();
  for (const group of groups) {
    const [first] = group.files;
    if (first === undefined) continue;
    const stem = stemOf(first.file.key);
    const candidate: Candidate = {
      group,
      timeMs: first.part?.scene.timeMs ?? timeOf(stem),
      words: wordsOf(group.id ?? stem),
    };
    if (candidate.timeMs !== null) byTime.set(candidate.timeMs, [...(byTime.get(candidate.timeMs) ?? []), candidate]);
    const key = candidate.words.join(" ");
    byWords.set(key, [...(byWords.get(key) ?? []), candidate]);
  }
  return { byTime, byWords };
}

function candidatesOf(
  { file }: HeldFile,
  { byTime, byWords }: CandidateIndex,
  timeOf: (name: string) => number | null,
): readonly Candidate[] {
  const stem = stemOf(file.key);
  const words = wordsOf(stem);
  const timeMs = timeOf(stem);
  const sameTime = timeMs === null ? [] : (byTime.get(timeMs) ?? []);
  if (sameTime.length <= 1 && timeMs !== null) return sameTime;
  if (timeMs === null) return byWords.get(words.join(" ")) ?? [];
  return sameTime.filter((candidate) => isInOrder(words, candidate.words));
}

function stemOf(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1).replace(/\.[^.]*$/, "");
}

/** What a name consists of, without what says that it is a mask. */
function wordsOf(stem: string): string[] {
  return allWords(stem).filter((word) => !MASK_WORDS.has(word));
}

function allWords(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** True where `all` has the words of `some`, in their order. */
function isInOrder(some: readonly string[], all: readonly string[]): boolean {
  let next = 0;
  for (const word of all) if (word === some[next]) next++;
  return next === some.length;
}

function withMasks(group: SceneGroup, masks: readonly HeldFile[]): SceneGroup {
  if (masks.length === 0) return group;
  const locations = (held: readonly HeldFile[]) =>
    held.map(({ file, container }) => sourceLocation(container.name, file.key));
  const own = group.files.map((file): ContainedFile => {
    const part = file.part ?? plainPart(file);
    return { ...file, part: { ...part, scene: { ...part.scene, beside: locations(masks) } } };
  });
  const beside = locations(group.files);
  const timeMs = own[0]?.part?.scene.timeMs ?? null;
  const companions = masks.map((mask): ContainedFile => {
    const ids = sceneIds(mask.file, mask.container.name);
    const scene = { ...unknownFacts, kind: "companion" as const, ids, beside, timeMs, version: group.version };
    return {
      ...mask,
      part: { scene, bands: [maskName(mask)], isOneOfBands: false, hasOwnNames: true, ...unknownPart },
    };
  });
  return { ...group, files: [...own, ...companions] };
}

/** Of a file that no profile knows. */
const unknownPart = { meanings: new Map(), recognised: null, sidecars: [] } as const;

/** What is known of a file that no profile knows. */
function plainPart({ file, container }: HeldFile): NonNullable<ContainedFile["part"]> {
  const ids = sceneIds(file, container.name);
  const scene = { ...unknownFacts, kind: "alone" as const, ids, beside: [], timeMs: null };
  return { scene, bands: null, isOneOfBands: false, hasOwnNames: false, ...unknownPart };
}

/** The name of a mask's band: by what its name says, else its folder's. */
function maskName({ file }: HeldFile): string {
  const folders = file.path.split("/").slice(0, -1).reverse();
  for (const text of [stemOf(file.key), folders[0] ?? ""]) {
    const word = allWords(text).find((own) => MASK_WORDS.has(own));
    if (word !== undefined) return MASK_WORDS.get(word) ?? "mask";
  }
  return "mask";
}
