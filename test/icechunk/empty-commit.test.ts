import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ConflictError, InvalidInputError } from "../../src/errors.js";
import { Repository } from "../../src/icechunk/index.js";
import { MemoryStore } from "../../src/store/index.js";
import { expectAgreement } from "./oracle/agreement.js";
import { loadOfficialEngine } from "./oracle/official-engine.js";

const engine = loadOfficialEngine();

let store: MemoryStore;
let repository: Repository;

beforeEach(async () => {
  store = new MemoryStore("test");
  repository = await Repository.create(store);
  await repository.transact((session) => session.setGroup("/", { title: "a" }), { message: "title" });
});
afterEach(async () => {
  if (engine) await expectAgreement(engine, store);
});

const messages = async () => (await repository.history()).map(({ message }) => message);

describe("a session without changes", () => {
  test("commits, amends and flushes only where that is allowed", async () => {
    const session = await repository.writableSession();
    await expect(session.commit("empty")).rejects.toThrow(InvalidInputError);
    await expect(session.commit("empty", { amend: true })).rejects.toThrow(InvalidInputError);
    await expect(session.flush("empty")).rejects.toThrow(InvalidInputError);
    const id = await session.commit("a mark in the history", { allowEmpty: true, metadata: { run: 7 } });
    expect((await repository.history())[0]).toMatchObject({ id, metadata: { run: 7 } });
    expect(await messages()).toEqual(["a mark in the history", "title", "Repository initialized"]);
    expect((await repository.session()).node("/")?.zarr.attributes).toEqual({ title: "a" });
    expect((await repository.diff({ snapshot: session.snapshotId })).updatedGroups).toEqual([]);
  });

  test("gives what it amends another message", async () => {
    await (await repository.writableSession()).commit("Title", { amend: true, allowEmpty: true });
    expect(await messages()).toEqual(["Title", "Repository initialized"]);
    expect((await repository.diff({ snapshot: "1CECHNKREP0F1RSTCMT0" })).newGroups).toEqual(["/"]);
  });

  test("conflicts like any other where somebody was faster", async () => {
    const session = await repository.writableSession();
    await repository.transact((other) => other.setGroup("/faster"), { message: "faster" });
    await expect(session.commit("empty", { allowEmpty: true })).rejects.toThrow(ConflictError);
    await session.rebase();
    await session.commit("empty", { allowEmpty: true });
    expect(await messages()).toEqual(["empty", "faster", "title", "Repository initialized"]);
  });
});
