import { describe, expect, test } from "vitest";
import type { CogInfo } from "../../src/cog/cog-info.js";
import type { NeedBytes } from "../../src/cog/header-bytes.js";
import { isNeedBytes } from "../../src/cog/header-bytes.js";
import { parseCog } from "../../src/cog/parse.js";
import { parseTiffHeader } from "../../src/cog/tiff-header.js";
import { buildTiff, type FieldSpec, plainImage, type TiffSpec, withFields } from "./build-tiff.js";

function parse(spec: TiffSpec, sizeBytes?: number): CogInfo {
  const data = buildTiff(spec);
  const result = parseCog({ sizeBytes: sizeBytes ?? data.length, parts: [{ offset: 0, data }] });
  if (isNeedBytes(result)) throw new Error(`needs ${JSON.stringify(result)}`);
  return result;
}

function parseImage(...changes: FieldSpec[]): CogInfo {
  return parse({ directories: [withFields(plainImage, ...changes)] });
}

const geoKeys = (...keys: [number, number][]): FieldSpec => [
  34735,
  "short",
  [1, 1, 0, keys.length, ...keys.flatMap(([key, value]) => [key, 0, 1, value])],
];

describe("the start of a file", () => {
  test("both byte orders and both sizes of TIFF say the same", () => {
    for (const littleEndian of [true, false]) {
      for (const bigTiff of [true, false]) {
        const info = parse({ littleEndian, bigTiff, directories: [plainImage] });
        expect(info).toMatchObject({ width: 4, height: 2, count: 1, dtype: "uint8", bigTiff, driver: "GTiff" });
        expect(info.levels[0]).toMatchObject({
          layout: "striped",
          offsets: Float64Array.of(8),
          byteCounts: Float64Array.of(8),
          encoding: { byteOrder: littleEndian ? "little" : "big", rows: 2, cols: 4, samples: 1, compression: "NONE" },
        });
      }
    }
  });

  test("the bytes of a classic little-endian TIFF, one by one", () => {
    // prettier-ignore
    const data = Uint8Array.of(
      0x49,
      0x49,
      42,
      0,
      8,
      0,
      0,
      0, // "II", 42, first directory at 8
      5,
      0, // five fields
      0,
      1,
      3,
      0,
      1,
      0,
      0,
      0,
      3,
      0,
      0,
      0, // ImageWidth 3
      1,
      1,
      3,
      0,
      1,
      0,
      0,
      0,
      1,
      0,
      0,
      0, // ImageLength 1
      2,
      1,
      3,
      0,
      1,
      0,
      0,
      0,
      16,
      0,
      0,
      0, // BitsPerSample 16
      17,
      1,
      4,
      0,
      1,
      0,
      0,
      0,
      74,
      0,
      0,
      0, // StripOffsets 74
      23,
      1,
      4,
      0,
      1,
      0,
      0,
      0,
      6,
      0,
      0,
      0, // StripByteCounts 6
      0,
      0,
      0,
      0, // no further directory
      0,
      0,
      1,
      0,
      2,
      0,
      3,
      0,
    );
    expect(parseCog({ sizeBytes: data.length, parts: [{ offset: 0, data }] })).toMatchObject({
      width: 3,
      height: 1,
      dtype: "uint16",
      levels: [{ offsets: Float64Array.of(74), byteCounts: Float64Array.of(6) }],
    });
  });

  test("anything else is corrupt data that shows its first bytes", () => {
    const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
    expect(() => parseCog({ sizeBytes: 8, parts: [{ offset: 0, data: png }] })).toThrow(
      "starts with the bytes 89 50 4e 47",
    );
    expect(() => parseCog({ sizeBytes: 0, parts: [{ offset: 0, data: new Uint8Array() }] })).toThrow(
      "the file has 0 bytes",
    );
  });

  test("GDAL's ghost area makes a COG, until someone edits the file", () => {
    const lines = "LAYOUT=IFDS_BEFORE_DATA\nBLOCK_ORDER=ROW_MAJOR\n";
    const ghost = (text: string) =>
      `GDAL_STRUCTURAL_METADATA_SIZE=${String(text.length).padStart(6, "0")} bytes\n${text}`;
    expect(parse({ ghost: ghost(lines), directories: [plainImage] }).driver).toBe("COG");
    expect(parse({ ghost: ghost(lines), bigTiff: true, directories: [plainImage] }).driver).toBe("COG");
    const edited = ghost(`${lines}KNOWN_INCOMPATIBLE_EDITION=YES\n `);
    expect(parse({ ghost: edited, directories: [plainImage] }).driver).toBe("GTiff");
  });
});

