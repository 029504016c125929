import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { catalog, type IngestWarning, ingest, openDataset, stacItems } from "../../src/index.js";
import { sceneDefaults, writeScene } from "../ingest/write-scene.js";
import { type HttpServer, startHttpServer } from "../store/http-server.js";
import { describeWithData } from "../support/data-path.js";
import { createSharedTempDir, createTempDir } from "../support/temp-dir.js";
import { writeTiff } from "../support/write-tiff.js";
import { landsatItems } from "./landsat-items.js";

interface Figures {
  shape: number[];
  count: number;
  sum: number;
}

const oraclePath = new URL("../ingest/oracle/landsat-bands.json", import.meta.url);
const oracle: { scenes: { scene: string; ndvi: Figures; pan: Figures }[] } = JSON.parse(
  readFileSync(oraclePath, "utf8"),
);

const idOf = (name: string) => {
  const [, , pathRow = "", date = ""] = name.split("_");
  return `LC08_${pathRow}_${date}`;
};

async function ndviOf(warehouse: string): Promise<Map<string, Figures>> {
  const dataset = await openDataset(warehouse, { cloudMask: true });
  const found = new Map<string, Figures>();
  for (const [time, scene] of dataset.coords.scene.entries()) {
    const ndvi = await dataset
      .isel({ time })
      .bandmath("(nir08 - red) / (nir08 + red)")
      .compute({ dtype: "float64", threads: 0 });
    const values = Array.from(ndvi.data, Number).filter((_, i) => (ndvi.status?.[i] ?? 0) === 0);
    const sum = values.reduce((total, value) => total + value, 0);
    found.set(scene, { shape: ndvi.shape.slice(1), count: values.length, sum });
  }
  return found;
}

function expectNumpys(found: Map<string, Figures>) {
  expect(found.size).toBe(oracle.scenes.length);
  for (const { scene, ndvi } of oracle.scenes) {
    const own = found.get(idOf(scene));
    expect([scene, own?.shape, own?.count]).toEqual([scene, ndvi.shape, ndvi.count]);
    expect(own?.sum).toBeCloseTo(ndvi.sum, 9);
  }
}

describeWithData("items of Landsat scenes on a web server", (dataPath) => {
  const folder = createSharedTempDir();
  const warehouse = join(folder, "w");
  let server: HttpServer;
  let first: string[] = [];
  beforeAll(async () => {
    server = await startHttpServer();
    const items = landsatItems(`${dataPath}/landsat8-new-york`, server);
    const collection = JSON.stringify({ type: "FeatureCollection", features: items });
    server.objects.set("items.json", new TextEncoder().encode(collection));
    const report = await ingest(`${server.url}/items.json`, { warehouse, assets: ["red", "B5", "BQA"] });
    first = server.requests.splice(0);
    expect(report).toMatchObject({ productId: "landsat-c1", sceneCount: 19, fileCount: 57, added: 19, failed: [] });
  });
  afterAll(() => server.close());

  it("have numpy's NDVI without clouds, by the bands' common names", async () => {
    expectNumpys(await ndviOf(warehouse));
  });

  it("have the items' times, clouds and sun, and are called as the files' names have them", async () => {
    const scenes = await (await catalog(warehouse)).scenes();
    expect(scenes[0]).toMatchObject({
      id: "LC08_014031_20180106",
      acquisitionTime: "2018-01-06T15:40:12.500Z",
      bands: ["B4", "B5", "BQA"],
      cloudCover: 12.5,
      sunAzimuth: 150.25,
      sunElevation: 40.5,
      sources: ["B4", "B5", "BQA"].map(
        (band) => `${server.url}/LC08_L1TP_014031_20180106_20180119_01_T1/LC08_L1TP_014031_20180106_${band}.TIF`,
      ),
    });
  });

  it("cost one request for the items, and for each file one for its size and one for its header", () => {
    const methods = first.map((request) => request.split(" ")[0]);
    expect([
      methods.filter((method) => method === "HEAD").length,
      methods.filter((method) => method === "GET").length,
    ]).toEqual([57, 58]);
  });

  it("are not opened again where nothing changed, and only what changed where something did", async () => {
    server.requests.length = 0;
    expect(await ingest(`${server.url}/items.json`, { warehouse, assets: ["red", "B5", "BQA"] })).toMatchObject({
      added: 0,
      skipped: 19,
    });
    expect(server.requests.filter((request) => request.startsWith("GET"))).toEqual(["GET /items.json"]);
    const more = await ingest(`${server.url}/items.json`, { warehouse, assets: ["B4", "B5", "B8", "BQA"] });
    expect(more).toMatchObject({ added: 0, updated: 19, fileCount: 76 });
    const dataset = await openDataset(warehouse, { cloudMask: true });
    const [scene] = oracle.scenes;
    const time = dataset.coords.scene.indexOf(idOf(scene?.scene ?? ""));
    const pan = await dataset.isel({ time }).band("B8").compute({ threads: 0 });
    expect(Array.from(pan.data, Number).filter((_, i) => (pan.status?.[i] ?? 0) === 0).length).toBe(scene?.pan.count);
  });

  it("come back the same by way of the items that the warehouse gives out", async () => {
    const again = join(folder, "again");
    const path = join(folder, "out.json");
    writeFileSync(path, JSON.stringify({ type: "FeatureCollection", features: await stacItems(warehouse) }));
    const warnings: IngestWarning[] = [];
    const report = await ingest(path, { warehouse: again, onWarning: (warning) => warnings.push(warning) });
    expect([report.productId, report.added, report.failed, warnings]).toEqual(["landsat-c1", 19, [], []]);
    expectNumpys(await ndviOf(again));
    expect(await (await catalog(again)).scenes()).toEqual(await (await catalog(warehouse)).scenes());
  });
});

