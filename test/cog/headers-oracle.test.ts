import { describe, expect, test } from "vitest";
import { isNeedBytes } from "../../src/cog/header-bytes.js";
import { inspectJson } from "../../src/cog/inspect.js";
import { parseTiffHeader, type TiffHeader } from "../../src/cog/tiff-header.js";
import { readHeaderOracle } from "../support/header-oracle.js";

const oracle = readHeaderOracle();

function parse(file: string): TiffHeader {
  const data = new Uint8Array(Buffer.from(file, "base64"));
  const header = parseTiffHeader({ sizeBytes: data.length, parts: [{ offset: 0, data }] });
  if (isNeedBytes(header)) throw new Error(`needs ${JSON.stringify(header)}`);
  return header;
}

/** Where GDAL 3.6.2 does otherwise, and we mean to. */
const ownOverviews: Readonly<Record<string, [number, number][]>> = {
  // GDAL lists an overview of another sample type as one of the image.
  "an overview of another sample format": [],
};

describe("which images belong to the first one", () => {
  test.each(Object.entries(oracle.images))("as GDAL finds them: %s", (name, { file, gdal }) => {
    const { images, masks } = parse(file);
    const sizes = images.slice(1).map(({ width, height }) => [width, height]);
    const expected = ownOverviews[name] ?? gdal.overviews.toSorted(([one], [other]) => other - one);
    expect(sizes).toEqual(expected);
    expect(masks.filter((mask) => !mask.isReduced)).toHaveLength(gdal.mask ? 1 : 0);
    if (gdal.mask) expect(masks.filter((mask) => mask.isReduced)).toHaveLength(gdal.overviewMasks);
  });
});

describe("colours", () => {
  test.each(Object.entries(oracle.colors))("as GDAL presents them: %s", (_, { file, gdal }) => {
    const { colorInterpretation, colorTable } = inspectJson("", parse(file));
    expect(colorInterpretation).toEqual(gdal.colorInterpretation);
    expect(colorTable).toEqual(gdal.colorTable);
  });
});

test.each(Object.entries(oracle.nodata))("nodata as GDAL reads it: %s", (_, { file, gdal }) => {
  expect(inspectJson("", parse(file)).nodata).toBe(gdal);
});

describe("georeference without other files", () => {
  const alone = Object.entries(oracle.georeferences).filter(([, { beside }]) => Object.keys(beside).length === 0);

  test.each(alone)("as GDAL reads it: %s", (_, { file, gdal }) => {
    const { transform, groundControlPoints, pixelIsPoint } = parse(file);
    expect({ transform, groundControlPoints }).toEqual({
      transform: gdal.transform,
      groundControlPoints: gdal.groundControlPoints,
    });
    expect(pixelIsPoint).toBe(gdal.areaOrPoint === "Point");
  });
});