describe("samples", () => {
  test("bits and sample format name the type", () => {
    const dtype = (bits: number, format: number) => parseImage([258, "short", [bits]], [339, "short", [format]]).dtype;
    expect([dtype(8, 1), dtype(8, 2), dtype(16, 1), dtype(16, 2), dtype(16, 3)]).toEqual([
      "uint8",
      "int8",
      "uint16",
      "int16",
      "float16",
    ]);
    expect([dtype(32, 3), dtype(64, 1), dtype(64, 2), dtype(64, 3)]).toEqual(["float32", "uint64", "int64", "float64"]);
  });

  test("bits that make no float are refused, as by GDAL", () => {
    for (const bits of [8, 12, 20, 48]) {
      const float = () => parseImage([258, "short", [bits]], [339, "short", [3]]);
      expect(float).toThrow(`Floating point samples of ${bits} bits are not supported`);
    }
  });

  const planar = (photometric: number, samples: number): FieldSpec[] => [
    [262, "short", [photometric]],
    [277, "short", [samples]],
    [284, "short", [2]],
    [273, "long", [8, 8, 8, 8]],
    [279, "long", [8, 8, 8, 8]],
  ];

  test("what no codec reads is refused by name, and still inspected", () => {
    const cases: [FieldSpec[], string, string][] = [
      [[[258, "short", [33]]], "Samples of 33 bits", "uint64"],
      [[[262, "short", [6]]], "YCbCr is read for three interleaved samples of uint8, not for 1", "uint8"],
      [
        [
          [262, "short", [6]],
          [258, "short", [16]],
        ],
        "YCbCr pixels of 16 bits",
        "uint16",
      ],
      [planar(8, 3), "CIELAB pixels in separate planes", "uint8"],
      [planar(5, 4), "CMYK pixels in separate planes", "uint8"],
      [
        [
          [262, "short", [5]],
          [277, "short", [4]],
          [258, "short", [4]],
        ],
        "CMYK pixels of 4 bits",
        "uint8",
      ],
      [
        [
          [259, "short", [5]],
          [317, "short", [2]],
          [258, "short", [12]],
        ],
        "Predictor 2 is defined for samples of 8, 16",
        "uint16",
      ],
      [
        [
          [259, "short", [5]],
          [317, "short", [3]],
        ],
        "Predictor 3 is defined for floating point samples",
        "uint8",
      ],
      [
        [
          [259, "short", [7]],
          [258, "short", [12]],
        ],
        "JPEG is read for uint8, not for 12-bit samples",
        "uint16",
      ],
      [
        [
          [258, "short", [64]],
          [339, "short", [6]],
        ],
        "complex64",
        "complex64",
      ],
      [[[259, "short", [4]]], "The compression CCITTFAX4", "uint8"],
    ];
    for (const [changes, message, dtype] of cases) {
      const data = buildTiff({ directories: [withFields(plainImage, ...changes)] });
      const bytes = { sizeBytes: data.length, parts: [{ offset: 0, data }] };
      expect(() => parseCog(bytes)).toThrow(
        expect.objectContaining({ name: "UnsupportedError", message: expect.stringContaining(message) }),
      );
      expect(parseTiffHeader(bytes)).toMatchObject({ dtype });
    }
  });

  test("bands of different types are refused", () => {
    expect(() => parseImage([258, "short", [8, 16]], [277, "short", [2]])).toThrow(
      "BitsPerSample (258) differs between bands: 8, 16",
    );
  });
});