/** An item of files of one scene each, beside it in `folder`. */
function writeItems(folder: string, items: readonly { id: string; assets: object; properties?: object }[]): string {
  const path = join(folder, "items.json");
  const features = items.map(({ properties, ...item }) => ({
    type: "Feature",
    collection: "test",
    properties: { datetime: "2023-05-12T10:00:00Z", ...properties },
    ...item,
  }));
  writeFileSync(path, JSON.stringify({ type: "FeatureCollection", features }));
  return path;
}

describe("an ingest of items", () => {
  const asset = (href: string, more: object = {}) => ({
    href,
    type: "image/tiff; application=geotiff",
    roles: ["data"],
    ...more,
  });

  it("says where an item and the header of its file disagree; the header counts", async () => {
    const folder = createTempDir();
    writeScene(folder, "red.tif", { nodata: "7" });
    const wrong = {
      "proj:code": "EPSG:32633",
      "proj:shape": [3, 5],
      "proj:transform": [10, 0, 500010, 0, -10, 4500000],
      "file:size": 1,
      bands: [{ name: "red", data_type: "uint16", nodata: 0 }],
    };
    const right = {
      "proj:code": "EPSG:32618",
      "proj:shape": [3, 4],
      "proj:transform": [10, 0, 500000.0004, 0, -10, 4500000, 0, 0, 1],
      bands: [{ name: "red", data_type: "uint8", nodata: 7 }],
    };
    const source = writeItems(folder, [{ id: "a", assets: { red: asset("red.tif", wrong) } }]);
    const warnings: string[] = [];
    const warehouse = join(folder, "w");
    await ingest(source, { warehouse, onWarning: ({ message }) => warnings.push(message) });
    const size = readFileSync(join(folder, "red.tif")).length;
    expect(warnings).toEqual([
      `its item says file:size 1, the file has ${size}: the file's is taken`,
      "its item says proj:code EPSG 32633, the file has 32618: the file's is taken",
      "its item says proj:shape [3, 5], the file has [3, 4]: the file's is taken",
      "its item says proj:transform [10, 0, 500010, 0, -10, 4500000], the file has [10, 0, 500000, 0, -10, 4500000]: the file's is taken",
      "its item says data_type uint16, the file has uint8: the file's is taken",
      "its item says nodata 0, the file has 7: the file's is taken",
    ]);
    const [scene] = await (await catalog(warehouse)).scenes();
    expect([scene?.crs, scene?.bounds]).toEqual(["EPSG:32618", [500000, 4499970, 500040, 4500000]]);
    warnings.length = 0;
    const other = writeItems(folder, [{ id: "a", assets: { red: asset("red.tif", right) } }]);
    await ingest(other, { warehouse: join(folder, "w2"), onWarning: ({ message }) => warnings.push(message) });
    expect(warnings).toEqual([]);
  });

  it("goes on where an item is none or a file is missing, and lists them", async () => {
    const folder = createTempDir();
    writeScene(folder, "red.tif");
    const source = writeItems(folder, [
      { id: "good", assets: { red: asset("red.tif") } },
      { id: "gone", assets: { red: asset("gone.tif") } },
      { id: "bad", assets: {}, properties: { datetime: "soon" } },
    ]);
    const report = await ingest(source, { warehouse: join(folder, "w") });
    expect([report.added, report.failed.map(({ path, error }) => [path, error.message])]).toEqual([
      1,
      [
        ["bad", `${source}: item bad has no time: neither datetime nor start_datetime is one`],
        [`${folder}/gone.tif`, `${folder}/gone.tif: no such file`],
      ],
    ]);
  });

  it("names the bands of several in one file, and of one file as the user says", async () => {
    const folder = createTempDir();
    const bands = [1, 2].map((value) => new Uint8Array(12).fill(value));
    writeScene(folder, "sr.tif", { bands });
    writeScene(folder, "mask.tif", { bands });
    const named = asset("sr.tif", { bands: [{ name: "red", "eo:common_name": "red" }, { name: "nir" }] });
    const both = writeItems(folder, [{ id: "a", assets: { sr: named, mask: asset("mask.tif") } }]);
    const warehouse = join(folder, "w");
    await ingest(both, { warehouse });
    expect((await openDataset(warehouse)).bands).toEqual(["red", "nir", "mask_1", "mask_2"]);
    await expect(ingest(both, { warehouse, bandNames: ["x", "y"] })).rejects.toThrow(
      "--bands names the bands of one file",
    );
    const one = writeItems(folder, [{ id: "a", assets: { sr: named } }]);
    await ingest(one, { warehouse: join(folder, "w2"), bandNames: ["x", "y"] });
    expect((await openDataset(join(folder, "w2"))).bands).toEqual(["x", "y"]);
  });

  it("knows files by a user's own profile: what the item leaves out, the profile says", async () => {
    const folder = createTempDir();
    for (const name of ["R_20230512.tif", "N_20230512.tif"]) writeScene(folder, name);
    const bands = [
      { name: "R", commonName: "red", scale: 0.5 },
      { name: "N", commonName: "nir", scale: 0.25, offset: 1 },
    ];
    const naming = {
      file: "(?<band>R|N)_(?<year>\\d{4})(?<month>\\d\\d)(?<day>\\d\\d)\\.tif",
      scene: "{year}{month}{day}",
    };
    const profile = {
      profileVersion: 1 as const,
      id: "vineyard",
      title: "Vineyard",
      bandSets: { camera: bands },
      namings: [naming],
    };
    const told = asset("N_20230512.tif", { bands: [{ name: "n", "raster:scale": 2, "raster:offset": 3 }] });
    const source = writeItems(folder, [{ id: "a", assets: { red: asset("R_20230512.tif"), infrared: told } }]);
    const warehouse = join(folder, "w");
    const report = await ingest(source, { warehouse, profile, assets: ["R", "nir"] });
    expect([report.productId, report.added]).toEqual(["vineyard", 1]);
    const [item] = await stacItems(warehouse);
    expect(Object.entries(item?.assets ?? {}).map(([key, { bands }]) => [key, bands])).toEqual([
      ["red", [{ name: "red", data_type: "uint8", "eo:common_name": "red", "raster:scale": 0.5, "raster:offset": 0 }]],
      [
        "infrared",
        [{ name: "infrared", data_type: "uint8", "eo:common_name": "nir", "raster:scale": 2, "raster:offset": 3 }],
      ],
    ]);
  });

  it("keeps nothing of an address's query: a signature ends, and is a secret", async () => {
    const folder = createTempDir();
    const server = await startHttpServer();
    try {
      server.objects.set("a b/red.tif", writeTiff(sceneDefaults));
      const source = writeItems(folder, [
        { id: "a", assets: { red: asset(`${server.url}/a%20b/red.tif?sig=SECRET`) } },
      ]);
      const warnings: IngestWarning[] = [];
      const warehouse = join(folder, "w");
      const report = await ingest(source, { warehouse, onWarning: (warning) => warnings.push(warning) });
      expect(report).toMatchObject({ added: 1, failed: [] });
      expect(warnings).toEqual([
        {
          path: `${server.url}/a b/red.tif`,
          message: "its address had a query, most likely a signature that ends: not kept",
        },
      ]);
      expect(server.requests.join("\n")).not.toContain("SECRET");
      const [item] = await stacItems(warehouse);
      expect(item?.assets.red?.href).toBe(`${server.url}/a%20b/red.tif`);
    } finally {
      await server.close();
    }
  });

  it("asks a place that refuses everything some times, and no further", async () => {
    const server = await startHttpServer();
    try {
      server.intercept = (_request, response) => {
        response.writeHead(403).end();
        return true;
      };
      const ids = Array.from({ length: 200 }, (_, i) => `s${i}`);
      const items = ids.map((id) => ({ id, assets: { red: asset(`${server.url}/${id}.tif`) } }));
      const folder = createTempDir();
      const { failed } = await ingest(writeItems(folder, items), { warehouse: join(folder, "w") });
      expect(failed.length).toBe(200);
      expect(
        failed.filter(({ error }) => error.message.includes("refused 32 files before and gave none")).length,
      ).toBeGreaterThan(150);
      // Those under way when the last refusal came are asked as well.
      expect(server.requests.length).toBeLessThanOrEqual(48);
    } finally {
      await server.close();
    }
  });

  it("has one container for all files of a server, and one for all folders of a machine", async () => {
    const folder = createTempDir();
    for (const name of ["x/1/red.tif", "x/2/red.tif", "y/red.tif"]) writeScene(folder, name);
    const assets = (href: string) => ({ red: asset(href) });
    const source = writeItems(folder, [
      { id: "a", assets: assets("x/1/red.tif") },
      { id: "b", assets: assets("x/2/red.tif") },
      { id: "c", assets: assets("y/red.tif") },
    ]);
    const warehouse = join(folder, "w");
    await ingest(source, { warehouse });
    // Later items below, and beside, know the same files again.
    const part = writeItems(folder, [{ id: "b", assets: assets("x/2/red.tif") }]);
    expect(await ingest(part, { warehouse })).toMatchObject({ added: 0, skipped: 1 });
    expect((await (await catalog(warehouse)).scenes()).map(({ id }) => id)).toEqual(["a", "b", "c"]);
  });

  it.each([
    [{ maskPath: "m" }, "--mask is for folders of files, not for STAC: choose with --assets"],
    [{ globPattern: "*.tif" }, "--glob is for folders of files"],
    [{ datePattern: "(?<year>\\d{4})" }, "--date-pattern is for folders of files"],
    [{ prune: true }, "--prune is for folders of files, not for STAC: a search never lists all that there is"],
    [{ assets: ["blue"] }, "--assets blue: no item has such an asset (there are red)"],
  ])("refuses what goes with folders: %o", async (options, message) => {
    const folder = createTempDir();
    writeScene(folder, "red.tif");
    const source = writeItems(folder, [{ id: "a", assets: { red: asset("red.tif") } }]);
    await expect(ingest(source, { warehouse: join(folder, "w"), ...options })).rejects.toThrow(message);
  });

  it("is of one kind of source and one collection", async () => {
    const folder = createTempDir();
    writeScene(folder, "red.tif");
    const item = (id: string, collection: string) => ({ id, collection, assets: { red: asset("red.tif") } });
    const source = writeItems(folder, [item("a", "one"), item("b", "two")]);
    await expect(ingest([source, `${folder}/red.tif`])).rejects.toThrow("is STAC and");
    await expect(ingest(source)).rejects.toThrow("items of several collections (one, two)");
    await expect(ingest(writeItems(folder, []))).rejects.toMatchObject({ name: "NotFoundError" });
  });
});

