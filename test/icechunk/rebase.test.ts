import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ConflictError } from "../../src/errors.js";
import { type ConflictSolver, Repository, type WritableSession } from "../../src/icechunk/index.js";
import { MemoryStore, type RecordingStore, withRecording } from "../../src/store/index.js";
import { exampleArray } from "./example-array.js";
import { expectAgreement } from "./oracle/agreement.js";
import { loadOfficialEngine } from "./oracle/official-engine.js";

const engine = loadOfficialEngine();

let store: RecordingStore;
let repository: Repository;

beforeEach(async () => {
  store = withRecording(new MemoryStore("test"));
  repository = await Repository.create(store);
  await repository.transact(
    (session) => {
      session.setArray("/x", exampleArray([4], [1]));
      session.setArray("/g/y", exampleArray([4], [1]));
      session.setGroup("/k", {});
      for (const path of ["/x", "/g/y"]) session.setChunk(path, [0], Uint8Array.of(1));
    },
    { message: "made" },
  );
});
afterEach(async () => {
  if (engine) await expectAgreement(engine, store);
});

type Change = (session: WritableSession) => void;

/** A session with `ours`, after others committed `theirs`, one commit each. */
async function late(ours: Change, ...theirs: Change[]): Promise<WritableSession> {
  const session = await repository.writableSession();
  ours(session);
  for (const change of theirs) await repository.transact(change, { message: "theirs" });
  return session;
}

async function conflictsOf(session: WritableSession, solver?: ConflictSolver): Promise<unknown> {
  try {
    await session.rebase({ solver });
    return null;
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    return error.details.conflicts;
  }
}

const setChunk = (path: string, chunk: number, value: number): Change => {
  return (session) => session.setChunk(path, [chunk], Uint8Array.of(value));
};
const setGroup = (path: string, n: number): Change => {
  return (session) => session.setGroup(path, { n });
};
const resize = (path: string, length: number): Change => {
  return (session) => session.setArray(path, exampleArray([length], [1]));
};
const remove = (path: string): Change => {
  return (session) => session.delete(path);
};
const move = (from: string, to: string): Change => {
  return (session) => session.move(from, to);
};

describe("changes that do not touch each other", () => {
  test("are made again on top, in one commit after those of the others", async () => {
    const session = await late(setChunk("/x", 1, 5), setChunk("/x", 2, 6), setGroup("/new", 1), remove("/g"));
    await expect(session.commit("ours")).rejects.toThrow(ConflictError);
    expect(await session.rebase()).toBe(true);
    await session.commit("ours");
    const read = await repository.session();
    expect(read.nodes().map(({ path }) => path)).toEqual(["/", "/k", "/new", "/x"]);
    const chunks = await Promise.all([0, 1, 2, 3].map((chunk) => read.readChunk("/x", [chunk])));
    expect(chunks).toEqual([Uint8Array.of(1), Uint8Array.of(5), Uint8Array.of(6), null]);
    expect((await repository.history()).map(({ message }) => message)).toEqual([
      "ours",
      "theirs",
      "theirs",
      "theirs",
      "made",
      "Repository initialized",
    ]);
  });

  test("a session shows what the others did once it is rebased", async () => {
    const session = await late(setGroup("/ours", 1), setGroup("/theirs", 2));
    await session.rebase();
    expect(session.node("/ours")?.zarr.attributes).toEqual({ n: 1 });
    expect(session.node("/theirs")?.zarr.attributes).toEqual({ n: 2 });
    expect(session.snapshotId).toBe((await repository.branches()).get("main"));
    expect(session.status().newGroups).toEqual(["/ours"]);
  });

  test("where nobody committed, rebasing reads one object and changes nothing", async () => {
    const session = await late(setGroup("/ours", 1));
    store.clear();
    expect(await session.rebase()).toBe(false);
    expect(store.requests.map(({ operation, key }) => `${operation} ${key}`)).toEqual(["get repo"]);
  });

  test("a new group with arrays goes where the others did other things", async () => {
    const session = await late(
      (ours) => {
        ours.setArray("/new/a", exampleArray([2], [1]));
        ours.setChunk("/new/a", [1], Uint8Array.of(9));
      },
      remove("/k"),
      resize("/x", 9),
    );
    await session.rebase();
    await session.commit("ours");
    expect(await (await repository.session()).readChunk("/new/a", [1])).toEqual(Uint8Array.of(9));
  });

  test("both delete the same, and nothing is left to commit", async () => {
    const session = await late(remove("/g"), remove("/g"));
    await session.rebase();
    expect(session.hasChanges).toBe(false);
  });

  test("both delete the same, and what they put in its place stays", async () => {
    const session = await late(remove("/x"), setChunk("/x", 1, 1), remove("/x"), setGroup("/x", 1));
    await session.rebase();
    expect([session.hasChanges, session.node("/x")?.kind]).toEqual([false, "group"]);
  });

  test("we delete a node and put another in its place", async () => {
    const session = await late(
      (ours) => {
        ours.delete("/x");
        ours.setGroup("/x", { n: 1 });
      },
      setGroup("/other", 1),
    );
    await session.rebase();
    await session.commit("replaced");
    expect((await repository.session()).node("/x")?.kind).toBe("group");
  });

  test("large chunks that a lost commit wrote are not written again", async () => {
    const session = await late((ours) => ours.setChunk("/x", [3], new Uint8Array(1000).fill(3)), setGroup("/new", 1));
    await expect(session.commit("lost")).rejects.toThrow(ConflictError);
    await session.rebase();
    store.clear();
    await session.commit("won");
    expect(store.requests.filter(({ key }) => key.startsWith("chunks/"))).toEqual([]);
    expect(await (await repository.session()).readChunk("/x", [3])).toEqual(new Uint8Array(1000).fill(3));
  });
});