describe("blocks", () => {
  const tiled = withFields(
    plainImage,
    [256, "short", [40]],
    [257, "short", [20]],
    [273, "long", []],
    [278, "short", []],
    [279, "long", []],
    [322, "short", [16]],
    [323, "short", [16]],
  );

  test("tiles are listed row by row, and tiles of no bytes are left out", () => {
    const { levels } = parse(
      {
        directories: [
          withFields(
            tiled,
            [259, "short", [5]],
            [324, "long", [1000, 0, 1200, 1300, 1400, 1500]],
            [325, "long", [100, 0, 100, 0, 100, 100]],
          ),
        ],
      },
      2000,
    );
    expect(levels[0]).toMatchObject({
      layout: "tiled",
      blocksAcross: 3,
      blocksDown: 2,
      planes: 1,
      offsets: Float64Array.of(1000, 0, 1200, 0, 1400, 1500),
      byteCounts: Float64Array.of(100, 0, 100, 0, 100, 100),
    });
  });

  test("bands stored apart are planes, one after the other", () => {
    const { levels, interleave } = parse(
      {
        directories: [
          withFields(
            plainImage,
            [258, "short", [8, 8]],
            [277, "short", [2]],
            [278, "short", [1]],
            [284, "short", [2]],
            [273, "long", [100, 104, 108, 112]],
            [279, "long", [4, 4, 4, 4]],
          ),
        ],
      },
      200,
    );
    expect(interleave).toBe("BAND");
    expect(levels[0]).toMatchObject({ planes: 2, blocksAcross: 1, blocksDown: 2, encoding: { samples: 1, rows: 1 } });
    expect([...(levels[0]?.offsets ?? [])]).toEqual([100, 104, 108, 112]);
  });

  test("byte counts that the file does not tell follow from the size of uncompressed strips", () => {
    const { levels } = parse(
      {
        directories: [
          withFields(
            plainImage,
            [257, "short", [5]],
            [278, "short", [2]],
            [273, "long", [100, 108, 116]],
            [279, "long", []],
          ),
        ],
      },
      200,
    );
    expect([...(levels[0]?.byteCounts ?? [])]).toEqual([8, 8, 4]);
  });

  test("byte counts of compressed strips reach to the next strip, the last one's to the end", () => {
    const { levels } = parse(
      {
        directories: [
          withFields(
            plainImage,
            [259, "short", [8]],
            [278, "short", [1]],
            [273, "long", [150, 100]],
            [279, "long", []],
          ),
        ],
      },
      500,
    );
    expect([...(levels[0]?.byteCounts ?? [])]).toEqual([350, 50]);
  });

  test("a block outside of the file is corrupt data: the file was cut", () => {
    expect(() => parseImage([273, "long", [5000]])).toThrow(
      expect.objectContaining({
        name: "CorruptDataError",
        message: expect.stringContaining("Block 0 of 1 (StripOffsets (273)) is said to hold 8 bytes from byte 5000"),
      }),
    );
  });
});

describe("georeference", () => {
  const scale: FieldSpec = [33550, "double", [10, 20, 0]];
  const tie: FieldSpec = [33922, "double", [0, 0, 0, 500000, 4000000, 0]];

  test("scale and tie point give the corner of the first pixel", () => {
    const info = parseImage(scale, tie, geoKeys([1024, 1], [1025, 1], [3072, 32618]));
    expect(info.transform).toEqual([10, 0, 500000, 0, -20, 4000000]);
    expect(info.bounds).toEqual([500000, 3999960, 500040, 4000000]);
    expect(info.crs).toEqual({ code: "EPSG:32618", name: null, definition: null });
    expect(info.pixelIsPoint).toBe(false);
  });

  test("where samples are points, the tie point is a pixel's centre", () => {
    const info = parseImage(scale, tie, geoKeys([1024, 1], [1025, 2], [3072, 32618]));
    expect(info.transform).toEqual([10, 0, 499995, 0, -20, 4000010]);
    expect(info.pixelIsPoint).toBe(true);
  });

  test("a tie point may lie at any pixel", () => {
    expect(parseImage(scale, [33922, "double", [2, 1, 0, 500020, 3999980, 0]]).transform).toEqual([
      10, 0, 500000, 0, -20, 4000000,
    ]);
  });

  test("a matrix gives rotation and shear", () => {
    const matrix: FieldSpec = [34264, "double", [2, 1, 0, 100, 3, -4, 0, 200, 0, 0, 0, 0, 0, 0, 0, 1]];
    expect(parseImage(matrix).transform).toEqual([2, 1, 100, 3, -4, 200]);
    expect(parseImage(matrix, geoKeys([1025, 2])).transform).toEqual([2, 1, 98.5, 3, -4, 200.5]);
  });

  test("tie points alone are ground control points, no transform", () => {
    const info = parseImage([33922, "double", [0, 0, 0, 1, 2, 0, 4, 0, 0, 5, 2, 0, 4, 2, 0, 5, 0, 0]]);
    expect(info).toMatchObject({ transform: null, bounds: null, groundControlPoints: 3 });
  });

  test("a GeoKey that points outside of its parameters refuses the file but not its inspection", () => {
    const keys: FieldSpec = [34735, "short", [1, 1, 0, 1, 1026, 34737, 500, 0]];
    expect(() => parseImage(keys)).toThrow("GeoKeyDirectory (34735): a key points outside of its parameters");
    const data = buildTiff({ directories: [withFields(plainImage, keys)] });
    expect(parseTiffHeader({ sizeBytes: data.length, parts: [{ offset: 0, data }] })).toMatchObject({
      crs: null,
      width: 4,
    });
  });
});

