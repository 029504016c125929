import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { DataArray, openCog } from "../../../src/index.js";
import type { SceneNode } from "../../../src/lazy/graph/node.js";
import { writeScene } from "../../ingest/write-scene.js";
import { createTempDir } from "../../support/temp-dir.js";

/** A mask whose pixels are `times` as large as those that it masks, and whose corner lies `up` and `left` of theirs. */
interface CoarseMask {
  data: number[][];
  mask: number[][];
  times: number;
  up: number;
  left: number;
  masked: (number | null)[][];
}

const { cases } = JSON.parse(readFileSync(new URL("../../cube/oracle/coarse-mask.json", import.meta.url), "utf8")) as {
  cases: CoarseMask[];
};

async function openPlane(folder: string, name: string, rows: number[][]): Promise<DataArray> {
  const width = rows[0]?.length ?? 0;
  const bands = [Uint16Array.from(rows.flat())];
  const path = writeScene(`${folder}/${name}`, "2020-01-01.tif", {
    width,
    height: rows.length,
    dtype: "uint16",
    bands,
    block: { kind: "tile", width: 16, height: 16 },
  });
  return (await openCog(path)).band("band_1");
}

describe("pixels of a coarser scene", () => {
  it.each(cases)("are those that centres of finer ones lie in: $times times, $up up, $left left", async (asked) => {
    const { data, mask, times, up, left, masked } = asked;
    const folder = createTempDir();
    const fine = await openPlane(folder, "fine", data);
    const coarse = (await openPlane(folder, "coarse", mask)).lazy.node as SceneNode;
    const zoom = [1 / times, 1 / times] as const;
    const layersOf = (step: number) =>
      coarse.source.layersOf(step).map((layer) => ({ ...layer, row: -up, col: -left, zoom }));
    const node: SceneNode = { ...coarse, source: { ...coarse.source, layersOf } };
    const cloudy = new DataArray({ ...fine.lazy, node }).eq(1);
    for (const memoryBytes of [2 ** 20, 3000]) {
      const { data: values, status } = await fine.where(cloudy.not()).compute({ threads: 0, memoryBytes });
      const found = Array.from(values as Uint16Array, (value, i) => (status?.[i] ? null : value));
      expect(found).toEqual(masked.flat());
    }
  });
});
