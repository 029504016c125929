import { describe, expect, test } from "vitest";
import { isNeedBytes } from "../../src/cog/header-bytes.js";
import { parseCog } from "../../src/cog/parse.js";
import { parseTiffHeader, type TiffHeader } from "../../src/cog/tiff-header.js";
import { openProjection } from "../../src/geo/projection.js";
import { buildTiff, type FieldSpec, plainImage, withFields } from "./build-tiff.js";

function bytesOf(...directories: FieldSpec[][]) {
  const data = buildTiff({ directories });
  return { sizeBytes: data.length, parts: [{ offset: 0, data }] };
}

function inspect(...directories: FieldSpec[][]): TiffHeader {
  const header = parseTiffHeader(bytesOf(...directories));
  if (isNeedBytes(header)) throw new Error("needs more bytes");
  return header;
}

const corrupt = (message: string) =>
  expect.objectContaining({ name: "CorruptDataError", message: expect.stringContaining(message) });

describe("SubIFDs", () => {
  test("that lead back to their own directory are a loop", () => {
    const looping = withFields(plainImage, [330, "long", [8]]);
    expect(inspect(looping).defects).toEqual(["the chain of directories loops back to offset 8"]);
    expect(() => parseCog(bytesOf(looping))).toThrow(corrupt("loops back to offset 8"));
  });

  test("by the thousand, none of them inside the file, are named a few times", () => {
    const many = Array.from({ length: 5000 }, (_, index) => 10_000_000 + index);
    const { defects, images } = inspect(withFields(plainImage, [330, "long", many]));
    expect(images).toHaveLength(1);
    expect(defects).toHaveLength(16);
    expect(defects[0]).toContain("offset 10000000");
  });

  test("more than the file has bytes for are none", () => {
    const bytes = bytesOf(withFields(plainImage, [330, "long", [8, 8]]));
    const data = bytes.parts[0]?.data as Uint8Array;
    const at = data.findIndex((_, index) => data[index] === 0x4a && data[index + 1] === 0x01);
    new DataView(data.buffer).setUint32(at + 4, 2 ** 32 - 1, true);
    expect(parseTiffHeader(bytes)).toMatchObject({ defects: [], width: 4 });
  });

  test("of further pages are not looked at", () => {
    expect(inspect([...plainImage], withFields(plainImage, [330, "long", [8]])).defects).toEqual([]);
  });
});

describe("further directories that cannot be read", () => {
  test("are nothing to the image, unless they are its mask", () => {
    const strange: FieldSpec = [259, "short", [12345]];
    const page = withFields(plainImage, [254, "long", [1]], strange);
    expect(parseCog(bytesOf([...plainImage], page))).toMatchObject({ width: 4, levels: [{ width: 4 }] });
    const mask = withFields(plainImage, [254, "long", [4]], strange);
    expect(() => parseCog(bytesOf([...plainImage], mask))).toThrow(
      corrupt("The compression scheme 12345 is not known"),
    );
  });
});

describe("tags that lie", () => {
  test("a colour map outside of the file is none", () => {
    const bytes = bytesOf(withFields(plainImage, [262, "short", [3]], [320, "short", new Array<number>(768).fill(1)]));
    const data = bytes.parts[0]?.data as Uint8Array;
    const at = data.findIndex((_, index) => data[index] === 0x40 && data[index + 1] === 0x01 && data[index + 2] === 3);
    new DataView(data.buffer).setUint32(at + 8, 2 ** 31, true);
    expect(parseTiffHeader(bytes)).toMatchObject({ colorTable: null, colorInterpretation: ["Gray"] });
  });

  test("three thousand alpha samples in a one-band image are no alpha", () => {
    const { colorInterpretation } = inspect(withFields(plainImage, [338, "short", new Array<number>(3000).fill(2)]));
    expect(colorInterpretation).toEqual(["Gray"]);
  });
});

describe("definitions of CRSs that nest or end wrongly", () => {
  test.each([
    ["ends early", 'PROJCS["a",GEOGCS["b"'],
    ["closes what it never opened", 'PROJCS["a"]]]]'],
    ["nests a hundred levels", `PROJCS[${"A[".repeat(100)}${"]".repeat(100)}]`],
    ["has no ellipsoid", 'GEOGCS["a",DATUM["b"],PRIMEM["c",0]]'],
    ["has no geographic part", 'PROJCS["a",PROJECTION["Mercator_1SP"]]'],
    ["has numbers that are none", 'GEOGCS["a",DATUM["b",SPHEROID["c",1.2.3,4.5.6]]]'],
  ])("are invalid input: one that %s", async (_, definition) => {
    await expect(openProjection({ code: null, name: null, definition })).rejects.toMatchObject({
      name: "InvalidInputError",
    });
  });
});
