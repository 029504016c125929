import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { catalog, type IngestWarning, ingest, stacItems, timeseries } from "../../src/index.js";
import { parseItem } from "../../src/stac/parse-item.js";
import { readStac, type StacEntry } from "../../src/stac/read-stac.js";
import { withoutQuery } from "../../src/stac/resolve-href.js";
import { firstPixel, writeScene } from "../ingest/write-scene.js";
import { startHttpServer } from "../store/http-server.js";
import { createTempDir } from "../support/temp-dir.js";

const asset = (href: string, more: object = {}) => ({ href, type: "image/tiff", roles: ["data"], ...more });

function item(id: string, assets: object, properties: object = {}) {
  return {
    type: "Feature",
    id,
    collection: "test",
    properties: { datetime: "2023-05-12T10:00:00Z", ...properties },
    assets,
  };
}

function writeItems(folder: string, ...items: object[]): string {
  const path = join(folder, "items.json");
  writeFileSync(path, JSON.stringify({ type: "FeatureCollection", features: items }));
  return path;
}

describe("an item that changed, of a file that did not", () => {
  it.each([
    ["cloud cover", { properties: { "eo:cloud_cover": 6 } }],
    ["time", { properties: { datetime: "2023-05-13T10:00:00Z" } }],
    ["scale", { band: { "raster:scale": 0.5, "raster:offset": 1 } }],
  ])("updates its scene: %s", async (_, { properties = {}, band = {} }: { properties?: object; band?: object }) => {
    const folder = createTempDir();
    writeScene(folder, "red.tif");
    const warehouse = join(folder, "w");
    const before = item("a", { red: asset("red.tif") }, { "eo:cloud_cover": 5 });
    await ingest(writeItems(folder, before), { warehouse });
    expect(await ingest(writeItems(folder, before), { warehouse })).toMatchObject({ updated: 0, skipped: 1 });
    const now = item("a", { red: asset("red.tif", { bands: [band] }) }, { "eo:cloud_cover": 5, ...properties });
    const source = writeItems(folder, now);
    expect(await ingest(source, { warehouse })).toMatchObject({ added: 0, updated: 1, skipped: 0 });
    expect(await ingest(source, { warehouse })).toMatchObject({ added: 0, updated: 0, skipped: 1 });
    const [kept] = await stacItems(warehouse);
    expect(kept?.properties).toMatchObject({
      "eo:cloud_cover": 5,
      ...properties,
      ...("datetime" in properties && { datetime: "2023-05-13T10:00:00.000Z" }),
    });
    expect(kept?.assets.red?.bands).toMatchObject([band]);
  });
});

describe("an item whose file moved", () => {
  it("names the file that holds its band from then on", async () => {
    const folder = createTempDir();
    const warehouse = join(folder, "w");
    const flat = (value: number) => ({ bands: [new Uint8Array(12).fill(value)] });
    writeScene(folder, "old/red.tif", flat(1));
    writeScene(folder, "old/nir.tif", flat(2));
    writeScene(folder, "new/red.tif", flat(3));
    const assets = (red: string) => ({ red: asset(red), nir: asset("old/nir.tif") });
    await ingest(writeItems(folder, item("a", assets("old/red.tif"))), { warehouse });
    const source = writeItems(folder, item("a", assets("new/red.tif")));
    const warnings: IngestWarning[] = [];
    const onWarning = (warning: IngestWarning) => warnings.push(warning);
    expect(await ingest(source, { warehouse, onWarning })).toMatchObject({ added: 0, updated: 1, failed: [] });
    expect(warnings).toEqual([]);
    expect(await ingest(source, { warehouse })).toMatchObject({ updated: 0, skipped: 1 });
    const { rows } = await timeseries(warehouse, { ...firstPixel, bands: ["red", "nir"], threads: 0 });
    expect(rows.map(({ values }) => values)).toEqual([{ red: 3, nir: 2 }]);
    const [scene] = await (await catalog(warehouse)).scenes();
    expect(scene?.sources.map((path) => path.slice(folder.length + 1)).sort()).toEqual(["new/red.tif", "old/nir.tif"]);
  });
});

