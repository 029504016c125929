import { describe, expect, test } from "vitest";
import { inspectJson } from "../../src/cog/inspect.js";
import { openCogInfo, openTiffHeader } from "../../src/cog/open-cog-info.js";
import { FileStore } from "../../src/store/file-store.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import { withRecording } from "../../src/store/recording-store.js";
import { fixturePath, oneGridPath } from "../support/data-path.js";
import { buildTiff, plainImage, withFields } from "./build-tiff.js";

async function storeWith(data: Uint8Array): Promise<MemoryStore> {
  const store = new MemoryStore();
  await store.put("a.tif", data);
  return store;
}

describe("openCogInfo", () => {
  test("reads a COG's header with one request of 16 KB when its size is known", async () => {
    const store = withRecording(new FileStore(oneGridPath));
    const { info, sizeBytes } = await openCogInfo(store, "LC08_L1TP_013032_20180131.tif", { sizeBytes: 46354 });
    expect(store.requests).toMatchObject([{ operation: "get", range: { offset: 0, length: 16384 } }]);
    expect(sizeBytes).toBe(46354);
    expect(info).toMatchObject({ driver: "COG", width: 123, height: 132, count: 7, dtype: "uint16", nodata: 0 });
  });

  test("asks for the size where it is not known, and never for bytes beyond it", async () => {
    const store = withRecording(new FileStore(fixturePath("tiff")));
    await openCogInfo(store, "copy_src_none_1x1.tif");
    expect(store.requests).toMatchObject([
      { operation: "head" },
      { operation: "get", range: { offset: 0, length: 422 } },
    ]);
  });

  test("a directory at the end costs one more request", async () => {
    const data = new Uint8Array(300_000);
    const tiff = buildTiff({ directories: [plainImage] });
    data.set(tiff.slice(0, 8));
    data.set(tiff.slice(8), 290_000);
    new DataView(data.buffer).setUint32(4, 290_000, true);
    const store = withRecording(await storeWith(data));
    expect((await openCogInfo(store, "a.tif", { sizeBytes: 300_000 })).info.width).toBe(4);
    expect(store.requests.map(({ range }) => range)).toEqual([
      { offset: 0, length: 16384 },
      { offset: 290_000, length: 10_000 },
    ]);
  });

  test("a file that is not there is named", async () => {
    const store = await storeWith(new Uint8Array());
    await expect(openCogInfo(store, "b.tif")).rejects.toMatchObject({
      name: "NotFoundError",
      message: expect.stringContaining("b.tif"),
    });
    await expect(openCogInfo(store, "b.tif", { sizeBytes: 100 })).rejects.toMatchObject({ name: "NotFoundError" });
  });

  test("a file that is shorter than it was said to be has changed", async () => {
    const store = await storeWith(buildTiff({ directories: [plainImage] }));
    await expect(openCogInfo(store, "a.tif", { sizeBytes: 10_000 })).rejects.toMatchObject({
      name: "SourceChangedError",
    });
  });

  test("a chain of directories scattered over the file ends in an error, not in endless reads", async () => {
    const data = new Uint8Array(80 * 40_000);
    const tiff = buildTiff({ directories: [withFields(plainImage, [254, "long", [1]])] });
    data.set(tiff.slice(0, 8));
    const linkAt = 2 + 10 * 12;
    for (let index = 0; index < 79; index++) {
      const at = 40_000 * (index + 1);
      data.set(tiff.slice(8, 8 + linkAt + 4), at - 20_000);
      new DataView(data.buffer).setUint32(at - 20_000 + linkAt, at + 20_000, true);
    }
    new DataView(data.buffer).setUint32(4, 20_000, true);
    const store = withRecording(await storeWith(data));
    await expect(openCogInfo(store, "a.tif")).rejects.toMatchObject({ name: "CorruptDataError" });
    expect(store.requests.length).toBeLessThan(70);
  });
});

describe("inspectJson", () => {
  test("is the object of `inspect --json`, key by key", async () => {
    const { info } = await openTiffHeader(new FileStore(fixturePath("tiff")), "copy_src_none_1x1.tif");
    expect(inspectJson("cogs/a.tif", info)).toEqual({
      path: "cogs/a.tif",
      driver: "GTiff",
      width: 1,
      height: 1,
      count: 6,
      dtype: "uint8",
      crs: "EPSG:31985",
      transform: [28.49999999927454, 0, 289061.2500007959, 0, -28.49999999927454, 9120475.750028744],
      bounds: [289061.2500007959, 9120447.250028744, 289089.7500007952, 9120475.750028744],
      resolution: [28.49999999927454, 28.49999999927454],
      nodata: null,
      scale: [1, 1, 1, 1, 1, 1],
      offset: [0, 0, 0, 0, 0, 0],
      blockSize: [1, 1],
      compression: "NONE",
      predictor: 1,
      interleave: "PIXEL",
      overviews: [],
      bandNames: [null, null, null, null, null, null],
      colorInterpretation: ["Gray", "Undefined", "Undefined", "Undefined", "Undefined", "Undefined"],
      colorTable: null,
      acquisitionTime: null,
    });
  });

  test("says the same from a CogInfo", async () => {
    const store = new FileStore(oneGridPath);
    const key = "LC08_L1TP_013032_20180131.tif";
    const [header, cog] = await Promise.all([openTiffHeader(store, key), openCogInfo(store, key)]);
    expect(inspectJson(key, cog.info)).toEqual(inspectJson(key, header.info));
  });

  test("infinite and 64-bit nodata are JSON that loses nothing", async () => {
    const json = async (text: string, bits: number, format: number) => {
      const image = withFields(plainImage, [42113, "ascii", text], [258, "short", [bits]], [339, "short", [format]]);
      const { info } = await openTiffHeader(await storeWith(buildTiff({ directories: [image] })), "a.tif");
      return JSON.parse(JSON.stringify(inspectJson("a.tif", info))).nodata;
    };
    expect(await json("nan", 32, 3)).toBe("nan");
    expect(await json("-inf", 32, 3)).toBe("-Infinity");
    expect(await json("-9999", 64, 2)).toBe(-9999);
    expect(await json("18446744073709551615", 64, 1)).toBe("18446744073709551615");
  });
});
