import type { Affine } from "../geo/affine.js";
import type { Session, WritableSession } from "../icechunk/index.js";
import { type ColumnSpec, createColumn, type NumberColumn, readColumn, rowWidth, writeRows } from "./columns.js";
import { TIME_ATTRIBUTES } from "./scene-table.js";
import type { Stack, StackProfile } from "./stack.js";

/** A file that pixels of a slot lie in, as it was when it was ingested. */
export interface SlotFile {
  /** Where it lies: `vcc://<container>/<percent-encoded path>`. */
  source: string;
  sizeBytes: number;
  /** Its last modification, whole milliseconds since 1970-01-01 UTC. */
  modifiedMs: number;
  /** Files beside it that say something of it: a line "<name> <bytes> <modification time>" each; "" where there are none. */
  besideState: string;
  /** Its ETag, quotes and all, where it lies in a bucket; "" where nothing tells it. */
  etag: string;
  /** Fingerprint of its header, as `openCogInfo` gives it. */
  headerHash: number;
}

/** A time step of a stack: one acquisition, from one file or from one for each band. */
export interface Slot {
  /** Index along time. */
  index: number;
  timeMs: number;
  /** Row of the scene table; -1 for a vacant slot. */
  scene: number;
  /** One, or one for each band of the stack; null for a band that the scene does not have. */
  files: (SlotFile | null)[];
  /** Pixel-corner transform; null without georeference. */
  transform: Affine | null;
  /** Width and height of each level, finest first. */
  sizes: readonly (readonly [width: number, height: number])[];
}

/** Where the slots of a stack lie and how large they are, column by column: what opening needs. */
export interface SlotGrids {
  /** Six coefficients a slot; NaN without georeference. */
  transform: Float64Array;
  /** Height and width of each level, `2 · levels` numbers a slot. */
  shape: Int32Array;
}

/** The slots of a stack, column by column. */
export interface SlotTable extends SlotGrids {
  timeMs: Float64Array;
  scene: Int32Array;
  /** Files of a slot: 1, or as many as bands. What follows has as many values a slot; those of a file that is not there are "" and 0. */
  files: number;
  source: string[];
  sizeBytes: Float64Array;
  modifiedMs: Float64Array;
  headerHash: Uint32Array;
  /** Empty where no source of the stack has one. */
  etag: readonly string[];
}

interface SlotColumns {
  time: ColumnSpec;
  scene: ColumnSpec;
  source: ColumnSpec;
  size: ColumnSpec;
  modified: ColumnSpec;
  headerHash: ColumnSpec;
  /** Columns that a stack has only once one of its sources has what they say. */
  beside: ColumnSpec;
  etag: ColumnSpec;
  transform: ColumnSpec;
  shape: ColumnSpec;
}

function slotColumns({ levels, fileOf, bands }: StackProfile): SlotColumns {
  const column = (name: string, type: ColumnSpec["type"], longName: string): ColumnSpec => ({
    name,
    type,
    rowShape: [],
    dimensions: ["time"],
    attributes: { long_name: longName },
  });
  const perFile = (name: string, type: ColumnSpec["type"], longName: string): ColumnSpec =>
    fileOf === "scene"
      ? column(name, type, longName)
      : { ...column(name, type, longName), rowShape: [bands.length], dimensions: ["time", "band"] };
  return {
    time: {
      ...column("time", "int64", "acquisition time"),
      attributes: { standard_name: "time", axis: "T", ...TIME_ATTRIBUTES },
    },
    scene: column("slot_scene", "int32", "row of /scenes; -1 for a vacant slot"),
    source: perFile("slot_source", "string", "file the pixels lie in"),
    size: perFile("slot_size", "int64", "bytes of the source file"),
    modified: perFile("slot_mtime", "int64", "last modification of the source file, ms since 1970-01-01T00:00:00Z"),
    headerHash: perFile(
      "slot_header_hash",
      "uint32",
      "FNV-1a fingerprint of the first 16 KiB, as little-endian 32-bit words",
    ),
    beside: perFile(
      "slot_beside",
      "string",
      "name, bytes and modification time (ms) of each file beside the source file that says something of it",
    ),
    etag: perFile("slot_etag", "string", "ETag of the source file, in a bucket"),
    transform: {
      ...column("slot_transform", "float64", "a, b, c, d, e, f: x = a col + b row + c, y = d col + e row + f"),
      rowShape: [6],
      dimensions: ["time", "coefficient"],
    },
    shape: {
      ...column("slot_shape", "int32", "height and width of each level"),
      rowShape: [levels.length, 2],
      dimensions: ["time", "level", "extent"],
    },
  };
}

/** Number of files in a slot of a stack. */
export function filesPerSlot({ fileOf, bands }: Pick<StackProfile, "fileOf" | "bands">): number {
  return fileOf === "scene" ? 1 : bands.length;
}

/**
 * Stage slots of a stack: new ones behind the `before` there are, or existing ones again. Ascending by index.
 *
 * Where the stack got a further band, all slots must be written anew, with `before` 0.
 */
