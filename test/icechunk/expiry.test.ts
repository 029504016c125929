import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { UnsupportedError } from "../../src/errors.js";
import { idToText } from "../../src/icechunk/format/object-id.js";
import { Repository } from "../../src/icechunk/index.js";
import { readRepositoryFile } from "../../src/icechunk/repository-file.js";
import { MemoryStore } from "../../src/store/index.js";
import { exampleArray } from "./example-array.js";
import { expectAgreement } from "./oracle/agreement.js";
import { loadOfficialEngine } from "./oracle/official-engine.js";

const engine = loadOfficialEngine();
const first = "1CECHNKREP0F1RSTCMT0";

let store: MemoryStore;
let repository: Repository;
/** Snapshot ids by the letter of their commit. */
let ids: Record<string, string>;

beforeEach(async () => {
  store = new MemoryStore("expiry");
  repository = await Repository.create(store);
  ids = {};
});

/** The official engine reads what is left, on every branch, and the check finds nothing. */
afterEach(async () => {
  expect((await repository.check()).findings).toEqual([]);
  if (engine) await expectAgreement(engine, store);
});

/** One commit per letter, each with a chunk of its own. */
async function commit(letters: string, branch = "main"): Promise<void> {
  for (const letter of letters) {
    const { snapshot } = await repository.transact(
      (session) => {
        const node = session.node("/x");
        const count = node?.kind === "array" ? node.zarr.shape[0]! : 0;
        session.setArray("/x", exampleArray([count + 1], [1]));
        session.setChunk("/x", [count], Uint8Array.of(count));
      },
      { message: letter, branch },
    );
    ids[letter] = snapshot;
    // Times of snapshots are in microseconds of a clock of milliseconds.
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const letterOf = (id: string) => Object.entries(ids).find(([, each]) => each === id)?.[0] ?? id;
const lettersOf = (list: readonly string[]) => list.map(letterOf).sort().join("");

async function timeOf(letter: string): Promise<Date> {
  return (await repository.history({ snapshot: ids[letter]! }))[0]!.time;
}

async function historyOf(branch = "main"): Promise<string> {
  const messages = (await repository.history({ branch })).map(({ message }) => message);
  expect(messages.at(-1)).toBe("Repository initialized");
  return messages.slice(0, -1).join("");
}

/** Letter → letters of the snapshots whose transaction logs it stands for besides its own. */
async function prunedAncestors(): Promise<Record<string, string>> {
  const { table } = await readRepositoryFile(store);
  return Object.fromEntries(
    table.snapshots
      .filter(({ prunedAncestors: pruned }) => pruned !== null && pruned.length > 0)
      .map(({ id, prunedAncestors: pruned }) => [
        letterOf(idToText(id)),
        pruned!.map((each) => letterOf(idToText(each))).join(""),
      ]),
  );
}

describe("expiring snapshots", () => {
  test("old ones leave the history, and the oldest that stays follows the first snapshot", async () => {
    await commit("abcd");
    const report = await repository.expireSnapshots({ olderThan: await timeOf("c") });
    expect(lettersOf(report.expired)).toBe("ab");
    expect(lettersOf(report.rewritten)).toBe("c");
    expect(report).toMatchObject({ deletedBranches: [], deletedTags: [] });
    expect(await historyOf()).toBe("dc");
    expect((await repository.history()).map(({ parentId }) => parentId)).toEqual([ids.c, first, null]);
    expect(await prunedAncestors()).toEqual({ c: "ab" });
    expect(await (await repository.session()).readChunk("/x", [0])).toEqual(Uint8Array.of(0));
  });

  test("the newest of a branch and the tagged stay, however old", async () => {
    await commit("abc");
    await repository.createTag("v1", ids.b!);
    await repository.createBranch("dev", ids.a!);
    const report = await repository.expireSnapshots({ olderThan: new Date(Date.now() + 1000) });
    expect(report).toEqual({ expired: [], rewritten: [], deletedBranches: [], deletedTags: [] });
    expect(await historyOf()).toBe("cba");
  });

  test("a snapshot that stays for its tag does not stay in the history of younger ones, as in the official engine", async () => {
    await commit("abcd");
    await repository.createTag("v1", ids.b!);
    const report = await repository.expireSnapshots({ olderThan: await timeOf("d") });
    expect([lettersOf(report.expired), lettersOf(report.rewritten)]).toEqual(["ac", "bd"]);
    expect(await historyOf()).toBe("d");
    expect((await repository.history({ tag: "v1" })).map(({ message }) => message)).toEqual([
      "b",
      "Repository initialized",
    ]);
    expect(await prunedAncestors()).toEqual({ b: "a", d: "abc" });
  });

  test("branches and tags of old snapshots are deleted where that is asked for, main never", async () => {
    await commit("ab");
    await repository.createBranch("dev", ids.a!);
    await commit("x", "dev");
    await repository.createTag("v1", ids.a!);
    await repository.createTag("origin", first);
    await commit("c");
    const report = await repository.expireSnapshots({
      olderThan: new Date(Date.now() + 1000),
      deleteBranches: true,
      deleteTags: true,
    });
    expect(lettersOf(report.expired)).toBe("abx");
    expect(report).toMatchObject({ deletedBranches: ["dev"], deletedTags: ["v1"] });
    expect([...(await repository.branches()).keys()]).toEqual(["main"]);
    expect([...(await repository.tags()).keys()]).toEqual(["origin"]);
    expect(await historyOf()).toBe("c");
    await expect(repository.createTag("v1", ids.c!)).rejects.toThrow(/never used twice/);
  });

  test("twice in a row, what was passed over before is passed on", async () => {
    await commit("abc");
    await repository.expireSnapshots({ olderThan: await timeOf("b") });
    expect(await prunedAncestors()).toEqual({ b: "a" });
    await commit("d");
    await repository.expireSnapshots({ olderThan: await timeOf("d") });
    expect(await prunedAncestors()).toEqual({ d: "abc" });
    expect(await historyOf()).toBe("d");
  });

  test("a dry run says the same and changes nothing", async () => {
    await commit("abc");
    const before = (await store.get("repo"))!.data;
    const dry = await repository.expireSnapshots({ olderThan: await timeOf("c"), dryRun: true });
    expect((await store.get("repo"))!.data).toEqual(before);
    expect(lettersOf(dry.expired)).toBe("ab");
    expect(await repository.expireSnapshots({ olderThan: await timeOf("c") })).toEqual(dry);
  });

  test("nothing old means nothing is written", async () => {
    await commit("ab");
    const before = (await store.get("repo"))!.version;
    await repository.expireSnapshots({ olderThan: new Date(0) });
    expect((await store.get("repo"))!.version).toBe(before);
  });

  test("a repository that forbids deleting tags keeps them", async () => {
    await commit("ab");
    await repository.createTag("v1", ids.a!);
    await repository.setFeatureFlag("delete_tag", false);
    const expire = repository.expireSnapshots({ olderThan: new Date(Date.now() + 1000), deleteTags: true });
    await expect(expire).rejects.toThrow(UnsupportedError);
    expect([...(await repository.tags()).keys()]).toEqual(["v1"]);
  });
});
