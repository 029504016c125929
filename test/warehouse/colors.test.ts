import { beforeEach, expect, it } from "vitest";
import { ingest } from "../../src/ingest/ingest.js";
import { openWarehouse } from "../../src/warehouse/warehouse.js";
import { writeScene } from "../ingest/write-scene.js";
import { createTempDir } from "../support/temp-dir.js";
import { FieldType, type Tag } from "../support/write-tiff.js";

let folder: string;
beforeEach(() => {
  folder = createTempDir();
});

async function stacks() {
  await ingest(`${folder}/cogs`, { warehouse: `${folder}/w`, productId: "p" });
  const opened = await openWarehouse(`${folder}/w`);
  return opened.scenes.stacks.map((_, index) => opened.stack(index));
}

const short = (tag: number, values: readonly number[]): Tag => ({ tag, type: FieldType.SHORT, values });
/** Value i is the colour (i, 255 − i, 7); nothing else. */
const palette = [
  short(262, [3]),
  short(320, [
    ...Array.from({ length: 256 }, (_, i) => i * 257),
    ...Array.from({ length: 256 }, (_, i) => (255 - i) * 257),
    ...new Array<number>(256).fill(7 * 257),
  ]),
];

it("a palette's colours are kept beside its values, and again when the warehouse is opened", async () => {
  writeScene(`${folder}/cogs`, "2020-01-01.tif", { extraTags: palette, nodata: "2" });
  const [stack] = await stacks();
  expect(stack?.colorInterpretation).toEqual(["Palette"]);
  expect(stack?.colorTable).toHaveLength(256);
  expect(stack?.colorTable?.slice(0, 4)).toEqual([
    [0, 255, 7, 255],
    [1, 254, 7, 255],
    [2, 253, 7, 0],
    [3, 252, 7, 255],
  ]);
});

it("files with other colours for the same values do not share a stack", async () => {
  writeScene(`${folder}/cogs`, "2020-01-01.tif", { extraTags: palette });
  writeScene(`${folder}/cogs`, "2020-01-02.tif", { extraTags: [short(262, [0])] });
  writeScene(`${folder}/cogs`, "2020-01-03.tif", { extraTags: palette });
  expect((await stacks()).map(({ slots, colorTable }) => [slots, colorTable?.[1]])).toEqual([
    [2, [1, 254, 7, 255]],
    [1, [254, 254, 254, 255]],
  ]);
});

it("an alpha band is told apart from a band that only happens to be there", async () => {
  const bands = [new Uint8Array(12).fill(9), new Uint8Array(12).fill(255)];
  writeScene(`${folder}/cogs`, "2020-01-01.tif", { bands, extraTags: [short(338, [2])] });
  writeScene(`${folder}/cogs`, "2020-01-02.tif", { bands });
  expect((await stacks()).map(({ colorInterpretation }) => colorInterpretation)).toEqual([
    ["Gray", "Alpha"],
    ["Gray", "Undefined"],
  ]);
});

it("a band's own label alone does not part files", async () => {
  writeScene(`${folder}/cogs`, "2020-01-01.tif", {
    bands: Array(3).fill(new Uint8Array(12)),
    extraTags: [short(338, [0, 0])],
  });
  writeScene(`${folder}/cogs`, "2020-01-02.tif", {
    bands: Array(3).fill(new Uint8Array(12)),
    extraTags: [short(262, [2]), short(338, [])],
  });
  expect((await stacks()).map(({ slots }) => slots)).toEqual([2]);
});
