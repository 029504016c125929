import { expect, it } from "vitest";
import { openCog } from "../../src/index.js";
import { writeScene } from "../ingest/write-scene.js";
import { createTempDir } from "../support/temp-dir.js";

it("says of each masked pixel which rule took it away, the first of several", async () => {
  // Bit 0 is cloud, bit 1 is shadow.
  const bands = [Uint8Array.of(10, 20, 30, 40), Uint8Array.of(0, 1, 2, 3)];
  const path = writeScene(createTempDir(), "2020-01-01.tif", {
    width: 4,
    height: 1,
    bands,
    bandNames: ["red", "flags"],
  });
  const dataset = await openCog(path);
  const masked = dataset.mask([
    { band: "flags", bits: [0] },
    { band: "flags", bits: [1] },
  ]);
  expect([...((await masked.maskedBy().compute()).data as Uint8Array)]).toEqual([0, 1, 2, 1]);
  expect([...((await masked.band("red").compute()).status ?? [])]).toEqual([0, 3, 3, 3]);
  expect(masked.attrs.masks).toEqual([
    { band: "flags", bits: [0] },
    { band: "flags", bits: [1] },
  ]);
  expect(() => dataset.maskedBy()).toThrow(expect.objectContaining({ name: "SelectionError" }));
});