describe("a file that two items or two assets name", () => {
  it("belongs to the first, and a warning names the others", async () => {
    const folder = createTempDir();
    writeScene(folder, "red.tif");
    const one = item("a", { red: asset("red.tif"), B4: asset("./red.tif") });
    const other = item("b", { red: asset("red.tif") }, { datetime: "2024-01-01T00:00:00Z" });
    const warnings: IngestWarning[] = [];
    const warehouse = join(folder, "w");
    await ingest(writeItems(folder, one, other), { warehouse, onWarning: (warning) => warnings.push(warning) });
    expect(warnings).toEqual([
      { path: `${folder}/red.tif`, message: "left out as B4 of a: item a names the same file" },
      { path: `${folder}/red.tif`, message: "left out as red of b: item a names the same file" },
    ]);
    expect((await (await catalog(warehouse)).scenes()).map(({ id, bands }) => [id, bands])).toEqual([["a", ["red"]]]);
  });
});

describe("hrefs of files on this machine", () => {
  it.each(["a b.tif", "a%20b.tif"])("may be encoded as URLs are: %s", async (href) => {
    const folder = createTempDir();
    writeScene(folder, "plain.tif");
    renameSync(join(folder, "plain.tif"), join(folder, "a b.tif"));
    const report = await ingest(writeItems(folder, item("a", { red: asset(href) })), { warehouse: join(folder, "w") });
    expect(report).toMatchObject({ added: 1, failed: [] });
  });

  it("are what they are where a file is called so", async () => {
    const folder = createTempDir();
    for (const name of ["a%20b.tif", "h#x.tif", "q?x=.tif"]) {
      writeScene(folder, "plain.tif");
      renameSync(join(folder, "plain.tif"), join(folder, name));
    }
    const assets = { p: asset("a%20b.tif"), h: { href: "h#x.tif" }, q: asset("q?x=.tif") };
    const report = await ingest(writeItems(folder, item("a", assets)), { warehouse: join(folder, "w") });
    expect(report).toMatchObject({ fileCount: 3, failed: [] });
  });

  it("start from the document where that is named by a file:// URL", async () => {
    const folder = createTempDir();
    mkdirSync(join(folder, "my items"));
    writeScene(join(folder, "my items"), "red.tif");
    const source = pathToFileURL(writeItems(join(folder, "my items"), item("a", { red: asset("red.tif") }))).href;
    expect(await ingest(source, { warehouse: join(folder, "w") })).toMatchObject({ added: 1, failed: [] });
  });
});

describe("hrefs that nobody can read", () => {
  it.each([
    ["/vsicurl/https://h.example/a.tif?sig=SECRET", "a path of GDAL's"],
    ["gone.tif?sig=SECRET", "no such file"],
    ["http://u:SECRET@h.example/a.tif", "not an address"],
    ["http://[h?sig=SECRET", "not an address"],
    ["https://h.example/%E0%A4%A.tif?sig=SECRET", "not an address"],
    ["s3://bucket?sig=SECRET", "names no file"],
    ["file://other/red.tif", "names no file of this machine"],
  ])("fail with a reason, and without their secrets: %s", async (href, reason) => {
    const folder = createTempDir();
    writeScene(folder, "red.tif");
    const source = writeItems(folder, item("good", { red: asset("red.tif") }), item("bad", { red: asset(href) }));
    const { added, failed } = await ingest(source, { warehouse: join(folder, "w") });
    expect([added, failed.map(({ error }) => error.name)]).toEqual([
      1,
      [reason === "no such file" ? "NotFoundError" : "InvalidInputError"],
    ]);
    expect(JSON.stringify(failed)).toContain(reason);
    expect(JSON.stringify(failed)).not.toContain("SECRET");
  });

  it("are shown without queries and passwords", () => {
    expect(
      [
        "https://u:p@h.example/a.tif?sig=1#x",
        "s3://bucket/a.tif?X-Amz-Signature=1",
        "/data/what?.tif",
        "https://h.example/a@b.tif",
      ].map(withoutQuery),
    ).toEqual(["https://h.example/a.tif", "s3://bucket/a.tif", "/data/what?.tif", "https://h.example/a@b.tif"]);
  });
});