describe("items of bands in several pixel sizes", () => {
  it("have their assets in the order of the product's bands, and so has what is made of them", async () => {
    const folder = createTempDir();
    const names = ["coastal", "pan", "red"];
    const assets = Object.fromEntries(
      names.map((name) => {
        writeScene(folder, `${name}.tif`, name === "pan" ? { transform: [5, 0, 500000, 0, -5, 4500000] } : {});
        return [name, { href: `${name}.tif`, type: "image/tiff", roles: ["data"] }];
      }),
    );
    const warehouse = join(folder, "w");
    await ingest(writeItems(folder, [{ id: "a", assets }]), { warehouse });
    const items = await stacItems(warehouse);
    expect(Object.keys(items[0]?.assets ?? {})).toEqual(names);
    writeFileSync(join(folder, "out.json"), JSON.stringify({ type: "FeatureCollection", features: items }));
    await ingest(join(folder, "out.json"), { warehouse: join(folder, "again") });
    expect((await openDataset(join(folder, "again"))).bands).toEqual(names);
  });
});

describe("blobs of Azure, which a service signs", () => {
  it("are ingested and read with signatures that the warehouse does not keep", async () => {
    const folder = createTempDir();
    const server = await startHttpServer();
    const variables = {
      AZURE_SAS_TOKEN_URL: `${server.url}/token`,
      AZURE_STORAGE_ENDPOINT: server.url,
      AZURE_STORAGE_ACCOUNT: "sentinel2l2a01",
    };
    const before = { ...process.env };
    try {
      Object.assign(process.env, variables);
      server.objects.set("sentinel2-l2/10/red.tif", writeTiff(sceneDefaults));
      server.intercept = (request, response) => {
        if (request.url?.startsWith("/token")) {
          const expiry = new Date(Date.now() + 3_600_000).toISOString();
          response.end(JSON.stringify({ "msft:expiry": expiry, token: "se=1&sig=SECRETSIGNATURE" }));
          return true;
        }
        if (request.url?.includes("sig=SECRETSIGNATURE")) return false;
        response.writeHead(409, { "x-ms-error-code": "PublicAccessNotPermitted" }).end();
        return true;
      };
      const href = "https://sentinel2l2a01.blob.core.windows.net/sentinel2-l2/10/red.tif";
      const asset = { href, type: "image/tiff; application=geotiff", roles: ["data"] };
      const warehouse = join(folder, "w");
      const report = await ingest(writeItems(folder, [{ id: "a", assets: { red: asset } }]), { warehouse });
      expect(report).toMatchObject({ added: 1, failed: [] });
      const [item] = await stacItems(warehouse);
      expect(item?.assets.red?.href).toBe(href);
      const red = await (await openDataset(warehouse)).band("red").compute({ threads: 0 });
      expect(Array.from(red.data, Number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
      expect(server.requests.filter((request) => request === "GET /token/sentinel2l2a01/sentinel2-l2").length).toBe(2);
      const kept = readdirSync(warehouse, { recursive: true, encoding: "utf8" })
        .map((name) => join(warehouse, name))
        .filter((path) => statSync(path).isFile());
      expect(kept.length).toBeGreaterThan(3);
      for (const path of kept) expect(readFileSync(path).includes("SECRETSIGNATURE")).toBe(false);
    } finally {
      for (const name of Object.keys(variables)) delete process.env[name];
      Object.assign(process.env, before);
      await server.close();
    }
  });
});

describe("hrefs of Azure's blobs on the web", () => {
  it("are read as az://, and it is said what the Planetary Computer needs", async () => {
    const { placeOfHref } = await import("../../src/ingest/items/href-place.js");
    expect(
      await placeOfHref("https://sentinel2l2a01.blob.core.windows.net/sentinel2-l2/10/S/a%20b.tif?se=1&sig=x"),
    ).toEqual({
      folder: "az://sentinel2l2a01/sentinel2-l2",
      key: "10/S/a b.tif",
      hadQuery: true,
    });
    expect(await placeOfHref("s3://usgs-landsat/collection02/a.TIF")).toEqual({
      folder: "s3://usgs-landsat",
      key: "collection02/a.TIF",
      hadQuery: false,
    });
    expect(await placeOfHref("https://h.example:8080/x/a.tif")).toEqual({
      folder: "https://h.example:8080",
      key: "x/a.tif",
      hadQuery: false,
    });
    for (const href of [
      "https://u:p@h.example/a.tif",
      "https://h.example/",
      "s3://bucket",
      "https://h.example/a//b.tif",
    ]) {
      await expect(placeOfHref(href)).rejects.toMatchObject({ name: "InvalidInputError" });
    }
  });
});
