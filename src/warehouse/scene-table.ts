import type { Session, WritableSession } from "../icechunk/index.js";
import {
  type ColumnSpec,
  type ColumnValues,
  createColumn,
  type NumberColumn,
  readColumn,
  rowWidth,
  writeRows,
} from "./columns.js";
import { OWN_ATTRIBUTE, SCENES_PATH } from "./layout.js";
import type { SceneFacts } from "./scene-facts.js";

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

/** Columns that the table has only once a scene told what they say. */
const TOLD = {
  version: column("version", "string", { long_name: "processing version; of two the larger text is the newer" }),
  baseline: column("baseline", "string", { long_name: "processing baseline or software" }),
  sunAzimuth: column("sun_azimuth", "float64", { units: "degrees", standard_name: "solar_azimuth_angle" }),
  sunElevation: column("sun_elevation", "float64", { units: "degrees", standard_name: "solar_elevation_angle" }),
};

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
export interface SceneRow extends SceneFacts {
  row: number;
  id: string;
  bbox: readonly [number, number, number, number] | null;
  stack: number;
  slot: number;
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

/** Where the scene of a row lies; null without georeference. */
export function bboxAt({ bbox }: SceneTable, row: number): SceneRow["bbox"] {
  const [west = Number.NaN, south = 0, east = 0, north = 0] = bbox.subarray(row * 4, row * 4 + 4);
  return Number.isNaN(west) ? null : [west, south, east, north];
}

/** Scene ids, row by row. */
export async function readSceneIds(session: Session): Promise<string[]> {
  const { rows } = sceneTableSize(session);
  return (await readColumn(session, `${SCENES_PATH}/${ID.name}`, ID, rows)) as string[];
}

/** Processing versions, row by row, "" where nothing tells; empty where no scene has one. */
export async function readSceneVersions(session: Session): Promise<readonly string[]> {
  return (await readTold(session, TOLD.version)) as string[];
}

/** What is known of the scene of each row of the table. */
export async function readSceneFacts(session: Session, table: SceneTable): Promise<(row: number) => SceneFacts> {
  const [version, baseline, sunAzimuth, sunElevation] = await Promise.all(
    [TOLD.version, TOLD.baseline, TOLD.sunAzimuth, TOLD.sunElevation].map((spec) => readTold(session, spec)),
  );
  const numberAt = (values: ColumnValues | undefined, row: number) => {
    const value = Number(values?.[row] ?? Number.NaN);
    return Number.isNaN(value) ? null : value;
  };
  // As it was written down: a share of 12.3 is kept as 12.300000190734863.
  const singleAt = (values: Float32Array, row: number) => {
    const value = numberAt(values, row);
    return value === null ? null : Number(value.toPrecision(7));
  };
  return (row) => ({
    timeMs: table.time[row] ?? 0,
    cloudCover: singleAt(table.cloudCover, row),
    sunAzimuth: numberAt(sunAzimuth, row),
    sunElevation: numberAt(sunElevation, row),
    baseline: String(baseline?.[row] ?? "") || null,
    version: String(version?.[row] ?? ""),
  });
}

/** A column that may not be there: then it is empty. */
async function readTold(session: Session, spec: ColumnSpec): Promise<ColumnValues> {
  const path = `${SCENES_PATH}/${spec.name}`;
  return session.node(path) === null ? [] : readColumn(session, path, spec, sceneTableSize(session).rows);
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
  await writeTold(session, TOLD.version, scenes, before, ({ version }) => version || null);
  await writeTold(session, TOLD.baseline, scenes, before, ({ baseline }) => baseline);
  await writeTold(session, TOLD.sunAzimuth, scenes, before, ({ sunAzimuth }) => sunAzimuth);
  await writeTold(session, TOLD.sunElevation, scenes, before, ({ sunElevation }) => sunElevation);
}

/** Stage rows of a column that is not there before a scene tells what it says. */
async function writeTold(
  session: WritableSession,
  spec: ColumnSpec,
  scenes: readonly SceneRow[],
  before: number,
  fact: (scene: SceneRow) => string | number | null,
): Promise<void> {
  const isNew = session.node(`${SCENES_PATH}/${spec.name}`) === null;
  const told = new Map(scenes.map((scene) => [scene.row, fact(scene)]));
  if (isNew && [...told.values()].every((value) => value === null)) return;
  const earlier = isNew ? Array.from({ length: before }, (_, row) => row) : [];
  const rows = [...new Set([...earlier, ...told.keys()])].sort((a, b) => a - b);
  const values =
    spec.type === "string"
      ? rows.map((row) => String(told.get(row) ?? ""))
      : Float64Array.from(rows, (row) => Number(told.get(row) ?? Number.NaN));
  await writeRows(session, SCENES_PATH, [{ spec, values }], Int32Array.from(rows), isNew ? 0 : before);
}