describe("what GDAL writes beside", () => {
  test("nodata is a number, nan, infinite, or a bigint for 64-bit integers", () => {
    const nodata = (text: string, bits = 8, format = 1) =>
      parseImage([42113, "ascii", text], [258, "short", [bits]], [339, "short", [format]]).nodata;
    expect(nodata("0")).toBe(0);
    expect(nodata("-9999")).toBe(-9999);
    expect(nodata("nan", 32, 3)).toBe("nan");
    expect(nodata("-1.#INF", 32, 3)).toBe(-Infinity);
    expect(nodata("3.4028235e+38", 32, 3)).toBe(3.4028234663852886e38);
    expect(nodata("18446744073709551615", 64, 1)).toBe(18446744073709551615n);
    expect(nodata("none")).toBe(0);
    expect(nodata("")).toBeNull();
  });

  test("GDAL_METADATA names bands and gives scale, offset and items with their entities undone", () => {
    const xml =
      '<GDALMetadata>\n  <Item name="DESCRIPTION" sample="0" role="description">B&amp;4</Item>\n' +
      '  <Item name="SCALE" sample="0" role="scale">0.0001</Item>\n  <Item name="OFFSET" sample="0" role="offset">-0.1</Item>\n' +
      '  <Item name="CLOUD">12 &lt; 13</Item>\n  <Item name="ACQUISITIONDATETIME" domain="IMAGERY">2018-01-31 15:40:11</Item>\n' +
      "</GDALMetadata>\n";
    expect(parseImage([42112, "ascii", xml])).toMatchObject({
      bandNames: ["B&4"],
      scale: [0.0001],
      offset: [-0.1],
      metadata: { CLOUD: "12 < 13", "IMAGERY:ACQUISITIONDATETIME": "2018-01-31 15:40:11" },
      acquisitionTime: "2018-01-31T15:40:11Z",
    });
  });

  test("TIFF's own date is the acquisition time when there is no better, an impossible one is none", () => {
    expect(parseImage([306, "ascii", "2018:01:31 12:00:05"])).toMatchObject({
      metadata: { TIFFTAG_DATETIME: "2018:01:31 12:00:05" },
      acquisitionTime: "2018-01-31T12:00:05Z",
    });
    expect(parseImage([306, "ascii", "2018:02:30 12:00:05"]).acquisitionTime).toBeNull();
    expect(parseImage([306, "ascii", "0000:00:00 00:00:00"]).acquisitionTime).toBeNull();
  });
});

