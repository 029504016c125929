import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InvalidInputError, NotFoundError, UnsupportedError } from "../../src/errors.js";
import { Repository } from "../../src/icechunk/index.js";
import { MemoryStore } from "../../src/store/index.js";
import { collect } from "./collect.js";
import { exampleArray } from "./example-array.js";
import { expectAgreement } from "./oracle/agreement.js";
import { loadOfficialEngine } from "./oracle/official-engine.js";

const engine = loadOfficialEngine();

let store: MemoryStore;
let repository: Repository;
let first: string;

beforeEach(async () => {
  store = new MemoryStore("test");
  repository = await Repository.create(store);
  const made = await repository.transact(
    (session) => {
      session.setArray("/g/x", exampleArray([2], [1]));
      session.setArray("/g/h/y", exampleArray([2], [1]));
      session.setGroup("/gh");
      session.setChunk("/g/x", [1], Uint8Array.of(7));
    },
    { message: "made" },
  );
  first = made.snapshot;
});
afterEach(async () => {
  if (engine) await expectAgreement(engine, store);
});

const paths = async () => (await repository.session()).nodes().map(({ path }) => path);

test("a group takes along what lies below it, and nothing that only begins alike", async () => {
  const before = await repository.session();
  const { snapshot } = await repository.transact((session) => session.move("/g", "/gh/moved"), { message: "move" });
  expect(await paths()).toEqual(["/", "/gh", "/gh/moved", "/gh/moved/h", "/gh/moved/h/y", "/gh/moved/x"]);
  const session = await repository.session();
  expect(await session.readChunk("/gh/moved/x", [1])).toEqual(Uint8Array.of(7));
  expect(session.node("/gh/moved/x")?.id).toBe(before.node("/g/x")?.id);
  expect((await repository.diff({ snapshot: first }, { snapshot })).movedNodes).toEqual([
    { from: "/g", to: "/gh/moved" },
    { from: "/g/h", to: "/gh/moved/h" },
    { from: "/g/h/y", to: "/gh/moved/h/y" },
    { from: "/g/x", to: "/gh/moved/x" },
  ]);
});

test("a move writes no manifest and no chunk", async () => {
  const keys = async (prefix: string) => (await collect(store.list(prefix))).map(({ key }) => key);
  const before = [await keys("manifests/"), await keys("chunks/")];
  await repository.transact((session) => session.move("/g/x", "/z"), { message: "move" });
  expect([await keys("manifests/"), await keys("chunks/")]).toEqual(before);
});

test("several moves are recorded as one, from where a node was to where it is", async () => {
  const swap = await repository.writableSession();
  swap.move("/g/x", "/tmp");
  swap.move("/gh", "/g/x");
  swap.move("/tmp", "/gh");
  expect(swap.status().movedNodes).toEqual([
    { from: "/gh", to: "/g/x" },
    { from: "/g/x", to: "/gh" },
  ]);
  await swap.commit("swapped");
  const session = await repository.session();
  expect([session.node("/gh")?.kind, session.node("/g/x")?.kind]).toEqual(["array", "group"]);
});

test("moves that lead back are no change", async () => {
  const session = await repository.writableSession();
  session.move("/g", "/k");
  session.move("/k", "/g");
  expect(session.hasChanges).toBe(false);
});

describe("what cannot be", () => {
  test.each([
    ["/g", "/g", InvalidInputError],
    ["/g", "/g/h/deeper", InvalidInputError],
    ["/", "/k", InvalidInputError],
    ["/g/x", "/gh", InvalidInputError],
    ["/g/x", "/g/", InvalidInputError],
    ["/nowhere", "/k", NotFoundError],
    ["/g/x", "/no/group", NotFoundError],
    ["/gh", "/g/x/inside", NotFoundError],
  ])("%s to %s is refused and nothing changes", async (from, to, error) => {
    const session = await repository.writableSession();
    expect(() => session.move(from, to)).toThrow(error);
    expect(session.hasChanges).toBe(false);
  });

  test("moves and other changes do not mix in one session", async () => {
    const moving = await repository.writableSession();
    moving.move("/g/x", "/x");
    expect(() => moving.setGroup("/new")).toThrow(InvalidInputError);
    expect(() => moving.setChunk("/x", [0], Uint8Array.of(1))).toThrow(InvalidInputError);
    expect(() => moving.delete("/gh")).toThrow(InvalidInputError);
    const changing = await repository.writableSession();
    changing.setGroup("/new");
    expect(() => changing.move("/g/x", "/x")).toThrow("commit those first");
  });

  test("a repository that forbids moves takes no commit with one", async () => {
    const session = await repository.writableSession();
    session.move("/g/x", "/x");
    await repository.setFeatureFlag("move_node", false);
    await expect(session.commit("late")).rejects.toThrow(UnsupportedError);
    expect(await paths()).toContain("/g/x");
  });
});

describe("amending", () => {
  test("puts moves after moves together", async () => {
    await repository.transact((session) => session.move("/g/x", "/x"), { message: "one" });
    const again = await repository.writableSession();
    again.move("/x", "/gh/x");
    const snapshot = await again.commit("two", { amend: true });
    expect((await repository.diff({ snapshot: first }, { snapshot })).movedNodes).toEqual([
      { from: "/g/x", to: "/gh/x" },
    ]);
    expect((await repository.history()).map(({ message }) => message)).toEqual([
      "two",
      "made",
      "Repository initialized",
    ]);
  });

  test("does not mix moves with other changes", async () => {
    const moving = await repository.writableSession();
    moving.move("/g/x", "/x");
    await expect(moving.commit("mixed", { amend: true })).rejects.toThrow(InvalidInputError);
    await moving.commit("moved");
    const changing = await repository.writableSession();
    changing.setGroup("/new");
    await expect(changing.commit("mixed", { amend: true })).rejects.toThrow(/Make a new commit instead/);
  });
});