describe("conflicts", () => {
  test.each<[string, Change, Change, unknown]>([
    ["two new nodes of one path", setGroup("/n", 1), setGroup("/n", 2), [["newNodeConflictsWithExistingNode", "/n"]]],
    ["a new node in a group that is gone", setGroup("/k/n", 1), remove("/k"), [["newNodeInInvalidGroup", "/k/n"]]],
    ["a node in a group that we delete", remove("/g"), setGroup("/g/n", 1), [["newNodeInDeletedGroup", "/g/n"]]],
    ["metadata of one array", resize("/x", 5), resize("/x", 6), [["zarrMetadataDoubleUpdate", "/x"]]],
    ["metadata of one group", setGroup("/k", 1), setGroup("/k", 2), [["zarrMetadataDoubleUpdate", "/k"]]],
    ["metadata of a deleted array", resize("/x", 5), remove("/x"), [["zarrMetadataUpdateOfDeletedArray", "/x"]]],
    ["metadata of a deleted group", setGroup("/k", 1), remove("/k"), [["zarrMetadataUpdateOfDeletedGroup", "/k"]]],
    ["chunks of a deleted array", setChunk("/x", 1, 1), remove("/x"), [["chunksUpdatedInDeletedArray", "/x"]]],
    ["chunks of a changed array", setChunk("/x", 1, 1), resize("/x", 9), [["chunksUpdatedInUpdatedArray", "/x"]]],
    ["deleting an array with new chunks", remove("/x"), setChunk("/x", 1, 1), [["deleteOfUpdatedArray", "/x"]]],
    ["deleting a changed array", remove("/x"), resize("/x", 9), [["deleteOfUpdatedArray", "/x"]]],
    ["deleting a changed group", remove("/k"), setGroup("/k", 1), [["deleteOfUpdatedGroup", "/k"]]],
    ["moves of others", setChunk("/x", 1, 1), move("/g/y", "/y"), [["moveOperationCannotBeRebased", "/g/y"]]],
    [
      "a move to where others put something",
      move("/x", "/n"),
      setGroup("/n", 1),
      [["moveOperationCannotBeRebased", "/x"]],
    ],
    ["a move of what is gone", move("/x", "/n"), remove("/x"), [["moveOperationCannotBeRebased", "/x"]]],
  ])("%s", async (_, ours, theirs, expected) => {
    const session = await late(ours, theirs);
    const before = session.status();
    const conflicts = (await conflictsOf(session)) as { kind: string; path: string }[];
    expect(conflicts.map(({ kind, path }) => [kind, path])).toEqual(expected);
    expect(session.status()).toEqual(before);
  });

  test("are all named at once, with the chunks that both wrote", async () => {
    const session = await late(
      (ours) => {
        for (const chunk of [0, 1, 2]) setChunk("/x", chunk, 1)(ours);
        setGroup("/k", 1)(ours);
      },
      setChunk("/x", 2, 2),
      setChunk("/x", 0, 2),
      setGroup("/k", 2),
    );
    expect(await conflictsOf(session)).toEqual([
      { kind: "zarrMetadataDoubleUpdate", path: "/k" },
      { kind: "chunkDoubleUpdate", path: "/x", chunks: [[0], [2]], chunkCount: 2 },
    ]);
  });

  test("moves are made again on top of other changes, for what the others added too", async () => {
    const session = await late(move("/g", "/k/g"), setGroup("/g/new", 1), setChunk("/g/y", 2, 8));
    await session.rebase();
    await session.commit("moved");
    const read = await repository.session();
    expect(read.nodes("/k").map(({ path }) => path)).toEqual(["/k", "/k/g", "/k/g/new", "/k/g/y"]);
    expect(await read.readChunk("/k/g/y", [2])).toEqual(Uint8Array.of(8));
  });
});

