import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Repository, type WritableSession } from "../../src/icechunk/index.js";
import { MemoryStore } from "../../src/store/index.js";
import { collect } from "./collect.js";
import { exampleArray } from "./example-array.js";
import { expectAgreement } from "./oracle/agreement.js";
import { loadOfficialEngine } from "./oracle/official-engine.js";

const engine = loadOfficialEngine();

let store: MemoryStore;
let repository: Repository;
let session: WritableSession;

beforeEach(async () => {
  store = new MemoryStore("test");
  repository = await Repository.create(store, { inlineThresholdBytes: 2 });
  session = await repository.writableSession();
  session.setArray("/x", exampleArray([12], [4]));
});
afterEach(async () => {
  if (engine) await expectAgreement(engine, store);
});

/** Four bytes: above the limit of inline chunks, so an object. */
const object = (value: number) => new Uint8Array(4).fill(value);

/** Sizes of the objects that chunks lie in, after the session's commit. */
async function chunkObjects(): Promise<(number | null)[]> {
  await session.commit("chunks");
  expect((await repository.check()).orphans.objects).toBe(0);
  return (await collect(store.list("chunks/"))).map(({ sizeBytes }) => sizeBytes);
}

const read = async (chunk: number) => (await repository.session()).readChunk("/x", [chunk]);

describe("a chunk that a session writes again", () => {
  test("leaves no object of the bytes that it had before", async () => {
    session.setChunk("/x", [0], object(1));
    session.setChunk("/x", [1], object(2));
    session.setChunk("/x", [0], object(3));
    expect(await session.readChunk("/x", [0])).toEqual(object(3));
    expect(await chunkObjects()).toEqual([4, 4]);
    expect([await read(0), await read(1)]).toEqual([object(3), object(2)]);
  });

  test("is no object any more where it became inline, virtual or nothing", async () => {
    for (const chunk of [0, 1, 2]) session.setChunk("/x", [chunk], object(chunk));
    session.setChunk("/x", [0], Uint8Array.of(9));
    session.setVirtualReferences("/x", {
      indices: Uint32Array.of(1),
      offsets: Float64Array.of(10),
      lengths: Float64Array.of(4),
      locationIndex: Uint32Array.of(0),
      locations: ["s3://bucket/a.bin"],
    });
    session.deleteReferences("/x", Uint32Array.of(2));
    expect(await session.readChunk("/x", [0])).toEqual(Uint8Array.of(9));
    expect(await session.readChunk("/x", [2])).toBeNull();
    expect(await chunkObjects()).toEqual([]);
    const reference = await (await repository.session()).chunkReference("/x", [1]);
    expect(reference).toMatchObject({ kind: "virtual", offset: 10, length: 4 });
    expect([await read(0), await read(2)]).toEqual([Uint8Array.of(9), null]);
  });

  test("is an object where it was deleted in between", async () => {
    session.setChunk("/x", [0], object(1));
    session.deleteReferences("/x", Uint32Array.of(0));
    session.setChunk("/x", [0], object(2));
    expect(await chunkObjects()).toEqual([4]);
    expect(await read(0)).toEqual(object(2));
  });
});

test("chunks outside of a shape that shrank afterwards are not written", async () => {
  session.setChunk("/x", [0], object(1));
  session.setChunk("/x", [2], object(2));
  session.setArray("/x", exampleArray([4], [4]));
  expect(await chunkObjects()).toEqual([4]);
  expect(await read(0)).toEqual(object(1));
});

test("a chunk of an array without axes is replaced as any other", async () => {
  session.setArray("/scalar", exampleArray([], []));
  session.setChunk("/scalar", [], object(1));
  session.setChunk("/scalar", [], object(2));
  expect(await chunkObjects()).toEqual([4]);
  expect(await (await repository.session()).readChunk("/scalar", [])).toEqual(object(2));
});
