import { mkdirSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { isStacSource } from "../../src/stac/is-stac-source.js";
import { readStac } from "../../src/stac/read-stac.js";
import { startHttpServer } from "../store/http-server.js";
import { createTempDir } from "../support/temp-dir.js";

const item = (id: string, change: object = {}) => ({
  type: "Feature",
  stac_version: "1.0.0",
  id,
  properties: { datetime: "2023-05-12T19:07:16Z" },
  assets: { red: { href: `./${id}.tif` } },
  links: [],
  ...change,
});
const link = (rel: string, href: string, more: object = {}) => ({ rel, href, ...more });
const collection = (features: unknown[], links: unknown[] = []) => ({ type: "FeatureCollection", features, links });

/** Ids of the scenes, and what is said of what is none. */
async function idsOf(source: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of readStac(source)) {
    found.push(entry.kind === "scene" ? entry.scene.id : `failed: ${entry.failed.error.message}`);
  }
  return found;
}

function writeFiles(files: Record<string, unknown>): string {
  const folder = createTempDir();
  for (const [name, value] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), typeof value === "string" ? value : JSON.stringify(value));
  }
  return folder;
}

async function serve(answer: (request: IncomingMessage, body: string) => unknown) {
  const server = await startHttpServer();
  onTestFinished(() => server.close());
  server.intercept = (request: IncomingMessage, response: ServerResponse) => {
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      const value = answer(request, body);
      if (typeof value === "number") response.writeHead(value).end("{}");
      else
        response
          .writeHead(200, { "content-type": "application/geo+json" })
          .end(typeof value === "string" ? value : JSON.stringify(value));
    });
    return true;
  };
  return server;
}

describe("a source is STAC", () => {
  it.each([
    "items.json",
    "a/b.GEOJSON",
    "items.ndjson",
    "s3://b/items.parquet",
    "https://h/search?collections=a",
    "https://h/catalog.json",
    "https://h/items.parquet?sig=1",
  ])("by its name: %s", (source) => {
    expect(isStacSource(source)).toBe(true);
  });
  it.each(["./cogs", "a.tif", "s3://bucket/prefix", "https://h/a.tif?key=1", "https://h/A.TIFF", "in/*.json"])(
    "and else is not: %s",
    (source) => {
      expect(isStacSource(source)).toBe(false);
    },
  );
});

describe("items in files", () => {
  it("are an item, an ItemCollection, a list, or a line each", async () => {
    const folder = writeFiles({
      "item.json": item("a"),
      "items.json": collection([item("a"), item("b")]),
      "list.json": [item("a"), item("b")],
      "items.ndjson": `${JSON.stringify(item("a"))}\n\n\u001e${JSON.stringify(item("b"))}\r\n`,
    });
    expect(await idsOf(`${folder}/item.json`)).toEqual(["a"]);
    for (const name of ["items.json", "list.json", "items.ndjson"])
      expect(await idsOf(`${folder}/${name}`)).toEqual(["a", "b"]);
  });

  it("go on where one of them is none", async () => {
    const folder = writeFiles({
      "items.json": collection([item("a"), { type: "Feature", id: "b" }, item("c")]),
      "items.ndjson": `${JSON.stringify(item("a"))}\n{"type":\n${JSON.stringify(item("c"))}`,
    });
    expect(await idsOf(`${folder}/items.json`)).toEqual([
      "a",
      `failed: ${folder}/items.json: item b is no STAC item: properties is missing; assets is missing`,
      "c",
    ]);
    const [first, broken, last] = await idsOf(`${folder}/items.ndjson`);
    expect([first, last]).toEqual(["a", "c"]);
    expect(broken).toContain(`${folder}/items.ndjson, line 2: not JSON`);
  });

  it.each([
    ["not JSON", "nothing", "CorruptDataError", "not JSON"],
    ["of another kind", { type: "Topology" }, "CorruptDataError", 'no STAC: its type is "Topology"'],
    ["a number", "7", "CorruptDataError", "no STAC: its type is null"],
  ])("are refused where the file is %s", async (_what, value, name, message) => {
    const folder = writeFiles({ "items.json": value });
    await expect(idsOf(`${folder}/items.json`)).rejects.toMatchObject({
      name,
      message: expect.stringContaining(message),
    });
  });

  it("that are not there are said to be missing", async () => {
    await expect(idsOf("/nowhere/items.json")).rejects.toMatchObject({
      name: "NotFoundError",
      message: "/nowhere/items.json: no such document",
    });
  });
});

