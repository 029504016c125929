import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type InspectedFile, inspectJson } from "../../src/cog/inspect.js";
import { openTiffHeader } from "../../src/cog/open-cog-info.js";
import type { TiffHeader } from "../../src/cog/tiff-header.js";
import { openProjection } from "../../src/geo/projection.js";
import { FileStore } from "../../src/store/file-store.js";
import { describeWithData, fixturePath } from "../support/data-path.js";

/** What make_oracle.py writes of one file; what is ordinary is left out. */
interface Facts {
  size: [number, number];
  dtype: string[];
  geotransform: [number, number, number, number, number, number] | null;
  nodata?: (number | string | null)[];
  scale?: (number | null)[];
  offset?: (number | null)[];
  block: [number, number];
  compression: string;
  predictor?: number;
  interleave: string | null;
  layout?: string;
  overviews?: [number, number][];
  mask?: boolean;
  descriptions?: (string | null)[];
  areaOrPoint: string | null;
  gcps?: number;
  signedByte?: boolean;
  colors?: string[];
  colorTable?: [count: number, first: number[], last: number[]];
  crs: { code: string | null; name: string; samples?: [number, number, number, number][] | null } | null;
}

const oracle: Record<string, Facts | null> = JSON.parse(
  gunzipSync(readFileSync(fixturePath("inspect", "gdalinfo.json.gz"))).toString(),
);

const gdalTypes: Record<string, string> = {
  Byte: "uint8",
  UInt16: "uint16",
  Int16: "int16",
  UInt32: "uint32",
  Int32: "int32",
  UInt64: "uint64",
  Int64: "int64",
  Float32: "float32",
  Float64: "float64",
  CInt16: "complex_int16",
  CInt32: "complex_int32",
  CFloat32: "complex64",
  CFloat64: "complex128",
};

/** Where we differ from GDAL 3.6.2 on purpose: file → field → why. */
const exceptions: Record<string, Record<string, string>> = {
  "odd-tiffs/gdal/bug4468.tif": {
    predictor:
      "GDAL prints no PREDICTOR beside the old code of deflate (32946), though it undoes predictor 2 when reading",
  },
  "odd-tiffs/gdal/cielab.tif": {
    colorInterpretation: "GDAL shows CIELab as RGBA of its own making; the file has three samples",
  },
  "odd-tiffs/gdal/rgbsmall_cmyk.tif": {
    blockSize: "GDAL shows CMYK as RGBA, in blocks of its own making; the file has one strip of 50 rows",
  },
};

function all<T>(values: readonly T[] | undefined, count: number, ordinary: T): T[] {
  if (values === undefined) return Array<T>(count).fill(ordinary);
  return values.length === 1 ? Array<T>(count).fill(values[0] as T) : [...values];
}

function differences(ours: InspectedFile, header: TiffHeader, facts: Facts): string[] {
  const found: string[] = [];
  const same = (field: string, our: unknown, theirs: unknown) => {
    if (JSON.stringify(our) !== JSON.stringify(theirs)) {
      found.push(`${field}: ours ${JSON.stringify(our)}, GDAL's ${JSON.stringify(theirs)}`);
    }
  };
  const count = facts.dtype.length === 1 ? ours.count : facts.dtype.length;
  const type = facts.signedByte ? "int8" : gdalTypes[facts.dtype[0] as string];
  const gt = facts.geotransform;
  same("size", [ours.width, ours.height], facts.size);
  same("count", ours.count, count);
  same("dtype", ours.dtype === "float16" ? "float32" : ours.dtype, type);
  same("transform", ours.transform, gt && [gt[1], gt[2], gt[0], gt[4], gt[5], gt[3]]);
  same("nodata", Array(count).fill(ours.nodata), all(facts.nodata, count, null));
  same(
    "scale",
    ours.scale,
    all(facts.scale, count, null).map((value) => value ?? 1),
  );
  same(
    "offset",
    ours.offset,
    all(facts.offset, count, null).map((value) => value ?? 0),
  );
  same("blockSize", ours.blockSize, facts.block);
  same("compression", ours.compression, facts.compression.replace("YCbCr ", ""));
  same("predictor", ours.predictor, facts.predictor ?? 1);
  same("interleave", ours.interleave, facts.interleave);
  same("driver", ours.driver, facts.layout === "COG" ? "COG" : "GTiff");
  same(
    "overviews",
    ours.overviews.map(({ width, height }) => [width, height]),
    facts.overviews ?? [],
  );
  same(
    "mask",
    header.masks.some((mask) => !mask.isReduced),
    facts.mask ?? false,
  );
  same("bandNames", ours.bandNames, all(facts.descriptions, count, null));
  same("colorInterpretation", ours.colorInterpretation, facts.colors ?? ["Gray"]);
  const table = ours.colorTable;
  same("colorTable", table && [table.length, table[0], table.at(-1)], facts.colorTable ?? null);
  same("pixelIsPoint", header.pixelIsPoint, facts.areaOrPoint === "Point");
  same("groundControlPoints", header.groundControlPoints, facts.gcps ?? 0);
  if (facts.crs === null) same("crs", ours.crs, null);
  else if (facts.crs.code !== null) same("crs", ours.crs, facts.crs.code);
  else same("crs", ours.crs !== null, true);
  return found;
}

