import type { CogInfo, ImageLevel } from "../../cog/cog-info.js";
import { nodataJson } from "../../cog/inspect.js";
import { InvalidInputError, UnsupportedError } from "../../errors.js";
import type { Crs } from "../../geo/crs.js";
import { codecsOf } from "../../warehouse/codec-metadata.js";
import type { FileDraft } from "../../warehouse/file-draft.js";
import { unknownFacts } from "../../warehouse/scene-facts.js";
import { sourceLocation } from "../../warehouse/sources.js";
import type { StackLevel, StackProfile } from "../../warehouse/stack.js";
import { timeByPattern, timeInName } from "../scenes/acquisition-time.js";
import type { FilePart } from "../scenes/file-part.js";
import { sceneIds } from "../scenes/scene-ids.js";
import type { SourceFile } from "../sources/scan.js";
import { type UsableLevels, usableLevels } from "./usable-levels.js";

/** What a user or a product says of every file of a run. */
export interface PlaceOptions {
  /** Names to use instead of the files' own. */
  bandNames?: readonly string[] | undefined;
  /** Names to use where a file has none. */
  defaultBandNames?: readonly string[] | undefined;
  datePattern?: RegExp | undefined;
  /** Name of the container that `file.key` is relative to. */
  container: string;
  /** What is known of the file already; null for a file that is a scene by itself. */
  part: FilePart | null;
}

/** A file with all that its header says. */
export interface ReadHeader {
  file: SourceFile;
  info: CogInfo;
  headerHash: number;
}

/** Where an acquisition time came from. */
export type TimeSource = "name" | "tags" | "modified";

/** A draft, and where its time was found. */
export interface PlacedFile {
  draft: FileDraft;
  timeSource: TimeSource;
}

/**
 * A file as a scene or part of one: when, where, which bands, which blocks. Pure: nothing is read.
 *
 * Its time is that of the file's name, else of its tags, else of its last modification.
 *
 * @param bbox West, south, east, north in degrees; null without georeference.
 * @throws UnsupportedError for files whose blocks this version cannot decode: what cannot be read is never committed.
 * @throws InvalidInputError where the given band names do not fit the file.
 */
export function placeFile(
  { file, info, headerHash }: ReadHeader,
  bbox: readonly [number, number, number, number] | null,
  options: PlaceOptions,
): PlacedFile {
  const [timeMs, timeSource] = acquisitionTime(file, info, options);
  const usable = named(file, () => usableLevels(info));
  const own = { ...unknownFacts, kind: "alone" as const, ids: sceneIds(file, options.container), beside: [] };
  const scene = options.part?.scene ?? own;
  const draft: FileDraft = {
    scene: { ...scene, timeMs, cloudCover: scene.cloudCover ?? cloudCover(info) },
    bbox,
    source: sourceLocation(options.container, file.key),
    sizeBytes: file.sizeBytes,
    modifiedMs: file.modifiedMs,
    etag: file.etag,
    besideState: file.besideState,
    headerHash,
    transform: info.transform,
    profile: stackProfile(file, info, usable, options),
    levels: usable.levels,
    masks: usable.masks,
  };
  return { draft, timeSource };
}

function acquisitionTime(file: SourceFile, info: CogInfo, { datePattern, part }: PlaceOptions): [number, TimeSource] {
  const name = file.key.slice(file.key.lastIndexOf("/") + 1);
  const told = part?.scene.timeMs ?? null;
  const named = datePattern === undefined ? (told ?? timeInName(name)) : timeByPattern(name, datePattern);
  if (named !== null) return [named, "name"];
  if (info.acquisitionTime !== null) return [Date.parse(info.acquisitionTime), "tags"];
  return [file.modifiedMs, "modified"];
}

/** Cloud cover in percent from the tags that data providers use; null where there is none. */
function cloudCover(info: CogInfo): number | null {
  for (const [key, text] of Object.entries(info.metadata)) {
    if (!/^(cloud_?cover(age)?|cloudy_pixel_percentage|cloud_coverage_assessment|eo:cloud_cover)$/i.test(key)) continue;
    const value = Number(text);
    if (text.trim() !== "" && value >= 0 && value <= 100) return value;
  }
  return null;
}

