import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CorruptDataError, InvalidInputError } from "../../src/errors.js";
import { Repository } from "../../src/icechunk/index.js";
import { readRepositoryFile } from "../../src/icechunk/repository-file.js";
import { type ByteStore, FileStore, withRecording } from "../../src/store/index.js";
import { type AgingStore, createAgingStore, keysIn } from "./aging-store.js";
import { exampleArray } from "./example-array.js";
import { expectAgreement } from "./oracle/agreement.js";
import { loadOfficialEngine } from "./oracle/official-engine.js";

const engine = loadOfficialEngine();
const minute = 60_000;
const day = 24 * 60 * minute;

let store: AgingStore;
let repository: Repository;
/** Set by the tests that damage what they wrote. */
let isDamaged: boolean;

beforeEach(async () => {
  isDamaged = false;
  store = createAgingStore();
  repository = await Repository.create(store, { splitting: [{ path: ".*", axis: 0, chunks: 4 }] });
});

/** Whatever was deleted, the repository is whole and the official engine reads all of it. */
afterEach(async () => {
  if (isDamaged) return;
  expect((await repository.check()).findings).toEqual([]);
  if (engine) await expectAgreement(engine, store);
});

/** Append a chunk of 600 bytes, which becomes an object, and one of a byte, which does not. Returns the snapshot. */
async function append(branch = "main", into = repository): Promise<string> {
  const { snapshot } = await into.transact(
    (session) => {
      const node = session.node("/x");
      const count = node?.kind === "array" ? node.zarr.shape[0]! : 0;
      session.setArray("/x", exampleArray([count + 2], [1]));
      session.setChunk("/x", [count], new Uint8Array(600).fill(count));
      session.setChunk("/x", [count + 1], Uint8Array.of(count + 1));
    },
    { message: "append", branch },
  );
  return snapshot;
}

async function countOf(folder: string, of: ByteStore = store): Promise<number> {
  return (await keysIn(of, `${folder}/`)).length;
}