async function compare(store: FileStore, key: string, path: string, facts: Facts): Promise<string[]> {
  try {
    const { info } = await openTiffHeader(store, key);
    const reasons = exceptions[path] ?? {};
    return differences(inspectJson(path, info), info, facts)
      .filter((text) => !((text.split(":")[0] as string) in reasons))
      .map((text) => `${path} ${text}`);
  } catch (error) {
    return [`${path} ${(error as Error).name}: ${(error as Error).message}`];
  }
}

async function compareProjections(store: FileStore, key: string, path: string, facts: Facts): Promise<string[]> {
  const wrong: string[] = [];
  const { info } = await openTiffHeader(store, key);
  if (info.crs === null) return [`${path}: no CRS`];
  const projection = await openProjection(info.crs);
  for (const [lon, lat, x, y] of facts.crs?.samples ?? []) {
    const [ourX, ourY] = projection.forward(lon, lat);
    const [ourLon, ourLat] = projection.inverse(x, y);
    if (!(Math.hypot(ourX - x, ourY - y) < 1e-3))
      wrong.push(`${path} ${lon} ${lat}: ${ourX} ${ourY}, GDAL's ${x} ${y}`);
    if (!(Math.hypot(ourLon - lon, ourLat - lat) < 1e-8)) wrong.push(`${path} ${x} ${y}: ${ourLon} ${ourLat}`);
  }
  return wrong;
}

describe("inspect on the small TIFFs of the tests", () => {
  const store = new FileStore(fixturePath("tiff"));
  const files = readdirSync(fixturePath("tiff")).filter((name) => name.endsWith(".tif"));
  const pathOf = (name: string) => Object.keys(oracle).find((path) => basename(path) === name) as string;

  test.each(files)("says what gdalinfo says of %s", async (name) => {
    const path = pathOf(name);
    const facts = oracle[path] as Facts;
    expect(await compare(store, name, path, facts)).toEqual([]);
    if (facts.crs?.samples) expect(await compareProjections(store, name, path, facts)).toEqual([]);
  });
});

describeWithData("inspect on the large data set", (dataPath) => {
  const store = new FileStore(dataPath);
  const opened = Object.entries(oracle).filter((entry): entry is [string, Facts] => entry[1] !== null);

  test("says what gdalinfo says of every file that GDAL opens", async () => {
    const wrong: string[] = [];
    for (const [path, facts] of opened) wrong.push(...(await compare(store, path, path, facts)));
    console.info(
      `${opened.length - new Set(wrong.map((text) => text.split(" ")[0])).size} of ${opened.length} files agree`,
    );
    expect(wrong).toEqual([]);
    expect(opened).toHaveLength(667);
  });

  test("relates user-defined CRSs to lon/lat as GDAL does, to a millimetre", async () => {
    const wrong: string[] = [];
    const projected = opened.filter(([, facts]) => facts.crs?.samples);
    for (const [path, facts] of projected) wrong.push(...(await compareProjections(store, path, path, facts)));
    expect(wrong).toEqual([]);
    expect(projected).toHaveLength(10);
  });

  test("refuses in words what GDAL does not open either, or shows what its header says", async () => {
    for (const [path] of Object.entries(oracle).filter(([, facts]) => facts === null)) {
      const outcome = await openTiffHeader(store, path).then(
        ({ info }) => inspectJson(path, info).compression,
        (error) => error.name,
      );
      expect(["CorruptDataError", "UnsupportedError", "JXL", "DEFLATE", "NONE", "JPEG"], path).toContain(outcome);
    }
  });
});
