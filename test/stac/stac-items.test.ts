import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { ingest, openDataset, type StacItem, stacItems } from "../../src/index.js";
import { footprint, toWkb } from "../../src/stac/footprint.js";
import { sceneDefaults, writeScene } from "../ingest/write-scene.js";
import { oneGridPath } from "../support/data-path.js";
import { createSharedTempDir, createTempDir } from "../support/temp-dir.js";
import { writeTiff } from "../support/write-tiff.js";
import { expectValidItem } from "./valid-item.js";

describe("the bundled Landsat scenes as items", () => {
  const folder = createSharedTempDir();
  const warehouse = join(folder, "w");
  let items: StacItem[] = [];
  beforeAll(async () => {
    await ingest(oneGridPath, { warehouse });
    items = await stacItems(warehouse);
  });

  it("are one a scene, and each as the specification has it", () => {
    expect(items.length).toBe(19);
    for (const item of items) expectValidItem(item);
    expect(items.map(({ properties }) => properties.datetime)).toEqual(
      items.map(({ properties }) => properties.datetime).sort(),
    );
  });

  it("have GDAL's grid and type, and a place that holds the file", () => {
    // gdalinfo data/landsat8-new-york/one-grid/LC08_L1TP_013032_20180131.tif
    const [item] = items.filter(({ id }) => id.includes("20180131"));
    const [asset] = Object.values(item?.assets ?? {});
    const names = ["blue", "green", "red", "nir", "swir1", "swir2", "BQA"];
    expect(asset).toMatchObject({
      type: "image/tiff; application=geotiff; profile=cloud-optimized",
      roles: ["data"],
      href: expect.stringMatching(/^file:\/\/\/.*\/one-grid\/LC08_L1TP_013032_20180131\.tif$/),
      "proj:code": "EPSG:32618",
      "proj:shape": [132, 123],
      "proj:transform": [3000, 0, 390000, 0, -3000, 4743000],
      "proj:bbox": [390000, 4347000, 759000, 4743000],
      "file:size": 46354,
      bands: names.map((name) => expect.objectContaining({ name, data_type: "uint16", nodata: 0 })),
    });
    const [west = 0, south = 0, east = 0, north = 0] = item?.bbox ?? [];
    expect([west < -73.9, south < 40.7, east > -73.9, north > 40.7]).toEqual([true, true, true, true]);
  });

  it("come back as the same cube", async () => {
    const path = join(folder, "items.ndjson");
    writeFileSync(path, items.map((item) => JSON.stringify(item)).join("\n"));
    const again = join(folder, "again");
    const warnings: unknown[] = [];
    expect(await ingest(path, { warehouse: again, onWarning: (warning) => warnings.push(warning) })).toMatchObject({
      added: 19,
      failed: [],
    });
    expect(warnings).toEqual([]);
    const [before, after] = await Promise.all([openDataset(warehouse), openDataset(again)]);
    expect([after.dims, after.bands, after.coords.time]).toEqual([before.dims, before.bands, before.coords.time]);
    const [band = ""] = before.bands;
    const [one, other] = await Promise.all(
      [before, after].map((dataset) => dataset.band(band).compute({ threads: 0 })),
    );
    expect([other?.data, other?.status]).toEqual([one?.data, one?.status]);
  });

  it("are those that are asked for", async () => {
    const timeMs = [Date.UTC(2018, 3, 1), Date.UTC(2018, 4, 1)] as const;
    const spring = await stacItems(warehouse, { timeMs });
    expect(spring.length).toBeGreaterThan(0);
    expect(spring.map(({ id }) => id)).toEqual(
      items.filter(({ properties }) => properties.datetime.startsWith("2018-04")).map(({ id }) => id),
    );
    expect((await stacItems(warehouse, { limit: 2 })).map(({ id }) => id)).toEqual(
      items.slice(0, 2).map(({ id }) => id),
    );
    await expect(stacItems(warehouse, { productId: "none" })).rejects.toMatchObject({ name: "NotFoundError" });
  });
});

