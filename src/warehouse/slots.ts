import type { Affine } from "../geo/affine.js";
import type { Session, WritableSession } from "../icechunk/index.js";
import { type ColumnSpec, createColumn, type NumberColumn, readColumn, rowWidth, writeRows } from "./columns.js";
import { TIME_ATTRIBUTES } from "./scene-table.js";
import type { Stack } from "./stack.js";

/** A time step of a stack: one acquisition, from one file. */
export interface Slot {
  /** Index along time. */
  index: number;
  timeMs: number;
  /** Row of the scene table. */
  scene: number;
  /** Where the pixels lie: `vcc://<container>/<percent-encoded path>`. */
  source: string;
  sizeBytes: number;
  /** Last modification of the source, whole milliseconds since 1970-01-01 UTC. */
  modifiedMs: number;
  /** World files beside the source: a line "<name> <bytes> <modification time>" each; "" where there are none. */
  worldFilesState: string;
  /** Fingerprint of the header, as `openCogInfo` gives it. */
  headerHash: number;
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
  source: string[];
  sizeBytes: Float64Array;
  modifiedMs: Float64Array;
  headerHash: Uint32Array;
}

/** A column that a stack has only once one of its sources came with a world file. */
const WORLD_FILES: ColumnSpec = {
  name: "slot_world_files",
  type: "string",
  rowShape: [],
  dimensions: ["time"],
  attributes: { long_name: "name, bytes and modification time (ms) of each world file beside the source file" },
};

interface SlotColumns {
  time: ColumnSpec;
  scene: ColumnSpec;
  source: ColumnSpec;
  size: ColumnSpec;
  modified: ColumnSpec;
  headerHash: ColumnSpec;
  transform: ColumnSpec;
  shape: ColumnSpec;
}

function slotColumns(levels: number): SlotColumns {
  const column = (name: string, type: ColumnSpec["type"], longName: string): ColumnSpec => ({
    name,
    type,
    rowShape: [],
    dimensions: ["time"],
    attributes: { long_name: longName },
  });
  return {
    time: {
      ...column("time", "int64", "acquisition time"),
      attributes: { standard_name: "time", axis: "T", ...TIME_ATTRIBUTES },
    },
    scene: column("slot_scene", "int32", "row of /scenes; -1 for a vacant slot"),
    source: column("slot_source", "string", "file the pixels lie in"),
    size: column("slot_size", "int64", "bytes of the source file"),
    modified: column("slot_mtime", "int64", "last modification of the source file, ms since 1970-01-01T00:00:00Z"),
    headerHash: column(
      "slot_header_hash",
      "uint32",
      "FNV-1a fingerprint of the first 16 KiB, as little-endian 32-bit words",
    ),
    transform: {
      ...column("slot_transform", "float64", "a, b, c, d, e, f: x = a col + b row + c, y = d col + e row + f"),
      rowShape: [6],
      dimensions: ["time", "coefficient"],
    },
    shape: {
      ...column("slot_shape", "int32", "height and width of each level"),
      rowShape: [levels, 2],
      dimensions: ["time", "level", "extent"],
    },
  };
}

/** Stage slots of a stack: new ones behind the `before` there are, or existing ones again. Ascending by index. */
export async function writeSlots(
  session: WritableSession,
  stack: Stack,
  slots: readonly Slot[],
  before: number,
): Promise<void> {
  const columns = slotColumns(stack.levels.length);
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
    { spec: columns.source, values: slots.map((slot) => slot.source) },
    numeric(columns.size, (slot) => [slot.sizeBytes]),
    numeric(columns.modified, (slot) => [slot.modifiedMs]),
    numeric(columns.headerHash, (slot) => [slot.headerHash]),
    numeric(columns.transform, (slot) => slot.transform ?? nowhere),
    numeric(columns.shape, (slot) => slot.sizes.flatMap(([width, height]) => [height, width])),
  ];
  const rows = Int32Array.from(slots, (slot) => slot.index);
  await writeRows(session, stack.path, changes, rows, before);
  await writeWorldFiles(session, stack, slots, before);
}

async function writeWorldFiles(
  session: WritableSession,
  { path }: Stack,
  slots: readonly Slot[],
  before: number,
): Promise<void> {
  const isNew = session.node(`${path}/${WORLD_FILES.name}`) === null;
  if (isNew && slots.every(({ worldFilesState }) => worldFilesState === "")) return;
  const texts = new Map(slots.map(({ index, worldFilesState }) => [index, worldFilesState]));
  const earlier = isNew ? Array.from({ length: before }, (_, index) => index) : [];
  const rows = [...new Set([...earlier, ...texts.keys()])].sort((a, b) => a - b);
  const values = rows.map((row) => texts.get(row) ?? "");
  await writeRows(session, path, [{ spec: WORLD_FILES, values }], Int32Array.from(rows), isNew ? 0 : before);
}

/** World files of every slot, as {@link Slot} has them; empty for a stack that never had one. */
export async function readWorldFiles(session: Session, stack: Stack): Promise<readonly string[]> {
  if (session.node(`${stack.path}/${WORLD_FILES.name}`) === null) return [];
  return readStackColumn<string[]>(session, stack, WORLD_FILES);
}

/** Grids of every slot of a stack: two small columns. */
export async function readSlotGrids(session: Session, stack: Stack): Promise<SlotGrids> {
  const columns = slotColumns(stack.levels.length);
  const [transform, shape] = await Promise.all([
    readStackColumn<Float64Array>(session, stack, columns.transform),
    readStackColumn<Int32Array>(session, stack, columns.shape),
  ]);
  return { transform, shape };
}

/** Every slot of a stack, column by column; `grids` where they were read already. */
export async function readSlots(session: Session, stack: Stack, grids?: Promise<SlotGrids>): Promise<SlotTable> {
  const columns = slotColumns(stack.levels.length);
  const read = <T>(spec: ColumnSpec) => readStackColumn<T>(session, stack, spec);
  const [timeMs, scene, source, sizeBytes, modifiedMs, headerHash, { transform, shape }] = await Promise.all([
    read<Float64Array>(columns.time),
    read<Int32Array>(columns.scene),
    read<string[]>(columns.source),
    read<Float64Array>(columns.size),
    read<Float64Array>(columns.modified),
    read<Uint32Array>(columns.headerHash),
    grids ?? readSlotGrids(session, stack),
  ]);
  return { timeMs, scene, source, sizeBytes, modifiedMs, headerHash, transform, shape };
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