async function entriesOf(source: string): Promise<StacEntry[]> {
  const entries: StacEntry[] = [];
  for await (const entry of readStac(source)) entries.push(entry);
  return entries;
}

describe("documents", () => {
  it("are lines by their name, whatever query follows it", async () => {
    const server = await startHttpServer();
    try {
      const lines = ["a", "b"].map((id) => JSON.stringify(item(id, { red: asset("red.tif") })));
      server.objects.set("items.ndjson", new TextEncoder().encode([lines[0], "{ broken", lines[1]].join("\n")));
      const entries = await entriesOf(`${server.url}/items.ndjson?sig=SECRET`);
      expect(entries.map((entry) => (entry.kind === "scene" ? entry.scene.id : entry.failed.path))).toEqual([
        "a",
        `${server.url}/items.ndjson`,
        "b",
      ]);
      const address = `${server.url.replace("http://", "http://u:SECRET@")}/items.ndjson`;
      const refused = await entriesOf(address).catch((error: unknown) => error);
      expect(refused).toMatchObject({ name: "InvalidInputError" });
      expect(String(refused)).not.toContain("SECRET");
    } finally {
      await server.close();
    }
  });

  it("of a catalog that cannot be read are listed, and the others go on", async () => {
    const folder = createTempDir();
    const write = (name: string, value: object) => writeFileSync(join(folder, name), JSON.stringify(value));
    write("my item.json", item("a", { red: asset("red.tif") }));
    write("api.json", { type: "Catalog", conformsTo: [], links: [] });
    write("pages.json", { type: "FeatureCollection", features: [], links: [{ rel: "next", href: "gone.json" }] });
    const hrefs = ["file://other/x.json", "http://[h", "api.json", "pages.json", "nowhere.json", "my%20item.json"];
    write("catalog.json", { type: "Catalog", links: hrefs.map((href) => ({ rel: "item", href })) });
    const entries = await entriesOf(join(folder, "catalog.json"));
    expect(entries.map((entry) => (entry.kind === "scene" ? entry.scene.id : entry.failed.path))).toEqual([
      "file://other/x.json",
      "http://[h",
      `${folder}/api.json`,
      `${folder}/pages.json`,
      `${folder}/nowhere.json`,
      "a",
    ]);
  });
});

describe("values that are odd", () => {
  const parsed = (properties: object, band: object = {}) =>
    parseItem(item("a", { red: asset("red.tif", { bands: [band] }) }, properties), "/items.json");

  it("are times in small letters, which are UTC without a zone, but no day that a calendar lacks", () => {
    expect(new Date(parsed({ datetime: "2020-06-01t10:00:00" }).timeMs).toISOString()).toBe("2020-06-01T10:00:00.000Z");
    expect(new Date(parsed({ datetime: "2020-02-29t10:00:00z" }).timeMs).toISOString()).toBe(
      "2020-02-29T10:00:00.000Z",
    );
    for (const datetime of ["2020-02-30T10:00:00Z", "2021-02-29T10:00:00Z", "2021-13-01T00:00:00Z"]) {
      expect(() => parsed({ datetime })).toThrow("has no time");
    }
  });

  it("are nodata as text with an exponent, and a scale of 0, which counts as none", () => {
    const band = (value: object) => parsed({}, value).assets[0]?.bands[0];
    expect(["-3.4e+38", "-9999.0", "NaN", "-Inf", "none"].map((nodata) => band({ nodata })?.nodata)).toEqual([
      -3.4e38,
      -9999,
      "nan",
      "-inf",
      null,
    ]);
    expect(band({ "raster:scale": 0 })?.scale).toBeNull();
  });
});
