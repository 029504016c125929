import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { ingest } from "../../src/ingest/ingest.js";
import { openWarehouse } from "../../src/warehouse/warehouse.js";
import { writeScene } from "../ingest/write-scene.js";
import { fixturePath } from "../support/data-path.js";
import { createTempDir } from "../support/temp-dir.js";

let folder: string;
let warehouse: string;
const run = () => ingest(`${folder}/cogs`, { warehouse, productId: "p" });

beforeEach(() => {
  folder = createTempDir();
  warehouse = `${folder}/w`;
});

async function stacks() {
  const opened = await openWarehouse(warehouse);
  return opened.scenes.stacks.map((_, index) => opened.stack(index));
}

/** The stored bytes of the first block of an array at a time step; null where there is no reference. */
async function storedBlock(path: string, time: number): Promise<Uint8Array | null> {
  const { session } = await openWarehouse(warehouse);
  const found = await session.chunkReferences(path, Uint32Array.of(time, 0, 0, 0));
  if (found.found[0] === 0) return null;
  const name = decodeURIComponent(found.locations[found.locationIndex[0] ?? 0]?.split("/").at(-1) ?? "");
  const offset = found.offsets[0] ?? 0;
  return new Uint8Array(readFileSync(`${folder}/cogs/${name}`)).slice(offset, offset + (found.lengths[0] ?? 0));
}

const columns = (mask: string) => Uint8Array.from([...mask.repeat(3)].map(Number));

describe("internal masks in a warehouse", () => {
  it("are arrays beside the levels whose chunks are the file's own blocks, one bit a pixel", async () => {
    writeScene(`${folder}/cogs`, "2020-01-01.tif", { mask: Uint8Array.of(1, 0, 1, 1, 0, 0, 0, 0, 1, 1, 1, 1) });
    await run();
    const [stack] = await stacks();
    expect(stack?.masks).toMatchObject([{ width: 4, height: 3, layout: "striped", planes: 1 }]);
    expect(stack?.masks[0]?.encoding).toMatchObject({ dtype: "uint8", samples: 1, rows: 3, cols: 4, bitsPerSample: 1 });
    expect(await storedBlock("/p/exact-00/mask", 0)).toEqual(Uint8Array.of(0b1011_0000, 0, 0b1111_0000));
    expect(await storedBlock("/p/exact-00/0", 0)).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
  });

  it("are plain Zarr to others: bytes that are 0 where the pixel is missing, and where no block is", async () => {
    writeScene(`${folder}/cogs`, "2020-01-01.tif", { mask: columns("1011") });
    await run();
    const { session } = await openWarehouse(warehouse);
    expect(session.node("/p/exact-00/mask")?.zarr).toMatchObject({
      shape: [1, 1, 3, 4],
      data_type: "uint8",
      fill_value: 0,
      dimension_names: ["time", "mask_band", "y", "x"],
      attributes: { long_name: "0 where the pixel is missing in all bands", grid_mapping: "spatial_ref" },
    });
  });

  it("come with every overview of a real file", async () => {
    mkdirSync(`${folder}/cogs`);
    copyFileSync(fixturePath("tiff", "test3_with_mask_1bit_and_ovr.tif"), `${folder}/cogs/2020-01-01.tif`);
    await run();
    const [stack] = await stacks();
    // gdalinfo: "Size is 20, 20", "Overviews: 10x10", "Overviews of mask band: 10x10".
    const sizes = [
      [20, 20],
      [10, 10],
    ];
    expect(stack?.levels.map(({ width, height }) => [width, height])).toEqual(sizes);
    expect(stack?.masks.map(({ width, height }) => [width, height])).toEqual(sizes);
  });

  it("keep files with and without one in stacks of their own", async () => {
    writeScene(`${folder}/cogs`, "2020-01-01.tif", { mask: columns("1100") });
    writeScene(`${folder}/cogs`, "2020-01-02.tif");
    writeScene(`${folder}/cogs`, "2020-01-03.tif", { mask: columns("0011") });
    await run();
    expect((await stacks()).map(({ slots, masks }) => [slots, masks.length])).toEqual([
      [2, 1],
      [1, 0],
    ]);
    expect(await storedBlock("/p/exact-00/mask", 1)).toEqual(Uint8Array.of(0x30, 0x30, 0x30));
  });

  it("move with a file that is written again", async () => {
    writeScene(`${folder}/cogs`, "2020-01-01.tif", { mask: columns("1100") });
    writeScene(`${folder}/cogs`, "2020-01-02.tif", { mask: columns("1010") });
    await run();
    writeScene(`${folder}/cogs`, "2020-01-01.tif", { mask: columns("0110"), nodata: "9" });
    writeScene(`${folder}/cogs`, "2020-01-02.tif", {
      mask: columns("0111"),
      extraTags: [{ tag: 305, type: 2, values: "again" }],
    });
    expect(await run()).toMatchObject({ updated: 2, failed: [] });
    expect(await storedBlock("/p/exact-00/mask", 0)).toBeNull();
    expect(await storedBlock("/p/exact-00/mask", 1)).toEqual(Uint8Array.of(0x70, 0x70, 0x70));
    expect(await storedBlock("/p/exact-01/mask", 0)).toEqual(Uint8Array.of(0x60, 0x60, 0x60));
  });
});
