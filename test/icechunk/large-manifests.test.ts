import { describe, expect, it } from "vitest";
import { MemoryStore, Repository } from "../../src/icechunk/index.js";
import { exampleArray } from "./example-array.js";

/** Half as many references as a manifest holds at most, 2^19. */
const perStep = 2 ** 18;

const splitting = [{ path: ".*", axis: 0, chunks: 250 }];

async function appendStep(repository: Repository, step: number): Promise<void> {
  await repository.transact(
    (session) => {
      session.setArray("/x", exampleArray([step + 1, perStep], [1, 1]));
      session.setVirtualReferences("/x", {
        indices: Uint32Array.from({ length: 2 * perStep }, (_, i) => (i % 2 === 0 ? step : i >> 1)),
        offsets: new Float64Array(perStep).fill(step),
        lengths: Float64Array.from({ length: perStep }, (_, i) => i + 1),
        locationIndex: new Uint32Array(perStep),
        locations: [`s3://b/${step}`],
      });
    },
    { message: `step ${step}` },
  );
}

describe("an array of very many chunks a step", () => {
  it("is cut into manifests that a reader can hold, whatever number of steps was asked for", async () => {
    const store = new MemoryStore();
    const repository = await Repository.create(store, { splitting });
    for (let step = 0; step < 5; step++) await appendStep(repository, step);
    const session = await repository.session();
    for (const [step, chunk] of [
      [0, 0],
      [1, perStep - 1],
      [2, 7],
      [4, perStep - 1],
    ] as const) {
      expect(await session.chunkReference("/x", [step, chunk])).toMatchObject({
        location: `s3://b/${step}`,
        offset: step,
        length: chunk + 1,
      });
    }
    // Two steps fill a manifest, so each commit writes that of one or two: 1 + 2 + 1 + 2 + 1. Uncut it were 1 + 2 + 3 + 4 + 5.
    const { checked } = await repository.check();
    expect([checked.manifests, checked.references]).toEqual([5, 7 * perStep]);
  });
});
