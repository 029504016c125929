import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Repository } from "../../src/icechunk/index.js";
import { FileStore, withRecording } from "../../src/store/index.js";
import { exampleArray } from "./example-array.js";
import { loadOfficialEngine, type OfficialEngine } from "./oracle/official-engine.js";

const engine = loadOfficialEngine();
const official = engine as OfficialEngine;

/** 28 references each. `PIXELQUERY_REFERENCE_STEPS=50000` makes it 1.4 million, which takes half a minute. */
const steps = Number(process.env.PIXELQUERY_REFERENCE_STEPS ?? 1000);
const perStep = 28;
const stepsPerCall = 1000;

/** Names as archives have them: long, alike, each different. */
const location = (step: number, band: number) =>
  `s3://archive/collection-2/landsat-8/scene-${String(step * 7919).padStart(9, "0")}/band-${band}.tif`;
const seconds = (step: number) => 1_600_000_000 + step;

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(tmpdir(), "icechunk-many-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

/** One commit of the official engine, which compresses locations with a dictionary for each manifest. */
async function writeOfficially(): Promise<void> {
  const splitting = {
    split_sizes: [[{ path_matches: { regex: ".*" } }, [{ condition: { Axis: 0 }, num_chunks: 250 }]]],
  };
  const storage = await official.Storage.newLocalFilesystem(folder);
  const repository = await official.Repository.create(storage, { manifest: { splitting } });
  const session = await repository.writableSession("main");
  await session.store.set("x/zarr.json", Buffer.from(JSON.stringify(exampleArray([steps, perStep], [1, 1]))));
  for (let from = 0; from < steps; from += stepsPerCall) {
    const count = Math.min(stepsPerCall, steps - from) * perStep;
    const references = Array.from({ length: count }, (_, i) => {
      const [step, band] = [from + Math.floor(i / perStep), i % perStep];
      const lastModified = new Date(seconds(step) * 1000);
      return { index: [step, band], location: location(step, band), offset: i, length: band + 1, lastModified };
    });
    expect(await session.store.setVirtualRefs("x", references, false)).toBeNull();
  }
  await session.commit("many");
}

describe.skipIf(!engine)(`${steps * perStep} references of the official engine, compressed with dictionaries`, () => {
  test("one is found by reading four objects, and all of them are what was written", { timeout: 600_000 }, async () => {
    await writeOfficially();
    const store = withRecording(new FileStore(folder));
    const repository = await Repository.open(store);
    const session = await repository.session();
    const last = steps - 1;
    expect(await session.chunkReference("/x", [last, 27])).toEqual({
      kind: "virtual",
      location: location(last, 27),
      offset: (last % stepsPerCall) * perStep + 27,
      length: 28,
      lastModifiedSeconds: seconds(last),
      etag: null,
    });
    expect(store.requests.map(({ key }) => key.split("/")[0])).toEqual(["repo", "repo", "snapshots", "manifests"]);
    let wrong = 0;
    // A thousand steps at a time, in order, as a reader of long series does.
    for (let from = 0; from < steps; from += stepsPerCall) {
      const count = Math.min(stepsPerCall, steps - from) * perStep;
      const indices = Uint32Array.from({ length: count * 2 }, (_, i) =>
        i % 2 === 0 ? from + Math.floor(i / 2 / perStep) : (i >> 1) % perStep,
      );
      const columns = await session.chunkReferences("/x", indices);
      for (let i = 0; i < count; i++) {
        const [step, band] = [from + Math.floor(i / perStep), i % perStep];
        const place = columns.locationIndex[i]!;
        const isRight =
          columns.kinds[i] === 1 &&
          columns.offsets[i] === i &&
          columns.lengths[i] === band + 1 &&
          columns.locations[place] === location(step, band) &&
          columns.lastModifiedSeconds[place] === seconds(step);
        if (!isRight) wrong += 1;
      }
    }
    expect(wrong).toBe(0);
  });
});
