import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ConflictError, InvalidInputError } from "../../src/errors.js";
import { Repository } from "../../src/icechunk/index.js";
import { MemoryStore } from "../../src/store/index.js";
import { collect } from "./collect.js";
import { exampleArray } from "./example-array.js";
import { expectAgreement } from "./oracle/agreement.js";
import { loadOfficialEngine } from "./oracle/official-engine.js";

const engine = loadOfficialEngine();
const root = "1CECHNKREP0F1RSTCMT0";

let store: MemoryStore;
let repository: Repository;
let first: string;

beforeEach(async () => {
  store = new MemoryStore("test");
  repository = await Repository.create(store);
  const made = await repository.transact(
    (session) => {
      session.setArray("/x", exampleArray([4], [1]));
      session.setArray("/y", exampleArray([4], [1]));
      session.setChunk("/x", [0], Uint8Array.of(1));
      session.setChunk("/x", [2], Uint8Array.of(1));
    },
    { message: "first" },
  );
  first = made.snapshot;
});
afterEach(async () => {
  if (engine) await expectAgreement(engine, store);
});

const messages = async () => (await repository.history()).map(({ message }) => message);

describe("amending", () => {
  test("replaces the newest snapshot; what it had is kept, and told together", async () => {
    const session = await repository.writableSession();
    session.setChunk("/x", [1], Uint8Array.of(2));
    session.delete("/y");
    session.setGroup("/g");
    const amended = await session.commit("first, mended", { amend: true, metadata: { by: "me" } });
    expect(await messages()).toEqual(["first, mended", "Repository initialized"]);
    expect((await repository.history())[0]).toMatchObject({ id: amended, parentId: root, metadata: { by: "me" } });
    const read = await repository.session();
    expect(await read.readChunk("/x", [0])).toEqual(Uint8Array.of(1));
    const diff = await repository.diff({ snapshot: root });
    expect({ ...diff, updatedChunks: [...diff.updatedChunks] }).toEqual({
      newGroups: ["/", "/g"],
      newArrays: ["/x"],
      deletedGroups: [],
      deletedArrays: [],
      updatedGroups: [],
      updatedArrays: [],
      updatedChunks: [["/x", { rank: 1, indices: Uint32Array.of(0, 1, 2), count: 3 }]],
      movedNodes: [],
    });
  });

  test("leaves the old snapshot readable to who knows its id", async () => {
    await repository.createTag("before", first);
    const session = await repository.writableSession();
    session.delete("/x");
    await session.commit("mended", { amend: true });
    expect((await repository.session({ tag: "before" })).node("/x")?.kind).toBe("array");
    await expect(repository.diff({ tag: "before" })).rejects.toThrow(InvalidInputError);
  });

  test("the first snapshot of a repository is refused, and nothing is written", async () => {
    await repository.createBranch("empty", root);
    const session = await repository.writableSession("empty");
    session.setGroup("/");
    const before = (await collect(store.list("snapshots/"))).length;
    await expect(session.commit("no", { amend: true })).rejects.toThrow(/cannot be amended/);
    expect(await collect(store.list("snapshots/"))).toHaveLength(before);
  });

  test("of two who amend at once the second conflicts, and cannot be rebased", async () => {
    const [one, two] = await Promise.all([repository.writableSession(), repository.writableSession()]);
    one.setGroup("/one");
    two.setGroup("/two");
    await one.commit("one", { amend: true });
    await expect(two.commit("two", { amend: true })).rejects.toThrow(ConflictError);
    await expect(two.rebase()).rejects.toThrow(/reset or amended/);
  });
});

describe("flushing", () => {
  test("writes a snapshot on no branch, which a branch can be made for", async () => {
    const session = await repository.writableSession();
    session.setGroup("/g", { n: 1 });
    const flushed = await session.flush("aside");
    expect(await messages()).toEqual(["first", "Repository initialized"]);
    expect((await repository.history({ snapshot: flushed })).map(({ message }) => message)).toEqual([
      "aside",
      "first",
      "Repository initialized",
    ]);
    await repository.createBranch("aside", flushed);
    expect((await repository.session({ branch: "aside" })).node("/g")?.zarr.attributes).toEqual({ n: 1 });
    expect(() => session.setGroup("/h")).toThrow(InvalidInputError);
  });
});

describe("diff", () => {
  test("sums up commits, names nodes by where they are now, and leaves out what came and went", async () => {
    await repository.transact((session) => session.setArray("/gone", exampleArray([1], [1])), { message: "come" });
    await repository.transact((session) => session.delete("/gone"), { message: "gone" });
    await repository.transact((session) => session.move("/x", "/z"), { message: "move" });
    await repository.transact(
      (session) => {
        session.setChunk("/z", [3], Uint8Array.of(1));
        session.setArray("/y", exampleArray([5], [1]));
      },
      { message: "change" },
    );
    const diff = await repository.diff({ snapshot: first }, { branch: "main" });
    expect({ ...diff, updatedChunks: [...diff.updatedChunks] }).toEqual({
      newGroups: [],
      newArrays: [],
      deletedGroups: [],
      deletedArrays: [],
      updatedGroups: [],
      updatedArrays: ["/y"],
      updatedChunks: [["/z", { rank: 1, indices: Uint32Array.of(3), count: 1 }]],
      movedNodes: [{ from: "/x", to: "/z" }],
    });
  });

  test("of a snapshot with itself is empty, and backwards there is none", async () => {
    const two = await repository.transact((session) => session.setGroup("/g"), { message: "two" });
    expect((await repository.diff({ branch: "main" })).newGroups).toEqual([]);
    await expect(repository.diff({ branch: "main" }, { snapshot: first })).rejects.toThrow(
      `The snapshot ${two.snapshot} is not in the history of ${first}; there is no difference to tell.`,
    );
  });
});