function stackProfile(
  file: SourceFile,
  info: CogInfo,
  { levels, masks }: UsableLevels,
  options: PlaceOptions,
): StackProfile {
  const bands = bandNames(file, info, options);
  return {
    crs: info.crs,
    dtype: info.dtype,
    fileOf: options.part?.isOneOfBands === true && info.count === 1 ? "band" : "scene",
    bands,
    ...meaningOf(info, bands, options.part),
    colorInterpretation: [...info.colorInterpretation],
    colorTable: storedColorTable(info.colorTable),
    levels: levels.map((level) => stackLevel(file, level)),
    masks: masks.map((mask) => stackLevel(file, mask)),
  };
}

/** What the file itself says comes first; a product fills in what it leaves out. */
function meaningOf(
  info: CogInfo,
  bands: readonly string[],
  part: FilePart | null,
): Pick<StackProfile, "nodata" | "scale" | "offset"> {
  const told = bands.map((name) => part?.meanings.get(name));
  const isPlain = info.scale.every((scale) => scale === 1) && info.offset.every((offset) => offset === 0);
  const [first, ...rest] = new Set(told.map((meaning) => meaning?.nodata ?? null));
  return {
    nodata: nodataJson(info.nodata) ?? (rest.length === 0 ? (first ?? null) : null),
    scale: info.scale.map((scale, i) => (isPlain ? (told[i]?.scale ?? scale) : scale)),
    offset: info.offset.map((offset, i) => (isPlain ? (told[i]?.offset ?? offset) : offset)),
  };
}

function stackLevel(file: SourceFile, { width, height, layout, encoding, planes }: ImageLevel): StackLevel {
  named(file, () => codecsOf(encoding, layout === "striped"));
  return { width, height, layout, encoding, planes };
}

/** What is not supported is said with the file's name in front. */
function named<T>(file: SourceFile, build: () => T): T {
  try {
    return build();
  } catch (cause) {
    if (!(cause instanceof UnsupportedError)) throw cause;
    throw new UnsupportedError(`${file.path}: ${cause.message}`, {
      details: { ...cause.details, path: file.path },
      cause,
    });
  }
}

/** A stack's attributes are read whenever a warehouse is opened: a table of 65536 colours stays in its file. */
const MAX_STORED_COLORS = 4096;

function storedColorTable(table: CogInfo["colorTable"]): StackProfile["colorTable"] {
  return table === null || table.length > MAX_STORED_COLORS ? null : table;
}

function bandNames(file: SourceFile, info: CogInfo, options: PlaceOptions): string[] {
  const { part } = options;
  const given = part?.hasOwnNames === true ? undefined : options.bandNames;
  if (given !== undefined && given.length !== info.count) {
    throw new InvalidInputError(
      `${file.path}: holds ${info.count} band(s), but ${given.length} name(s) were given (${given.join(", ")})`,
      { details: { path: file.path, bands: info.count, names: [...given] } },
    );
  }
  if (given === undefined && part?.bands?.length === info.count) return [...part.bands];
  const [prefix] = part?.scene.kind === "companion" || part?.isOneOfBands === true ? (part.bands ?? []) : [];
  if (prefix !== undefined) return uniqueNames(info.bandNames.map((name, i) => name || `${prefix}_${i + 1}`));
  const fallback = options.defaultBandNames?.length === info.count ? options.defaultBandNames : [];
  const names = info.bandNames.map((name, i) => given?.[i] ?? (name || fallback[i] || `band_${i + 1}`));
  return uniqueNames(names);
}

/** A second band of one name gets a number, so that every name selects one band. */
function uniqueNames(names: readonly string[]): string[] {
  const given = new Set(names);
  const lastNumber = new Map<string, number>();
  return names.map((name) => {
    let number = (lastNumber.get(name) ?? 0) + 1;
    while (number > 1 && given.has(`${name}_${number}`)) number++;
    lastNumber.set(name, number);
    return number === 1 ? name : `${name}_${number}`;
  });
}

/** Text equal for grids that cover the same ground: their bounds need computing once. */
export function groundKey(info: CogInfo, crs: Crs): string {
  return JSON.stringify([crs.code ?? crs.definition, info.transform, info.width, info.height]);
}
