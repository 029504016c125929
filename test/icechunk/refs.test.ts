import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ConflictError, InvalidInputError, NotFoundError, UnsupportedError } from "../../src/errors.js";
import { Repository } from "../../src/icechunk/index.js";
import { MemoryStore } from "../../src/store/index.js";
import { collect } from "./collect.js";
import { expectAgreement } from "./oracle/agreement.js";
import { loadOfficialEngine } from "./oracle/official-engine.js";

const engine = loadOfficialEngine();
const root = "1CECHNKREP0F1RSTCMT0";

let store: MemoryStore;
let repository: Repository;

beforeEach(async () => {
  store = new MemoryStore("test");
  repository = await Repository.create(store);
});
afterEach(async () => {
  if (engine) await expectAgreement(engine, store);
});

async function commit(n: number, branch = "main"): Promise<string> {
  const change = { message: `${n}`, branch };
  return (await repository.transact((session) => session.setGroup("/", { n }), change)).snapshot;
}

const operations = () => collect(repository.operations());

describe("branches", () => {
  test("are deleted, but for main, and can be made again", async () => {
    const one = await commit(1);
    await repository.createBranch("dev", root);
    await repository.deleteBranch("dev");
    expect([...(await repository.branches())]).toEqual([["main", one]]);
    await expect(repository.deleteBranch("dev")).rejects.toThrow('memory://test has no branch "dev". It has: main.');
    await expect(repository.deleteBranch("main")).rejects.toThrow(InvalidInputError);
    await repository.createBranch("dev", one);
    expect((await repository.branches()).get("dev")).toBe(one);
  });

  test("are reset back and forth, where the caller knows where they are", async () => {
    const one = await commit(1);
    const two = await commit(2);
    await repository.resetBranch("main", one, { expected: two });
    expect((await repository.session()).node("/")?.zarr.attributes).toEqual({ n: 1 });
    const stale = repository.resetBranch("main", root, { expected: two });
    await expect(stale).rejects.toThrow(`The branch "main" is at ${one}, not at ${two}; it was not reset.`);
    await expect(stale).rejects.toThrow(ConflictError);
    await repository.resetBranch("main", two);
    expect((await repository.history()).map(({ message }) => message)).toEqual(["2", "1", "Repository initialized"]);
    await expect(repository.resetBranch("main", "ZZZZZZZZZZZZZZZZZZZ0")).rejects.toThrow(NotFoundError);
  });

  test("a session on a branch that was reset meanwhile cannot commit or be rebased", async () => {
    const one = await commit(1);
    const session = await repository.writableSession();
    session.setGroup("/a");
    await repository.resetBranch("main", root, { expected: one });
    await expect(session.commit("late")).rejects.toThrow(ConflictError);
    await expect(session.rebase()).rejects.toThrow(/is no longer in its history/);
    expect(session.hasChanges).toBe(true);
  });
});

describe("tags", () => {
  test("are deleted for good", async () => {
    await repository.createTag("v1", root);
    await repository.deleteTag("v1");
    expect([...(await repository.tags())]).toEqual([]);
    await expect(repository.createTag("v1", root)).rejects.toThrow(ConflictError);
    await expect(repository.deleteTag("v1")).rejects.toThrow(NotFoundError);
  });

  test("are neither made nor deleted where a feature flag forbids it, until it is back at its default", async () => {
    await repository.createTag("v1", root);
    await repository.setFeatureFlag("create_tag", false);
    await repository.setFeatureFlag("delete_tag", false);
    await expect(repository.createTag("v2", root)).rejects.toThrow(UnsupportedError);
    await expect(repository.deleteTag("v1")).rejects.toThrow(/feature flag "delete_tag" \(5\) is off/);
    await repository.setFeatureFlag("create_tag", null);
    await repository.setFeatureFlag("delete_tag", true);
    await repository.createTag("v2", root);
    await repository.deleteTag("v1");
    expect([...(await repository.tags()).keys()]).toEqual(["v2"]);
    expect(await repository.featureFlags()).toEqual([
      { name: "move_node", id: 3, setting: null, isEnabled: true },
      { name: "create_tag", id: 4, setting: null, isEnabled: true },
      { name: "delete_tag", id: 5, setting: true, isEnabled: true },
    ]);
  });

  test("a flag that does not exist is refused", async () => {
    await expect(repository.setFeatureFlag("fly" as never, true)).rejects.toThrow(InvalidInputError);
  });
});

describe("the log of operations", () => {
  test("tells everything that was done, newest first, with what it was done to", async () => {
    const one = await commit(1);
    await repository.createBranch("dev", root);
    await repository.resetBranch("dev", one);
    await repository.deleteBranch("dev");
    await repository.createTag("v1", one);
    await repository.deleteTag("v1");
    await repository.setMetadata({ owner: "me" });
    await repository.updateConfig({ inline_chunk_threshold_bytes: 9 });
    await repository.setFeatureFlag("move_node", false);
    await repository.setFeatureFlag("move_node", null);
    const amending = await repository.writableSession();
    amending.setGroup("/", { n: 2 });
    const two = await amending.commit("2", { amend: true });
    const flushing = await repository.writableSession();
    flushing.setGroup("/", { n: 3 });
    const three = await flushing.flush("3");
    const all = await operations();
    expect(all.map(({ change }) => change)).toEqual([
      { kind: "newDetachedSnapshot", newSnapshot: three },
      { kind: "commitAmended", branch: "main", previousSnapshot: one, newSnapshot: two },
      { kind: "featureFlagChanged", id: 3, setting: null },
      { kind: "featureFlagChanged", id: 3, setting: false },
      { kind: "configChanged" },
      { kind: "metadataChanged" },
      { kind: "tagDeleted", name: "v1", previousSnapshot: one },
      { kind: "tagCreated", name: "v1" },
      { kind: "branchDeleted", name: "dev", previousSnapshot: one },
      { kind: "branchReset", name: "dev", previousSnapshot: root },
      { kind: "branchCreated", name: "dev" },
      { kind: "newCommit", branch: "main", newSnapshot: one },
      { kind: "repoInitialized" },
    ]);
    const times = all.map(({ time }) => time.getTime());
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    expect(all[0]?.backup).toBeNull();
    expect(await store.head(all[1]?.backup ?? "")).not.toBeNull();
  });

  test("goes on through the backups, and ends where they were cleaned up", async () => {
    await repository.updateConfig({ num_updates_per_repo_info_file: 3 });
    for (let n = 0; n < 10; n++) await commit(n);
    const all = await operations();
    expect(all.map(({ change }) => change.kind)).toEqual([
      ...new Array(10).fill("newCommit"),
      "configChanged",
      "repoInitialized",
    ]);
    const backups = all.map(({ backup }) => backup);
    expect(backups.slice(1).sort()).toEqual((await collect(store.list("overwritten/"))).map(({ key }) => key).sort());
    for (const backup of backups.slice(3)) await store.delete(backup ?? "");
    const left = await operations();
    expect(left.map(({ time }) => time)).toEqual(all.slice(0, 3).map(({ time }) => time));
  });

  test("reads only as far as it is asked", async () => {
    await repository.updateConfig({ num_updates_per_repo_info_file: 1 });
    for (let n = 0; n < 5; n++) await commit(n);
    for await (const { change } of repository.operations()) {
      expect(change.kind).toBe("newCommit");
      break;
    }
    const log = repository.operations();
    await log.next();
    for await (const { key } of store.list("overwritten/")) await store.delete(key);
    expect(await log.next()).toMatchObject({ done: true });
  });
});