describe("further directories", () => {
  const half = withFields(plainImage, [256, "short", [2]], [257, "short", [1]]);
  const quarter = withFields(plainImage, [256, "short", [1]], [257, "short", [1]]);
  const bits: FieldSpec = [258, "short", [1]];

  test("reduced images are overviews from fine to coarse, masks are masks, other pages are neither", () => {
    const info = parse({
      directories: [
        plainImage,
        withFields(plainImage, [254, "long", [4]], bits),
        withFields(quarter, [254, "long", [1]]),
        withFields(half, [254, "long", [1]]),
        withFields(half, [254, "long", [5]], bits),
        withFields(plainImage, [254, "long", [2]]),
      ],
    });
    expect(info.levels.map(({ width, height }) => [width, height])).toEqual([
      [4, 2],
      [2, 1],
      [1, 1],
    ]);
    expect(info.masks.map(({ width, height }) => [width, height])).toEqual([
      [4, 2],
      [2, 1],
    ]);
    expect(info.masks[0]?.encoding).toMatchObject({ dtype: "uint8", bitsPerSample: 1 });
  });

  test("a reduced image of another number of bands is no overview", () => {
    const colour = withFields(half, [254, "long", [1]], [258, "short", [8, 8, 8]], [277, "short", [3]]);
    expect(parse({ directories: [plainImage, colour] }).levels).toHaveLength(1);
  });

  test("a chain that loops is corrupt data to a reader and a finding to an inspector", () => {
    const spec = { directories: [plainImage], lastLink: 8 };
    expect(() => parse(spec)).toThrow(
      expect.objectContaining({ name: "CorruptDataError", message: expect.stringContaining("loops back to offset 8") }),
    );
    const data = buildTiff(spec);
    expect(parseTiffHeader({ sizeBytes: data.length, parts: [{ offset: 0, data }] })).toMatchObject({
      width: 4,
      defects: ["the chain of directories loops back to offset 8"],
    });
  });

  test("a link outside of the file is corrupt data that names the offset", () => {
    expect(() => parse({ directories: [plainImage], lastLink: 123456789 })).toThrow("offset 123456789");
  });
});

