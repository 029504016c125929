import { describe, expect, it } from "vitest";
import { isNeedBytes } from "../../../src/cog/header-bytes.js";
import { parseCog } from "../../../src/cog/parse.js";
import { usableLevels } from "../../../src/ingest/headers/usable-levels.js";
import { buildTiff, type FieldSpec, plainImage, withFields } from "../../cog/build-tiff.js";

const image = (width: number, height: number, subfile: number, ...changes: FieldSpec[]) =>
  withFields(
    plainImage,
    [256, "short", [width]],
    [257, "short", [height]],
    [278, "short", [height]],
    [254, "long", [subfile]],
    ...changes,
  );
const bit: FieldSpec = [258, "short", [1]];

function levelsOf(...directories: FieldSpec[][]) {
  const data = buildTiff({ directories });
  const info = parseCog({ sizeBytes: data.length, parts: [{ offset: 0, data }] });
  if (isNeedBytes(info)) throw new Error("needs more bytes");
  const { levels, masks } = usableLevels(info);
  return { levels: levels.map(({ width }) => width), masks: masks.map(({ width }) => width) };
}

describe("levels that a warehouse refers to", () => {
  it("are all of them where none has a mask", () => {
    expect(levelsOf(image(8, 8, 0), image(4, 4, 1), image(2, 2, 1))).toEqual({ levels: [8, 4, 2], masks: [] });
  });

  it("come with their masks, in whatever order the file has them", () => {
    const directories = [image(8, 8, 0), image(2, 2, 5, bit), image(2, 2, 1), image(4, 4, 5, bit), image(8, 8, 4, bit)];
    expect(levelsOf(...directories, image(4, 4, 1))).toEqual({ levels: [8, 4, 2], masks: [8, 4, 2] });
  });

  it("leave out an overview that lacks the mask which the full resolution has", () => {
    const directories = [image(8, 8, 0), image(8, 8, 4, bit), image(4, 4, 1), image(2, 2, 1), image(2, 2, 5, bit)];
    expect(levelsOf(...directories)).toEqual({ levels: [8, 2], masks: [8, 2] });
  });

  it("leave out an overview that has a mask which the full resolution lacks", () => {
    expect(levelsOf(image(8, 8, 0), image(4, 4, 1), image(4, 4, 5, bit), image(2, 2, 1))).toEqual({
      levels: [8, 2],
      masks: [],
    });
  });

  it("leave out an overview that is larger than the image", () => {
    expect(levelsOf(image(8, 8, 0), image(16, 16, 1), image(4, 4, 1))).toEqual({ levels: [8, 4], masks: [] });
  });

  it("take a mask with a sample for each band, and none with another number of them", () => {
    const samples = (count: number): FieldSpec[] => [
      [258, "short", Array.from({ length: count }, () => 8)],
      [277, "short", [count]],
    ];
    const three = image(8, 8, 0, ...samples(3));
    expect(levelsOf(three, image(8, 8, 4, ...samples(3)))).toEqual({ levels: [8], masks: [8] });
    // As GDAL has it: no mask of this image.
    expect(levelsOf(three, image(8, 8, 4, ...samples(2)))).toEqual({ levels: [8], masks: [] });
  });

  it("take a mask of any number of bits up to eight; a wider one is none, as GDAL has it", () => {
    const bits = (count: number): FieldSpec => [258, "short", [count]];
    expect(levelsOf(image(8, 8, 0), image(8, 8, 4, bits(4)))).toEqual({ levels: [8], masks: [8] });
    expect(levelsOf(image(8, 8, 0), image(8, 8, 4, bits(16)))).toEqual({ levels: [8], masks: [] });
  });
});
