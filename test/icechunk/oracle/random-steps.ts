import fc from "fast-check";
import type { Session, WritableSession, ZarrArray } from "../../../src/icechunk/index.js";
import { exampleArray } from "../example-array.js";
import type { OfficialEngine } from "./official-engine.js";
import { TreeModel } from "./tree-model.js";

type OfficialSession = InstanceType<OfficialEngine["Session"]>;

const groupPaths = ["/", "/g", "/g/h", "/k"];
/** Arrays of one, two and three axes. */
const arrayRanks: Readonly<Record<string, number>> = { "/a": 1, "/g/b": 1, "/g/q": 2, "/g/h/d": 3, "/k/e": 2 };
const arrayPaths = Object.keys(arrayRanks);
const anyPath = fc.constantFrom(...arrayPaths, ...groupPaths.slice(1), "/g/m", "/k/n", "/p");

/** One random change, which either engine can make. */
export type Step =
  | { kind: "group"; path: string; value: number }
  | { kind: "array"; path: string; length: number }
  | { kind: "chunk"; path: string; chunk: number; sizeBytes: number; value: number }
  | { kind: "virtual"; path: string; chunk: number; offset: number }
  | { kind: "erase"; path: string; chunk: number }
  | { kind: "delete"; path: string };

/** One random move. */
export interface Move {
  from: string;
  to: string;
}

const chunk = { path: anyPath, chunk: fc.nat(199) };

export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("group"), path: fc.constantFrom(...groupPaths), value: fc.nat(9) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("array"),
      path: fc.constantFrom(...arrayPaths),
      length: fc.integer({ min: 1, max: 12 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("chunk"),
      ...chunk,
      sizeBytes: fc.constantFrom(1, 512, 513),
      value: fc.nat(255),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("virtual"), ...chunk, offset: fc.nat(1000) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("erase"), ...chunk }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("delete"), path: anyPath }) },
) as fc.Arbitrary<Step>;

export const move: fc.Arbitrary<Move> = fc.record({ from: anyPath, to: anyPath });

const location = "s3://bucket/x";
const groupOf = (attributes: { value?: number }) => ({ zarr_format: 3, node_type: "group", attributes }) as const;
const toKey = (path: string, name: string) => (path === "/" ? name : `${path.slice(1)}/${name}`);

/** The shape of the array at `path`, one chunk per element: long along the first axis, short along others. */
function shapeOf(path: string, length: number): number[] {
  // A move may have put an array where one of another rank, or a group, belongs.
  return [length, 3, 2].slice(0, arrayRanks[path] ?? 1);
}

const dimensionNames = ["t", "y", "x"];

/** The metadata of an array with one chunk per element. */
function arrayOf(shape: readonly number[]): ZarrArray {
  const chunkShape = shape.map(() => 1);
  return { ...exampleArray(shape, chunkShape), dimension_names: dimensionNames.slice(0, shape.length) };
}

/** What `session` holds. */
export function modelOf(session: Session): TreeModel {
  return new TreeModel(session.nodes().map(({ path, zarr }) => [path, "shape" in zarr ? zarr.shape : null]));
}

/** The `n`-th chunk of a grid, counted around. */
function pick(counts: readonly number[], n: number): number[] {
  let left = n;
  return counts.map((count) => {
    const index = left % count;
    left = Math.floor(left / count);
    return index;
  });
}

/** The step as the model allows it, with what it needs done before; null where it does not fit. The model follows. */
export function plan(model: TreeModel, step: Step): PlannedStep | null {
  const { path } = step;
  if (step.kind === "group" || step.kind === "array") return planNode(model, step);
  if (step.kind === "delete") {
    if (path === "/" || !model.nodes.has(path)) return null;
    for (const each of model.within(path)) model.nodes.delete(each);
    return { step, parents: [], shape: [], index: [] };
  }
  const counts = model.nodes.get(path);
  return counts ? { step, parents: [], shape: [], index: pick(counts, step.chunk) } : null;
}

/** A step that fits. */
export interface PlannedStep {
  step: Step;
  /** Groups to create first. */
  parents: string[];
  shape: number[];
  index: number[];
}

function planNode(model: TreeModel, step: Extract<Step, { kind: "group" | "array" }>): PlannedStep | null {
  const { path } = step;
  const parents = model.missingParents(path);
  const shape = step.kind === "array" ? shapeOf(path, step.length) : [];
  const there = model.nodes.get(path);
  const fits = there === undefined || (there === null ? step.kind === "group" : there.length === shape.length);
  if (parents === null || !fits || (there && step.kind === "group")) return null;
  for (const parent of parents) model.nodes.set(parent, null);
  model.nodes.set(path, step.kind === "array" ? shape : null);
  return { step, parents, shape, index: [] };
}

export function applyOurs(session: WritableSession, { step, parents, shape, index }: PlannedStep): void {
  for (const parent of parents) session.setGroup(parent, {});
  const { path } = step;
  if (step.kind === "group") session.setGroup(path, { value: step.value });
  else if (step.kind === "array") session.setArray(path, arrayOf(shape));
  else if (step.kind === "delete") session.delete(path);
  else if (step.kind === "erase") session.deleteReferences(path, Uint32Array.from(index));
  else if (step.kind === "chunk") session.setChunk(path, index, new Uint8Array(step.sizeBytes).fill(step.value));
  else {
    session.setVirtualReferences(path, {
      indices: Uint32Array.from(index),
      offsets: Float64Array.of(step.offset),
      lengths: Float64Array.of(1),
      locationIndex: Uint32Array.of(0),
      locations: [`${location}${step.offset % 7}`],
    });
  }
}

export async function applyTheirs({ store }: OfficialSession, planned: PlannedStep): Promise<void> {
  const { step, parents, shape, index } = planned;
  const setJson = (path: string, value: object) =>
    store.set(toKey(path, "zarr.json"), Buffer.from(JSON.stringify(value)));
  for (const parent of parents) await setJson(parent, groupOf({}));
  const { path } = step;
  const key = toKey(path, ["c", ...index].join("/"));
  if (step.kind === "group") await setJson(path, groupOf({ value: step.value }));
  else if (step.kind === "array") await setJson(path, arrayOf(shape));
  else if (step.kind === "delete") await store.deleteDir(path.slice(1));
  else if (step.kind === "erase") await store.delete(key);
  else if (step.kind === "chunk") await store.set(key, Buffer.alloc(step.sizeBytes, step.value));
  else await store.setVirtualRef(key, `${location}${step.offset % 7}`, step.offset, 1, null, null, false);
}