describe("hostile headers", () => {
  const corrupt = (spec: TiffSpec, message: string) =>
    expect(() => parse(spec)).toThrow(
      expect.objectContaining({ name: "CorruptDataError", message: expect.stringContaining(message) }),
    );

  test("sizes of zero and beyond 2^31 are refused", () => {
    corrupt({ directories: [withFields(plainImage, [256, "long", [0]])] }, "ImageWidth (256) is missing or zero");
    corrupt({ directories: [withFields(plainImage, [257, "long", [2 ** 32 - 1]])] }, "ImageLength (257) is 4294967295");
  });

  test("counts that are fractions, negative or no numbers are damage", () => {
    for (const value of [2.5, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      const isNoCount = "holds 1 values of type 12, expected one whole number";
      corrupt(
        { directories: [withFields(plainImage, [277, "double", [value]])] },
        `SamplesPerPixel (277) ${isNoCount}`,
      );
      corrupt({ directories: [withFields(plainImage, [278, "double", [value]])] }, `RowsPerStrip (278) ${isNoCount}`);
      corrupt(
        { directories: [withFields(plainImage, [258, "double", [value]])] },
        "BitsPerSample (258) holds 1 values",
      );
    }
  });

  test("a size, a count or a layout of two values, or of a value that nobody defined, is damage", () => {
    const refuse = (field: FieldSpec, message: string) =>
      corrupt({ directories: [withFields(plainImage, field)] }, message);
    refuse([278, "short", [1, 2]], "RowsPerStrip (278) holds 2 values of type 3, expected one whole number");
    refuse([278, "short", [0]], "RowsPerStrip (278) is missing or zero");
    refuse([284, "short", [3]], "PlanarConfiguration (284) is 3");
    refuse([284, "short", [0]], "PlanarConfiguration (284) is missing or zero");
    refuse([339, "short", [7]], "SampleFormat (339) is 7");
    refuse([323, "short", [16]], "TileWidth (322) is missing or zero");
  });

  test("a table of places that is missing, or too short, is damage and no empty image", () => {
    const threeStrips = withFields(plainImage, [257, "short", [3]], [278, "short", [1]], [273, "long", [8, 8]]);
    corrupt({ directories: [threeStrips] }, "StripOffsets (273) lists 2 of the image's 3 blocks");
    const without = plainImage.filter(([tag]) => tag !== 273);
    corrupt({ directories: [without] }, "StripOffsets (273) is missing: nothing says where the pixels lie");
  });

  test("an image of four thousand million strips in a small file allocates nothing", () => {
    corrupt(
      { directories: [withFields(plainImage, [257, "long", [2 ** 31 - 1]], [278, "short", [1]])] },
      "StripOffsets (273) lists 1 of the image's 2147483647 blocks",
    );
  });

  test("a table of places that is text or floating point numbers is damage", () => {
    corrupt(
      { directories: [withFields(plainImage, [273, "double", [8.5]])] },
      "is no table of numbers inside the file",
    );
    corrupt({ directories: [withFields(plainImage, [279, "double", [7]])] }, "StripByteCounts (279) at offset");
  });

  test("a block that has bytes and no place is damage, and not one that is left out", () => {
    const strips = (...places: number[]) =>
      withFields(plainImage, [278, "short", [1]], [273, "long", places], [279, "long", [4, 4]]);
    corrupt({ directories: [strips(8, 0)] }, "Block 1 of 2 (StripOffsets (273)) is said to hold 4 bytes from byte 0");
    corrupt({ directories: [strips(0, 0)] }, "Block 0 of 2 (StripOffsets (273)) is said to hold 4 bytes from byte 0");
  });

  test("a block of more than 2 GiB is not supported", () => {
    const wide: FieldSpec[] = [
      [256, "long", [2 ** 31 - 1]],
      [257, "long", [2]],
    ];
    expect(() => parseImage(...wide, [259, "short", [5]])).toThrow("up to 2 GiB are supported");
    // Of an uncompressed strip any row can be read alone.
    expect(parseImage(...wide).levels[0]?.byteCounts).toEqual(Float64Array.of(8));
    expect(() => parseImage(...wide, [258, "short", [16]])).toThrow("up to 2 GiB are supported");
  });

  test("a directory of more fields than any real one's is refused", () => {
    const data = buildTiff({ directories: [plainImage] });
    new DataView(data.buffer).setUint16(8, 65535, true);
    expect(() => parseCog({ sizeBytes: 10 ** 9, parts: [{ offset: 0, data }] })).toThrow("the directory at offset 8");
  });

  test("any byte of a sound file may be anything: a result or an error of ours, never another", () => {
    const sound = buildTiff({
      directories: [
        withFields(
          plainImage,
          [33550, "double", [1, 1, 0]],
          [33922, "double", [0, 0, 0, 1, 2, 0]],
          geoKeys([1024, 2], [2048, 4326]),
        ),
        withFields(plainImage, [254, "long", [1]]),
      ],
    });
    const names = new Set<string>();
    for (let at = 0; at < sound.length; at++) {
      for (const value of [0, 1, 2, 127, 128, 255]) {
        const data = sound.slice();
        data[at] = value;
        try {
          parseCog({ sizeBytes: data.length, parts: [{ offset: 0, data }] });
        } catch (error) {
          names.add((error as Error).name);
        }
      }
    }
    expect([...names].sort()).toEqual(["CorruptDataError", "UnsupportedError"]);
  });
});

describe("bytes that are not there yet", () => {
  test("a directory at the end of a large file is asked for in one range", () => {
    const tiff = buildTiff({ directories: [plainImage] });
    const start = tiff.slice(0, 64);
    const far = 5_000_000;
    new DataView(start.buffer).setUint32(4, far, true);
    const first = parseCog({ sizeBytes: far + 1000, parts: [{ offset: 0, data: start }] }) as NeedBytes;
    expect(first).toEqual({ kind: "need-bytes", ranges: [{ offset: far, length: 1000 }] });
    const parts = [
      { offset: 0, data: start },
      { offset: far, data: tiff.slice(8) },
    ];
    expect(parseCog({ sizeBytes: far + 1000, parts })).toMatchObject({ width: 4, height: 2 });
  });

  test("block tables beyond the first bytes are asked for together", () => {
    const rows = 4000;
    const table = Array.from({ length: rows }, (_, row) => 100_000 + row * 4);
    const data = buildTiff({
      directories: [
        withFields(
          plainImage,
          [257, "short", [rows]],
          [278, "short", [1]],
          [273, "long", table],
          [279, "long", Array(rows).fill(4)],
        ),
      ],
    });
    const result = parseCog({ sizeBytes: 200_000, parts: [{ offset: 0, data: data.slice(0, 512) }] }) as NeedBytes;
    expect(result).toEqual({ kind: "need-bytes", ranges: [{ offset: 122, length: 32_000 }] });
    expect(parseTiffHeader({ sizeBytes: 200_000, parts: [{ offset: 0, data: data.slice(0, 512) }] })).toMatchObject({
      height: rows,
    });
  });
});
