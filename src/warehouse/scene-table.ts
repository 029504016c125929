import type { Session, WritableSession } from "../icechunk/index.js";
import { type ColumnSpec, createColumn, type NumberColumn, readColumn, rowWidth, writeRows } from "./columns.js";
import { OWN_ATTRIBUTE, SCENES_PATH } from "./layout.js";

/** CF's way to say that a number counts milliseconds. */
export const TIME_ATTRIBUTES = { units: "milliseconds since 1970-01-01T00:00:00Z", calendar: "proleptic_gregorian" };

function column(name: string, type: ColumnSpec["type"], attributes: ColumnSpec["attributes"] = {}): ColumnSpec {
  return { name, type, rowShape: [], dimensions: ["scene"], attributes };
}

const TIME = column("time", "int64", { standard_name: "time", ...TIME_ATTRIBUTES });
const BBOX: ColumnSpec = {
  name: "bbox",
  type: "float64",
  rowShape: [4],
  dimensions: ["scene", "edge"],
  attributes: { long_name: "west, south, east, north in degrees (WGS 84); NaN without georeference" },
};
const CLOUD_COVER = column("cloud_cover", "float32", { units: "percent", long_name: "cloud cover; NaN where unknown" });
const STACK = column("stack", "int32", {
  long_name: "index into the group's attribute `stacks`; -1 for a removed scene",
});
const SLOT = column("slot", "int32", { long_name: "time step in the stack" });
const ID = column("id", "string", { long_name: "scene id; one scene of a product has it, in all its rows" });

/** A column that the table has only once a scene told which processing of it this is. */
const VERSION = column("version", "string", { long_name: "processing version; of two the larger text is the newer" });

/**
 * One row per scene and stack, column by column, in the order of ingest; the rows of one scene share its id. It answers "which scenes touch this box in
 * this period" without opening a stack. Rows are never moved; a removed scene keeps its row with stack -1.
 */
export interface SceneTable {
  /** Paths of stacks; column `stack` counts into it. */
  stacks: string[];
  rows: number;
  /** Acquisition time, milliseconds since 1970-01-01 UTC. */
  time: Float64Array;
  /** West, south, east, north of each scene in degrees; NaN without georeference. */
  bbox: Float64Array;
  /** Percent; NaN where unknown. */
  cloudCover: Float32Array;
  stack: Int32Array;
  slot: Int32Array;
}

/** A scene to write to the table. */
export interface SceneRow {
  row: number;
  id: string;
  timeMs: number;
  bbox: readonly [number, number, number, number] | null;
  cloudCover: number | null;
  stack: number;
  slot: number;
  /** "" where nothing tells. */
  version: string;
}

/** The scene table at a snapshot, without the ids. Costs a few small reads for thousands of scenes. */
export async function readSceneTable(session: Session): Promise<SceneTable> {
  const { stacks, rows } = sceneTableSize(session);
  const read = <T>(spec: ColumnSpec) => readColumn(session, `${SCENES_PATH}/${spec.name}`, spec, rows) as Promise<T>;
  const [time, bbox, cloudCover, stack, slot] = await Promise.all([
    read<Float64Array>(TIME),
    read<Float64Array>(BBOX),
    read<Float32Array>(CLOUD_COVER),
    read<Int32Array>(STACK),
    read<Int32Array>(SLOT),
  ]);
  return { stacks, rows, time, bbox, cloudCover, stack, slot };
}

/** Scene ids, row by row. */
export async function readSceneIds(session: Session): Promise<string[]> {
  const { rows } = sceneTableSize(session);
  return (await readColumn(session, `${SCENES_PATH}/${ID.name}`, ID, rows)) as string[];
}

/** Processing versions, row by row, "" where nothing tells; empty where no scene has one. */
export async function readSceneVersions(session: Session): Promise<readonly string[]> {
  const path = `${SCENES_PATH}/${VERSION.name}`;
  if (session.node(path) === null) return [];
  return (await readColumn(session, path, VERSION, sceneTableSize(session).rows)) as string[];
}

/** How many rows the table has, and the stacks it names: metadata only. An absent table is an empty one. */
export function sceneTableSize(session: Session): { rows: number; stacks: string[] } {
  const group = session.node(SCENES_PATH);
  const time = session.node(`${SCENES_PATH}/${TIME.name}`);
  if (group?.zarr.node_type !== "group" || time?.zarr.node_type !== "array") return { rows: 0, stacks: [] };
  const own = group.zarr.attributes?.[OWN_ATTRIBUTE] as { stacks?: string[] } | undefined;
  return { rows: time.zarr.shape[0] ?? 0, stacks: own?.stacks ?? [] };
}

/** Stage rows of the scene table; `scenes` ascending by row, rows past the end leave no gap. */
export async function writeScenes(
  session: WritableSession,
  stacks: readonly string[],
  scenes: readonly SceneRow[],
): Promise<void> {
  const { rows: before } = sceneTableSize(session);
  session.setGroup(SCENES_PATH, { [OWN_ATTRIBUTE]: { stacks: [...stacks] } });
  const numeric = (spec: ColumnSpec, values: (scene: SceneRow) => readonly number[]) => {
    const out = createColumn(spec, scenes.length) as NumberColumn;
    scenes.forEach((scene, i) => {
      out.set(values(scene), i * rowWidth(spec));
    });
    return { spec, values: out };
  };
  const nowhere = [Number.NaN, Number.NaN, Number.NaN, Number.NaN];
  const changes = [
    numeric(TIME, (scene) => [scene.timeMs]),
    numeric(BBOX, (scene) => scene.bbox ?? nowhere),
    numeric(CLOUD_COVER, (scene) => [scene.cloudCover ?? Number.NaN]),
    numeric(STACK, (scene) => [scene.stack]),
    numeric(SLOT, (scene) => [scene.slot]),
    { spec: ID, values: scenes.map((scene) => scene.id) },
  ];
  const rows = Int32Array.from(scenes, (scene) => scene.row);
  await writeRows(session, SCENES_PATH, changes, rows, before);
  await writeVersions(session, scenes, before);
}

async function writeVersions(session: WritableSession, scenes: readonly SceneRow[], before: number): Promise<void> {
  const isNew = session.node(`${SCENES_PATH}/${VERSION.name}`) === null;
  if (isNew && scenes.every(({ version }) => version === "")) return;
  const texts = new Map(scenes.map(({ row, version }) => [row, version]));
  const earlier = isNew ? Array.from({ length: before }, (_, row) => row) : [];
  const rows = [...new Set([...earlier, ...texts.keys()])].sort((a, b) => a - b);
  const values = rows.map((row) => texts.get(row) ?? "");
  await writeRows(session, SCENES_PATH, [{ spec: VERSION, values }], Int32Array.from(rows), isNew ? 0 : before);
}