export async function writeSlots(
  session: WritableSession,
  stack: Stack,
  slots: readonly Slot[],
  before: number,
): Promise<void> {
  const columns = slotColumns(stack);
  const numeric = (spec: ColumnSpec, values: (slot: Slot) => readonly number[]) => {
    const out = createColumn(spec, slots.length) as NumberColumn;
    slots.forEach((slot, i) => {
      out.set(values(slot), i * rowWidth(spec));
    });
    return { spec, values: out };
  };
  const nowhere = new Array<number>(6).fill(Number.NaN);
  const changes = [
    numeric(columns.time, (slot) => [slot.timeMs]),
    numeric(columns.scene, (slot) => [slot.scene]),
    { spec: columns.source, values: slots.flatMap(({ files }) => files.map((file) => file?.source ?? "")) },
    numeric(columns.size, ({ files }) => files.map((file) => file?.sizeBytes ?? 0)),
    numeric(columns.modified, ({ files }) => files.map((file) => file?.modifiedMs ?? 0)),
    numeric(columns.headerHash, ({ files }) => files.map((file) => file?.headerHash ?? 0)),
    numeric(columns.transform, (slot) => slot.transform ?? nowhere),
    numeric(columns.shape, (slot) => slot.sizes.flatMap(([width, height]) => [height, width])),
  ];
  const rows = Int32Array.from(slots, (slot) => slot.index);
  await writeRows(session, stack.path, changes, rows, before);
  await writeTold(session, stack, columns.beside, { slots, before, told: ({ besideState }) => besideState });
  await writeTold(session, stack, columns.etag, { slots, before, told: ({ etag }) => etag });
}

/** Stage rows of a column that is not there before a file has something to say in it. */
async function writeTold(
  session: WritableSession,
  stack: Stack,
  spec: ColumnSpec,
  { slots, before, told }: { slots: readonly Slot[]; before: number; told: (file: SlotFile) => string },
): Promise<void> {
  const isNew = session.node(`${stack.path}/${spec.name}`) === null;
  const textOf = (file: SlotFile | null | undefined) => (file ? told(file) : "");
  const states = (slot: Slot | undefined) =>
    Array.from({ length: filesPerSlot(stack) }, (_, i) => textOf(slot?.files[i]));
  if (isNew && slots.every((slot) => states(slot).every((state) => state === ""))) return;
  const changed = new Map(slots.map((slot) => [slot.index, slot]));
  const earlier = isNew ? Array.from({ length: before }, (_, index) => index) : [];
  const rows = [...new Set([...earlier, ...changed.keys()])].sort((a, b) => a - b);
  const values = rows.flatMap((row) => states(changed.get(row)));
  await writeRows(session, stack.path, [{ spec, values }], Int32Array.from(rows), isNew ? 0 : before);
}

/** States of what lies beside every file of every slot, as {@link SlotFile} has them; empty for a stack that never had one. */
export async function readBeside(session: Session, stack: Stack): Promise<readonly string[]> {
  return readTold(session, stack, slotColumns(stack).beside);
}

/** A column that may not be there: then it is empty. */
async function readTold(session: Session, stack: Stack, spec: ColumnSpec): Promise<readonly string[]> {
  if (session.node(`${stack.path}/${spec.name}`) === null) return [];
  return readStackColumn<string[]>(session, stack, spec);
}

/** Grids of every slot of a stack: two small columns. */
export async function readSlotGrids(session: Session, stack: Stack): Promise<SlotGrids> {
  const columns = slotColumns(stack);
  const [transform, shape] = await Promise.all([
    readStackColumn<Float64Array>(session, stack, columns.transform),
    readStackColumn<Int32Array>(session, stack, columns.shape),
  ]);
  return { transform, shape };
}

/** Every slot of a stack, column by column; `grids` where they were read already. */
export async function readSlots(session: Session, stack: Stack, grids?: Promise<SlotGrids>): Promise<SlotTable> {
  const columns = slotColumns(stack);
  const read = <T>(spec: ColumnSpec) => readStackColumn<T>(session, stack, spec);
  const [timeMs, scene, source, sizeBytes, modifiedMs, headerHash, etag, { transform, shape }] = await Promise.all([
    read<Float64Array>(columns.time),
    read<Int32Array>(columns.scene),
    read<string[]>(columns.source),
    read<Float64Array>(columns.size),
    read<Float64Array>(columns.modified),
    read<Uint32Array>(columns.headerHash),
    readTold(session, stack, columns.etag),
    grids ?? readSlotGrids(session, stack),
  ]);
  const files = filesPerSlot(stack);
  return { timeMs, scene, files, source, sizeBytes, modifiedMs, headerHash, etag, transform, shape };
}

function readStackColumn<T>(session: Session, stack: Stack, spec: ColumnSpec): Promise<T> {
  return readColumn(session, `${stack.path}/${spec.name}`, spec, stack.slots) as Promise<T>;
}

/** Transform of a slot; null without georeference. */
export function slotTransform(slots: SlotGrids, index: number): Affine | null {
  const at = index * 6;
  const [a, b, c, d, e, f] = slots.transform.subarray(at, at + 6);
  if (a === undefined || Number.isNaN(a)) return null;
  return [a, b ?? 0, c ?? 0, d ?? 0, e ?? 0, f ?? 0];
}

/** Size of a slot's level in pixels. */
export function slotSize(
  slots: SlotGrids,
  levels: number,
  index: number,
  level: number,
): { width: number; height: number } {
  const at = (index * levels + level) * 2;
  return { height: slots.shape[at] ?? 0, width: slots.shape[at + 1] ?? 0 };
}

/** Where the file of a plane stands in the columns of a slot table: of the whole slot, where one file holds all bands. */
export function filePlace({ files }: Pick<SlotTable, "files">, index: number, plane: number): number {
  return index * files + (files === 1 ? 0 : plane);
}