describe("a static catalog", () => {
  it("gives all below it, by relative and absolute links, each once and however it loops", async () => {
    const folder = writeFiles({
      "catalog.json": {
        type: "Catalog",
        links: [
          link("self", "./catalog.json"),
          link("child", "./north/collection.json"),
          link("item", "top.json"),
          link("child", "south/catalog.json"),
        ],
      },
      "top.json": item("top"),
      "north/collection.json": {
        type: "Collection",
        links: [
          link("parent", "../catalog.json"),
          link("child", "../catalog.json"),
          link("item", "./n1/n1.json"),
          link("item", "./n1/n1.json"),
          link("item", "./n2/n2.json"),
        ],
      },
      "north/n1/n1.json": item("n1"),
      "north/n2/n2.json": item("n2"),
      "south/catalog.json": {
        stac_version: "0.9.0",
        links: [link("child", "./catalog.json"), link("item", "s1.json")],
      },
    });
    writeFileSync(join(folder, "south/s1.json"), JSON.stringify(item("s1")));
    expect(await idsOf(`${folder}/catalog.json`)).toEqual(["top", "n1", "n2", "s1"]);
    const scenes = [];
    for await (const entry of readStac(`${folder}/catalog.json`)) if (entry.kind === "scene") scenes.push(entry.scene);
    expect(scenes[1]?.assets[0]?.href).toBe(`${folder}/north/n1/n1.tif`);
  });

  it("goes on where a linked document is missing or none", async () => {
    const folder = writeFiles({
      "catalog.json": {
        type: "Catalog",
        links: [link("item", "gone.json"), link("item", "a.json"), link("item", "b.json")],
      },
      "a.json": "<html>",
      "b.json": item("b"),
    });
    const [gone, none, last] = await idsOf(`${folder}/catalog.json`);
    expect(gone).toBe(`failed: ${folder}/gone.json: no such document`);
    expect(none).toContain(`${folder}/a.json: not JSON`);
    expect(last).toBe("b");
  });

  it("on the web is read as in a folder, sixteen documents at once and no link twice", async () => {
    const ids = Array.from({ length: 40 }, (_, i) => `i${i}`);
    const server = await serve(({ url = "" }) =>
      url === "/c/catalog.json"
        ? { type: "Catalog", links: ids.map((id) => link("item", `items/${id}.json`)) }
        : item(/(i\d+)\.json/.exec(url)?.[1] ?? ""),
    );
    expect(await idsOf(`${server.url}/c/catalog.json`)).toEqual(ids);
    expect(server.requests.length).toBe(41);
    expect(server.requests).toContain("GET /c/items/i39.json");
  });
});

describe("a STAC API", () => {
  const pages = (url: string) => {
    const page = Number(new URL(url, "http://h").searchParams.get("page") ?? 1);
    const next = page < 3 ? [link("next", `/search?collections=c&page=${page + 1}`, { method: "GET" })] : [];
    return collection([item(`p${page}`)], next);
  };

  it("is searched by GET, page by page", async () => {
    const server = await serve(({ url = "" }) => pages(url));
    expect(await idsOf(`${server.url}/search?collections=c`)).toEqual(["p1", "p2", "p3"]);
    expect(server.requests).toEqual([
      "GET /search?collections=c",
      "GET /search?collections=c&page=2",
      "GET /search?collections=c&page=3",
    ]);
  });

  it("may give its next page by POST, with a body of its own or one that is added to the last", async () => {
    const bodies: unknown[] = [];
    const server = await serve(({ method }, body) => {
      if (method === "GET")
        return collection([item("a")], [link("next", "/search", { method: "POST", body: { limit: 1, token: "x" } })]);
      bodies.push(JSON.parse(body));
      return bodies.length === 1
        ? collection([item("b")], [link("next", "/search", { method: "POST", merge: true, body: { token: "y" } })])
        : collection([item("c")]);
    });
    expect(await idsOf(`${server.url}/search`)).toEqual(["a", "b", "c"]);
    expect(bodies).toEqual([
      { limit: 1, token: "x" },
      { limit: 1, token: "y" },
    ]);
  });

  it("whose pages lead back ends there", async () => {
    const server = await serve(({ url }) => collection([item("a")], [link("next", url ?? "")]));
    expect(await idsOf(`${server.url}/search?page=1`)).toEqual(["a"]);
  });

  it("gives the items of a collection", async () => {
    const server = await serve(({ url = "" }) =>
      url.endsWith("/items")
        ? collection([item("a"), item("b")])
        : { type: "Collection", id: "c", links: [link("items", "/collections/c/items")] },
    );
    expect(await idsOf(`${server.url}/collections/c/items`)).toEqual(["a", "b"]);
    expect(await idsOf(`${server.url}/collections/c`)).toEqual(["a", "b"]);
  });

  it("is not read whole: its root asks for a search", async () => {
    const server = await serve(() => ({
      type: "Catalog",
      conformsTo: ["https://api.stacspec.org/v1.0.0/core"],
      links: [link("child", "/collections/c")],
    }));
    await expect(idsOf(`${server.url}/v1/`)).rejects.toMatchObject({
      name: "UnsupportedError",
      message: expect.stringContaining(`${server.url}/v1/search?collections=`),
    });
  });

  it("that fails for a moment is asked again; a key in the address shows in no message", async () => {
    let asked = 0;
    const server = await serve(() => (++asked < 3 ? 503 : collection([item("a")])));
    expect(await idsOf(`${server.url}/search?key=SECRET`)).toEqual(["a"]);
    const refusing = await serve(() => 403);
    const error = (await idsOf(`${refusing.url}/search?key=SECRET`).catch((reason: unknown) => reason)) as Error;
    expect(error).toMatchObject({
      name: "InvalidInputError",
      message: `The server of ${refusing.url}/search refused the request (HTTP status 403).`,
    });
    expect(JSON.stringify(error)).not.toContain("SECRET");
    const broken = await serve(() => "<html>");
    await expect(idsOf(`${broken.url}/folder/`)).rejects.toMatchObject({
      message: expect.stringContaining("folders on the web cannot be listed"),
    });
  });
});