describe("collecting garbage", () => {
  test("keeps everything that a branch or tag leads to, as old as it may be", async () => {
    const tagged = await append();
    await append();
    await repository.createBranch("dev", tagged);
    await append("dev");
    await repository.createTag("v1", tagged);
    store.age(365 * day);
    const before = (await keysIn(store, "")).filter((key) => !key.startsWith("overwritten/"));
    const { snapshots, transactions, manifests, chunks } = await repository.collectGarbage();
    for (const tally of [snapshots, transactions, manifests, chunks]) expect(tally).toEqual({ objects: 0, bytes: 0 });
    const after = (await keysIn(store, "")).filter((key) => !key.startsWith("overwritten/"));
    expect(after).toEqual(before);
  });

  test("deletes what only a deleted branch led to", async () => {
    await append();
    const tip = await append();
    await repository.createBranch("dev", tip);
    await append("dev");
    await append("dev");
    await repository.deleteBranch("dev");
    store.age(2 * day);
    const garbage = await repository.collectGarbage();
    // Two snapshots with a log and a chunk each; the second one's manifest replaced the first one's last shard.
    expect(garbage.snapshots.objects).toBe(2);
    expect(garbage.transactions.objects).toBe(2);
    expect(garbage.chunks).toEqual({ objects: 2, bytes: 1200 });
    expect(await countOf("snapshots")).toBe(3);
    expect(await countOf("chunks")).toBe(2);
    expect((await repository.history()).length).toBe(3);
    await expect(repository.history({ snapshot: garbage.keys[0]!.slice("snapshots/".length) })).rejects.toThrow(
      /has no snapshot/,
    );
  });

  test("deletes what expired, but not the transaction logs that its successor stands for", async () => {
    await append();
    await append();
    await append();
    await repository.expireSnapshots({ olderThan: (await repository.history())[0]!.time });
    store.age(2 * day);
    const garbage = await repository.collectGarbage();
    expect(garbage.snapshots.objects).toBe(2);
    expect(garbage.transactions.objects).toBe(0);
    expect(garbage.chunks.objects).toBe(0);
    const session = await repository.session();
    expect(await session.readChunk("/x", [4])).toEqual(new Uint8Array(600).fill(4));
    expect(await session.readChunk("/x", [1])).toEqual(Uint8Array.of(1));
  });

  test("deletes what a commit that lost or died left behind", async () => {
    await append();
    const lost = await repository.writableSession();
    lost.setArray("/y", exampleArray([1], [1]));
    lost.setChunk("/y", [0], new Uint8Array(700));
    await append();
    await expect(lost.commit("too late")).rejects.toThrow(/was made on/);
    store.age(2 * day);
    const dry = await repository.collectGarbage({ dryRun: true });
    expect([dry.snapshots.objects, dry.transactions.objects, dry.manifests.objects]).toEqual([1, 1, 1]);
    expect(dry.chunks).toEqual({ objects: 1, bytes: 700 });
    expect((await repository.check()).orphans.objects).toBe(4);
    await repository.collectGarbage();
    expect((await repository.check()).orphans.objects).toBe(0);
  });

  test("leaves alone what is younger than the grace period, as a commit may still be writing it", async () => {
    await append();
    const running = await repository.writableSession();
    running.setArray("/y", exampleArray([1], [1]));
    running.setChunk("/y", [0], new Uint8Array(700));
    await append();
    await expect(running.commit("too late")).rejects.toThrow();
    store.age(10 * minute);
    expect((await repository.collectGarbage()).total.objects).toBe(0);
    expect((await repository.collectGarbage({ gracePeriodMs: 11 * minute })).total.objects).toBe(0);
    expect((await repository.collectGarbage({ gracePeriodMs: 9 * minute })).chunks.objects).toBe(1);
  });

  test("a dry run names the keys and bytes that go, and changes nothing", async () => {
    await append();
    await append();
    await repository.expireSnapshots({ olderThan: (await repository.history())[0]!.time });
    store.age(2 * day);
    const sizes = new Map<string, number>();
    for await (const { key, sizeBytes } of store.list("")) sizes.set(key, sizeBytes);
    const recording = withRecording(store);
    const dry = await (await Repository.open(recording)).collectGarbage({ dryRun: true });
    expect(recording.requests.filter(({ operation }) => /put|delete/.test(operation))).toEqual([]);
    expect(dry.total.bytes).toBe(dry.keys.reduce((sum, key) => sum + sizes.get(key)!, 0));

    const before = await keysIn(store, "");
    expect(await repository.collectGarbage()).toEqual(dry);
    const added = (await keysIn(store, "")).filter((key) => !before.includes(key));
    expect(added).toEqual([expect.stringMatching(/^overwritten\/repo\./)]);
    const left = before.filter((key) => !dry.keys.includes(key));
    expect(await keysIn(store, "")).toEqual([...left, ...added].sort());
  });

  test("a snapshot that is younger than its lost parent follows the nearest ancestor that is left", async () => {
    const a = await append();
    const b = await append();
    store.age(2 * day);
    const c = await append();
    await repository.resetBranch("main", a);
    expect((await repository.collectGarbage()).snapshots.objects).toBe(1);
    expect((await repository.history({ snapshot: c })).map(({ id }) => id)).toEqual([c, a, "1CECHNKREP0F1RSTCMT0"]);
    await expect(repository.history({ snapshot: b })).rejects.toThrow(/has no snapshot/);
    expect((await repository.check()).findings).toEqual([]);
  });

  test("a branch that comes to lead to what was about to go saves it", async () => {
    const a = await append();
    await append();
    const b = await append();
    await repository.resetBranch("main", a);
    store.age(2 * day);
    let isSaved = false;
    const meddling: ByteStore = {
      ...store,
      async putIf(key, data, version, options) {
        // Somebody is faster, just before the plan is carried out.
        if (!isSaved) {
          isSaved = true;
          await repository.createBranch("saved", b);
        }
        return store.putIf(key, data, version, options);
      },
    };
    const garbage = await (await Repository.open(meddling)).collectGarbage();
    expect([isSaved, garbage.snapshots.objects, garbage.chunks.objects]).toEqual([true, 0, 0]);
    expect((await repository.history({ branch: "saved" })).length).toBe(4);
  });

  test("damage that hides what is needed stops it before anything is deleted", async () => {
    isDamaged = true;
    await append();
    const lost = await repository.writableSession();
    lost.setGroup("/lost");
    await append();
    await expect(lost.commit("too late")).rejects.toThrow();
    store.age(2 * day);
    const [manifest] = await keysIn(store, "manifests/");
    await store.put(manifest!, new Uint8Array(100));
    const before = await keysIn(store, "");
    await expect(repository.collectGarbage()).rejects.toThrow(CorruptDataError);
    expect(await keysIn(store, "")).toEqual(before);
  });

  test("objects that are not the format's stay", async () => {
    await append();
    await store.put("chunks/README", new Uint8Array(3));
    await store.put("overwritten/config.yaml", new Uint8Array(3));
    await store.put("notes.txt", new Uint8Array(3));
    store.age(2 * day);
    await repository.collectGarbage();
    for (const key of ["chunks/README", "overwritten/config.yaml", "notes.txt"]) {
      expect(await store.head(key)).not.toBeNull();
    }
  });

  test("a store's clock that is behind protects what is young by it", async () => {
    await append();
    const lost = await repository.writableSession();
    lost.setGroup("/lost");
    await append();
    await expect(lost.commit("too late")).rejects.toThrow();
    store.age(30 * minute);
    const behind: ByteStore = {
      ...store,
      async head(key, options) {
        const info = await store.head(key, options);
        return info && { ...info, modifiedMs: info.modifiedMs! - 60 * minute };
      },
    };
    // Written half an hour ago, an hour from now by the store: younger than a minute, then.
    const garbage = await (await Repository.open(behind)).collectGarbage({ gracePeriodMs: minute });
    expect(garbage.total.objects).toBe(0);
  });

  test("a negative grace period is refused", async () => {
    await expect(repository.collectGarbage({ gracePeriodMs: -1 })).rejects.toThrow(InvalidInputError);
  });
});

