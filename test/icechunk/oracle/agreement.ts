import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { expect } from "vitest";
import { Repository, type Session } from "../../../src/icechunk/index.js";
import { type ByteStore, FileStore } from "../../../src/store/index.js";
import type { OfficialEngine } from "./official-engine.js";

type OfficialRepository = InstanceType<OfficialEngine["Repository"]>;

/** All chunk numbers of a grid, one after the other. */
function gridIndices(counts: readonly number[]): number[][] {
  return counts.reduce<number[][]>(
    (prefixes, count) => prefixes.flatMap((prefix) => Array.from({ length: count }, (_, i) => [...prefix, i])),
    [[]],
  );
}

/** Every key of a session as Zarr sees it: metadata, and chunks that have a reference; a location for each virtual one. */
export async function describeSession(session: Session): Promise<{ keys: string[]; locations: string[] }> {
  const keys: string[] = [];
  const locations: string[] = [];
  for (const { path: nodePath, kind, zarr } of session.nodes()) {
    const prefix = nodePath === "/" ? "" : `${nodePath.slice(1)}/`;
    keys.push(`${prefix}zarr.json`);
    if (kind === "group") continue;
    const chunkShape = zarr.chunk_grid.configuration.chunk_shape;
    const indices = gridIndices(zarr.shape.map((length, axis) => Math.ceil(length / chunkShape[axis]!)));
    const columns = await session.chunkReferences(nodePath, Uint32Array.from(indices.flat()));
    indices.forEach((index, i) => {
      if (columns.found[i] === 1) keys.push(`${prefix}${["c", ...index].join("/")}`);
      if (columns.kinds[i] === 1) locations.push(columns.locations[columns.locationIndex[i]!]!);
    });
  }
  return { keys: keys.sort(), locations: locations.sort() };
}

/** Expect the official engine to see in a copy of `store` what we see in it. */
export async function expectAgreement(engine: OfficialEngine, store: ByteStore): Promise<void> {
  const folder = fs.mkdtempSync(path.join(tmpdir(), "icechunk-agreement-"));
  try {
    const copy = new FileStore(folder);
    for await (const { key } of store.list("")) await copy.put(key, (await store.get(key))!.data);
    const theirs = await engine.Repository.open(await engine.Storage.newLocalFilesystem(folder));
    await expectSameRepository(await Repository.open(store), theirs);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Expect both engines to see the same branches, tags, flags, and on every branch the same tree, bytes and history. */
export async function expectSameRepository(ours: Repository, theirs: OfficialRepository): Promise<void> {
  await expectSameRefs(ours, theirs);
  for (const branch of (await ours.branches()).keys()) {
    const official = await theirs.readonlySession({ branch });
    const session = await ours.session({ branch });
    expect(official.snapshotId).toBe(session.snapshotId);
    await expectSameBytes(session, official.store);
    expect((await official.allVirtualChunkLocations()).sort()).toEqual((await describeSession(session)).locations);
    await expectSameHistory(ours, theirs, branch);
  }
}

async function expectSameRefs(ours: Repository, theirs: OfficialRepository): Promise<void> {
  const [branches, tags] = [await theirs.listBranches(), await theirs.listTags()];
  const tips = await Promise.all(branches.map(async (name) => [name, await theirs.lookupBranch(name)] as const));
  const tagged = await Promise.all(tags.map(async (name) => [name, await theirs.lookupTag(name)] as const));
  expect(Object.fromEntries(tips)).toEqual(Object.fromEntries(await ours.branches()));
  expect(Object.fromEntries(tagged)).toEqual(Object.fromEntries(await ours.tags()));
  const flags = (await theirs.featureFlags()).map(({ name, id, setting, enabled }) => {
    return { name, id, setting: setting ?? null, isEnabled: enabled };
  });
  expect(flags.sort((a, b) => a.id - b.id)).toEqual(await ours.featureFlags());
}

/** Expect both engines to tell the same difference between two snapshots. */
export async function expectSameDiff(
  ours: Repository,
  theirs: OfficialRepository,
  fromSnapshotId: string,
  toSnapshotId: string,
): Promise<void> {
  const { updatedChunks, ...official } = await theirs.diff({ fromSnapshotId, toSnapshotId });
  const diff = await ours.diff({ snapshot: fromSnapshotId }, { snapshot: toSnapshotId });
  const { updatedChunks: mine, ...rest } = diff;
  const lists = {
    newGroups: [],
    newArrays: [],
    deletedGroups: [],
    deletedArrays: [],
    updatedGroups: [],
    updatedArrays: [],
  };
  for (const list of Object.keys(lists) as (keyof typeof lists)[]) official[list].sort();
  expect(official).toEqual(rest);
  const before = await ours.session({ snapshot: fromSnapshotId });
  const after = await ours.session({ snapshot: toSnapshotId });
  const replaced = new Set(
    before
      .nodes()
      .filter(({ path, id }) => after.node(path) && after.node(path)?.id !== id)
      .map(({ path }) => path),
  );
  for (const path of [...new Set([...mine.keys(), ...Object.keys(updatedChunks)])]) {
    const { rank, indices, count } = mine.get(path) ?? { rank: 0, indices: new Uint32Array(0), count: 0 };
    const chunks = Array.from({ length: count }, (_, i) => [...indices.subarray(i * rank, (i + 1) * rank)]);
    // Where one node took the place of another, the official engine tells the chunks of either; we of the one that is there.
    if (replaced.has(path)) continue;
    expect([path, updatedChunks[path]]).toEqual([path, chunks]);
  }
}

/** Expect the same keys and bytes in a store of the official engine as in a session of ours. */
export async function expectSameBytes(session: Session, store: InstanceType<OfficialEngine["Store"]>): Promise<void> {
  const { keys } = await describeSession(session);
  expect((await store.list()).sort()).toEqual(keys);
  for (const key of keys) {
    if (key.endsWith("zarr.json")) {
      const nodePath = `/${key.slice(0, -"zarr.json".length - 1)}`;
      const metadata = JSON.parse(Buffer.from((await store.get(key))!).toString());
      expect(metadata).toEqual(JSON.parse(JSON.stringify(session.node(nodePath)?.zarr)));
      continue;
    }
    const [array, chunk] = key.startsWith("c") ? ["", key] : key.split(/\/(?=c(?:\/|$))/);
    const index = chunk!.split("/").slice(1).map(Number);
    const reference = await session.chunkReference(`/${array}`, index);
    if (reference?.kind === "virtual") continue;
    expect(new Uint8Array((await store.get(key))!), key).toEqual(await session.readChunk(`/${array}`, index));
  }
}

async function expectSameHistory(ours: Repository, theirs: OfficialRepository, branch: string): Promise<void> {
  const mine = await ours.history({ branch });
  const official = await theirs.ancestry({ branch });
  expect(
    official.map(({ id, parentId, message, metadata }) => ({ id, parentId: parentId ?? null, message, metadata })),
  ).toEqual(mine.map(({ id, parentId, message, metadata }) => ({ id, parentId, message, metadata })));
  expect(official.map(({ writtenAt }) => new Date(writtenAt).getTime())).toEqual(
    mine.map(({ time }) => time.getTime()),
  );
}