describe("a scene as an item", () => {
  const itemOf = async (name: string, options: Parameters<typeof writeScene>[2]) => {
    const folder = createTempDir();
    writeScene(folder, `in/${name}`, options);
    await ingest(join(folder, "in"), { warehouse: join(folder, "w") });
    const [item] = await stacItems(join(folder, "w"));
    if (item === undefined) throw new TypeError("one item");
    expectValidItem(item);
    return item;
  };

  it("has the box of its pixels, counterclockwise, and its grid", async () => {
    const item = await itemOf("scene a_2023-05-12.tif", { nodata: "7" });
    expect(item).toMatchObject({
      properties: { datetime: "2023-05-12T00:00:00.000Z" },
      assets: {
        band_1: {
          "proj:code": "EPSG:32618",
          "proj:shape": [3, 4],
          "proj:transform": [10, 0, 500000, 0, -10, 4500000],
          "proj:bbox": [500000, 4499970, 500040, 4500000],
          bands: [{ name: "band_1", data_type: "uint8", nodata: 7 }],
        },
      },
    });
    expect(item.assets.band_1?.href).toMatch(/scene%20a_2023-05-12\.tif$/);
    const [west, south, east, north] = item.bbox ?? [];
    expect(item.geometry).toEqual({
      type: "Polygon",
      coordinates: [
        [
          [west, south],
          [east, south],
          [east, north],
          [west, north],
          [west, south],
        ],
      ],
    });
  });

  it("across the antimeridian has a part on either side of it, and a box from west to east", async () => {
    // UTM zone 1 begins at 180°: 167 km west of its middle. 200 km further west the scene is in zone 60.
    const item = await itemOf("fiji_2023-05-12.tif", {
      crs: { epsg: 32701, model: "projected" },
      transform: [50_000, 0, 100_000, 0, -50_000, 8_100_000],
    });
    const [west = 0, south, east = 0, north] = item.bbox ?? [];
    expect(west).toBeGreaterThan(178);
    expect(east).toBeLessThan(-176);
    expect(item.geometry).toEqual({
      type: "MultiPolygon",
      coordinates: [
        [
          [
            [west, south],
            [180, south],
            [180, north],
            [west, north],
            [west, south],
          ],
        ],
        [
          [
            [-180, south],
            [east, south],
            [east, north],
            [-180, north],
            [-180, south],
          ],
        ],
      ],
    });
  });

  it("without georeference has no geometry, and no box", async () => {
    const folder = createTempDir();
    const { crs: _, transform: __, ...plain } = sceneDefaults;
    writeFileSync(join(folder, "plain_2023-05-12.tif"), writeTiff(plain));
    await ingest(join(folder, "plain_2023-05-12.tif"), { warehouse: join(folder, "w") });
    const [item] = await stacItems(join(folder, "w"));
    if (item === undefined) throw new TypeError("one item");
    expectValidItem(item);
    expect([item.geometry, Object.hasOwn(item, "bbox"), item.assets.band_1?.type]).toEqual([null, false, "image/tiff"]);
  });

  it("writes NaN as STAC does", async () => {
    const bands = [new Float32Array(12)];
    const item = await itemOf("f_2023-05-12.tif", { dtype: "float32", bands, nodata: "nan" });
    expect(item.assets.band_1?.bands).toEqual([{ name: "band_1", data_type: "float32", nodata: "nan" }]);
  });
});

describe("a footprint as well-known binary", () => {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
  it("is as GDAL writes it", () => {
    // python3 -c 'from osgeo import ogr; print(ogr.CreateGeometryFromWkt("POLYGON((1 2,3 2,3 4,1 4,1 2))").ExportToWkb(ogr.wkbNDR).hex())'
    expect(hex(toWkb(footprint([1, 2, 3, 4])))).toBe(
      "01030000000100000005000000000000000000f03f0000000000000040000000000000084000000000000000400000000000000840" +
        "0000000000001040000000000000f03f0000000000001040000000000000f03f0000000000000040",
    );
    expect(hex(toWkb(footprint([179, 2, -179, 4])))).toBe(
      "0106000000020000000103000000010000000500000000000000006066400000000000000040000000000080664000000000000000400000" +
        "0000008066400000000000001040000000000060664000000000000010400000000000606640000000000000004001030000000100000005" +
        "00000000000000008066c0000000000000004000000000006066c0000000000000004000000000006066c000000000000010400000000000" +
        "8066c0000000000000104000000000008066c00000000000000040",
    );
  });
});