describe("earlier repo objects", () => {
  test("go once they are old, and the newest updates no longer name them", async () => {
    for (let i = 0; i < 5; i++) await append();
    expect(await countOf("overwritten")).toBe(5);
    store.age(2 * day);
    const { backups } = await repository.collectGarbage();
    expect(backups.objects).toBe(5);
    const { table } = await readRepositoryFile(store);
    expect(table.latestUpdates.map(({ change }) => change.kind)).toEqual([
      "garbageCollected",
      ...new Array<string>(5).fill("newCommit"),
      "repoInitialized",
    ]);
    const [last] = await keysIn(store, "overwritten/");
    expect(table.latestUpdates.map(({ backupPath }) => backupPath)).toEqual([
      null,
      last!.slice("overwritten/".length),
      ...new Array<null>(5).fill(null),
    ]);
  });

  test("stay where the log of operations goes on in them, and the log stays whole", async () => {
    await repository.updateConfig({ num_updates_per_repo_info_file: 3 });
    for (let i = 0; i < 8; i++) await append();
    const before = [];
    for await (const { change } of repository.operations()) before.push(change.kind);
    expect(before.length).toBe(10);
    store.age(2 * day);
    await repository.collectGarbage();
    for (let i = 0; i < 8; i++) await append();
    store.age(2 * day);
    await repository.collectGarbage();
    const after = [];
    for await (const { change } of repository.operations()) after.push(change.kind);
    const commits = new Array<string>(8).fill("newCommit");
    expect(after).toEqual(["garbageCollected", ...commits, "garbageCollected", ...before]);
    const { table } = await readRepositoryFile(store);
    expect(table.repoBeforeUpdates).not.toBeNull();
  });
});

