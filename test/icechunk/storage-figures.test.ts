import { beforeEach, describe, expect, test } from "vitest";
import { Repository } from "../../src/icechunk/index.js";
import { MemoryStore } from "../../src/store/index.js";
import { exampleArray } from "./example-array.js";

let store: MemoryStore;
let repository: Repository;

beforeEach(async () => {
  store = new MemoryStore("figures");
  repository = await Repository.create(store);
});

/** Two chunk objects of 600 and 700 bytes, two inline chunks of 3 and 5, three ranges of 100 bytes, one of them twice. */
async function commitExample(): Promise<void> {
  await repository.transact(
    (session) => {
      session.setArray("/x", exampleArray([8], [1]));
      session.setChunk("/x", [0], new Uint8Array(600));
      session.setChunk("/x", [1], new Uint8Array(700));
      session.setChunk("/x", [2], new Uint8Array(3));
      session.setChunk("/x", [3], new Uint8Array(5));
      session.setVirtualReferences("/x", {
        indices: Uint32Array.of(4, 5, 6, 7),
        offsets: Float64Array.of(0, 100, 0, 100),
        lengths: new Float64Array(4).fill(100),
        locationIndex: Uint32Array.of(0, 0, 1, 0),
        locations: ["s3://bucket/a.tif", "s3://bucket/b.tif"],
      });
    },
    { message: "example" },
  );
}

async function bytesIn(prefix: string): Promise<number> {
  let bytes = 0;
  for await (const { sizeBytes } of store.list(prefix)) bytes += sizeBytes;
  return bytes;
}

describe("storage figures", () => {
  test("a new repository has one snapshot, one log, and refers to nothing", async () => {
    const figures = await repository.storageFigures();
    expect(figures).toMatchObject({
      repository: { objects: 1 },
      snapshots: { objects: 1 },
      transactions: { objects: 1 },
      manifests: { objects: 0, bytes: 0 },
      chunks: { objects: 0, bytes: 0 },
      backups: { objects: 0, bytes: 0 },
      referenced: {
        native: { references: 0, bytes: 0 },
        inline: { references: 0, bytes: 0 },
        virtual: { references: 0, bytes: 0 },
      },
    });
    expect(figures.stored).toEqual({ objects: 3, bytes: await bytesIn("") });
  });

  test("bytes are those of the objects, and each target counts once", async () => {
    await commitExample();
    const figures = await repository.storageFigures();
    expect(figures.chunks).toEqual({ objects: 2, bytes: 1300 });
    expect(figures.manifests).toEqual({ objects: 1, bytes: await bytesIn("manifests/") });
    expect(figures.backups).toEqual({ objects: 1, bytes: await bytesIn("overwritten/") });
    expect(figures.stored.bytes).toBe(await bytesIn(""));
    expect(figures.referenced).toEqual({
      native: { references: 2, bytes: 1300 },
      inline: { references: 2, bytes: 8 },
      virtual: { references: 3, bytes: 300 },
    });
  });

  test("what snapshots share counts once, and garbage is stored but not referred to", async () => {
    await commitExample();
    const { snapshot } = await repository.transact((session) => session.setChunk("/x", [3], new Uint8Array(7)), {
      message: "two",
    });
    await store.put("chunks/0123456789ABCDEFGH00", new Uint8Array(50));
    const figures = await repository.storageFigures();
    expect(figures.snapshots.objects).toBe(3);
    expect(figures.chunks).toEqual({ objects: 3, bytes: 1350 });
    expect(figures.referenced).toEqual({
      native: { references: 2, bytes: 1300 },
      // 3 and 5 in the first manifest, 3 and 7 in the one written anew.
      inline: { references: 4, bytes: 18 },
      virtual: { references: 3, bytes: 300 },
    });
    expect((await repository.history({ snapshot })).length).toBe(3);
  });
});