describe("solvers", () => {
  const twoChunks: Change = (session) => {
    for (const chunk of [0, 1]) setChunk("/x", chunk, 5)(session);
  };
  const both = () => late(twoChunks, setChunk("/x", 0, 6));
  const read = async () => {
    const session = await repository.session();
    return Promise.all([0, 1].map(async (chunk) => (await session.readChunk("/x", [chunk]))?.[0]));
  };

  test("ours: our chunk stays", async () => {
    const session = await both();
    await session.rebase({ solver: { onChunkConflict: "ours" } });
    await session.commit("ours");
    expect(await read()).toEqual([5, 5]);
  });

  test("theirs: their chunk stays, and only our others are committed", async () => {
    const session = await both();
    await session.rebase({ solver: { onChunkConflict: "theirs" } });
    expect([...session.status().updatedChunks.get("/x")!.indices]).toEqual([1]);
    await session.commit("ours");
    expect(await read()).toEqual([6, 5]);
  });

  test("theirs: a session whose chunks are all theirs has nothing to commit", async () => {
    const session = await late(setChunk("/x", 0, 5), setChunk("/x", 0, 6));
    await session.rebase({ solver: { onChunkConflict: "theirs" } });
    expect(session.hasChanges).toBe(false);
  });

  test("what was changed is deleted all the same where the rules allow it", async () => {
    const session = await late(
      (ours) => {
        ours.delete("/x");
        ours.delete("/k");
      },
      setChunk("/x", 1, 1),
      setGroup("/k", 1),
    );
    expect(await conflictsOf(session, { failOnDeleteOfUpdatedArray: false })).toMatchObject([
      { kind: "deleteOfUpdatedGroup" },
    ]);
    await session.rebase({ solver: { failOnDeleteOfUpdatedArray: false, failOnDeleteOfUpdatedGroup: false } });
    await session.commit("deleted");
    expect((await repository.session()).nodes().map(({ path }) => path)).toEqual(["/", "/g", "/g/y"]);
  });

  test("transact with a solver runs its function once and rebases", async () => {
    let runs = 0;
    const { committed } = await repository.transact(
      async (session) => {
        runs += 1;
        await repository.transact(setChunk("/x", 0, 6), { message: "faster" });
        setChunk("/x", 0, 5)(session);
      },
      { message: "slower", rebase: { onChunkConflict: "ours" } },
    );
    expect([runs, committed, (await read())[0]]).toEqual([1, true, 5]);
  });

  test("transact throws what its solver has no answer to", async () => {
    const slow = repository.transact(
      async (session) => {
        await repository.transact(setChunk("/x", 0, 6), { message: "faster" });
        setChunk("/x", 0, 5)(session);
      },
      { message: "slower", rebase: {} },
    );
    await expect(slow).rejects.toThrow(/chunkDoubleUpdate at \/x/);
  });
});