describe.skipIf(!engine)("the official engine", () => {
  test("commits past the cut of the log on what is left, and we check clean again", async () => {
    const folder = fs.mkdtempSync(path.join(tmpdir(), "icechunk-collected-"));
    try {
      const files = new FileStore(folder);
      const ours = await Repository.create(files);
      await ours.updateConfig({ num_updates_per_repo_info_file: 3 });
      for (let i = 0; i < 8; i++) await append("main", ours);
      await ours.expireSnapshots({ olderThan: (await ours.history())[2]!.time });
      await new Promise((resolve) => setTimeout(resolve, 20));
      const garbage = await ours.collectGarbage({ gracePeriodMs: 0 });
      expect(garbage.snapshots.objects).toBe(5);
      expect(garbage.backups.objects).toBeGreaterThan(0);

      const theirs = await engine!.Repository.open(await engine!.Storage.newLocalFilesystem(folder));
      for (let i = 0; i < 8; i++) {
        const session = await theirs.writableSession("main");
        await session.store.set("x/c/0", Buffer.from([100 + i]));
        await session.commit(`official ${i}`);
      }
      const messages = (await theirs.ancestry({ branch: "main" })).map(({ message }) => message);
      expect(messages).toEqual([
        ...Array.from({ length: 8 }, (_, i) => `official ${7 - i}`),
        ...new Array<string>(3).fill("append"),
        "Repository initialized",
      ]);
      const again = await Repository.open(files);
      const kinds = [];
      for await (const { change } of again.operations()) kinds.push(change.kind);
      expect(kinds).toEqual([
        ...new Array<string>(8).fill("newCommit"),
        "garbageCollected",
        "snapshotsExpired",
        ...new Array<string>(8).fill("newCommit"),
        "configChanged",
        "repoInitialized",
      ]);
      expect((await again.check()).findings).toEqual([]);
      await expectAgreement(engine!, files);
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** One random step; refs and snapshots are chosen by number among those that are there. */
type Step = {
  kind: "append" | "branch" | "tag" | "reset" | "deleteBranch" | "lose" | "wait" | "expire" | "collect";
  pick: number;
};

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(
    "append",
    "append",
    "append",
    "branch",
    "tag",
    "reset",
    "deleteBranch",
    "lose",
    "wait",
    "expire",
    "collect",
  ),
  pick: fc.nat(1000),
});

describe("random programs", () => {
  const at = <T>(list: readonly T[], pick: number): T => list[pick % list.length]!;

  async function run({ kind, pick }: Step, i: number): Promise<void> {
    const branches = [...(await repository.branches()).keys()];
    const snapshots = (await repository.history({ branch: at(branches, pick) })).map(({ id }) => id);
    if (kind === "append") await append(at(branches, pick));
    else if (kind === "branch") await repository.createBranch(`b${i}`, at(snapshots, pick));
    else if (kind === "tag") await repository.createTag(`t${i}`, at(snapshots, pick));
    else if (kind === "reset") await repository.resetBranch(at(branches, pick), at(snapshots, pick >> 2));
    else if (kind === "deleteBranch" && at(branches, pick) !== "main")
      await repository.deleteBranch(at(branches, pick));
    else if (kind === "lose") await loseCommit(at(branches, pick));
    else if (kind === "wait") store.age(day / 2);
    else if (kind === "expire") await repository.expireSnapshots({ olderThan: new Date(), deleteTags: pick % 2 === 0 });
    else if (kind === "collect") await repository.collectGarbage();
  }

  async function loseCommit(branch: string): Promise<void> {
    const lost = await repository.writableSession(branch);
    lost.setArray("/lost", exampleArray([1], [1]));
    lost.setChunk("/lost", [0], new Uint8Array(600));
    await append(branch);
    await expect(lost.commit("lost")).rejects.toThrow();
  }

  /** Snapshots and chunk objects that branches and tags lead to, found by reading as anybody would. */
  async function needed(): Promise<{ snapshots: string[]; chunks: string[] }> {
    const refs = [
      ...[...(await repository.branches()).keys()].map((branch) => ({ branch })),
      ...[...(await repository.tags()).keys()].map((tag) => ({ tag })),
    ];
    const snapshots = new Set<string>();
    for (const ref of refs) for (const { id } of await repository.history(ref)) snapshots.add(id);
    const chunks = new Set<string>();
    for (const snapshot of snapshots) {
      const session = await repository.session({ snapshot });
      for (const node of session.nodes()) {
        for (let i = 0; node.kind === "array" && i < node.zarr.shape[0]!; i++) {
          const reference = await session.chunkReference(node.path, [i]);
          if (reference?.kind === "native") chunks.add(reference.chunkId);
          await session.readChunk(node.path, [i]);
        }
      }
    }
    return { snapshots: [...snapshots].sort(), chunks: [...chunks].sort() };
  }

  test("leave exactly what branches and tags lead to, once all is old", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        store = createAgingStore();
        repository = await Repository.create(store, { splitting: [{ path: ".*", axis: 0, chunks: 4 }] });
        for (const [i, each] of steps.entries()) await run(each, i);
        const before = await needed();
        store.age(2 * day);
        await repository.collectGarbage();
        expect(await needed()).toEqual(before);
        expect(await keysIn(store, "snapshots/")).toEqual(before.snapshots.map((id) => `snapshots/${id}`));
        expect(await keysIn(store, "chunks/")).toEqual(before.chunks.map((id) => `chunks/${id}`));
        expect(await repository.check()).toMatchObject({ findings: [], orphans: { objects: 0 } });
      }),
      { numRuns: Number(process.env.ICECHUNK_FUZZ_RUNS ?? 25) },
    );
  });
});
