import * as fs from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FileStore } from "../../src/store/index.js";
import { loadOfficialEngine, type OfficialEngine } from "../icechunk/oracle/official-engine.js";
import { type HttpServer, startHttpServer } from "../store/http-server.js";
import { rootPath } from "../support/data-path.js";
import type { PageReport, readOverHttp, runInMemory } from "./icechunk-page.js";
import { fileBytes, fileName, filesPerStep } from "./scenario.js";

declare const page: { runInMemory: typeof runInMemory; readOverHttp: typeof readOverHttp };

const engine = loadOfficialEngine();
const chromiumPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(fs.existsSync);
if (chromiumPath === undefined) console.warn("Tests in a browser are skipped: Chromium is not installed.");

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

let folder: string;
let sources: string;
let prefix: string;
let server: Server;
let files: HttpServer;
let browser: BrowserContext;
let tab: Page;
let report: PageReport;
const pageErrors: string[] = [];

/** The bundle for browsers, by file name; a module of Node.js in it fails the build. */
async function bundle(): Promise<Map<string, Uint8Array>> {
  const { outputFiles } = await build({
    absWorkingDir: rootPath,
    entryPoints: ["test/browser/icechunk-page.ts"],
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    outdir: path.join(rootPath, "bundle"),
    write: false,
    logLevel: "silent",
  });
  return new Map(outputFiles.map(({ path: file, contents }) => [path.basename(file), contents]));
}

/** Serve the bundle as the plainest of servers would: no header but the type. */
async function serve(modules: Map<string, Uint8Array>): Promise<string> {
  server = createServer((request, response) => {
    const module = modules.get(request.url!.slice(1));
    if (module) response.setHeader("content-type", "text/javascript").end(module);
    else response.setHeader("content-type", "text/html").end("<!doctype html><title>Icechunk</title>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe.skipIf(chromiumPath === undefined)("in Chromium", () => {
  beforeAll(async () => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(tmpdir(), "icechunk-browser-")));
    sources = path.join(folder, "sources");
    fs.mkdirSync(sources);
    for (let i = 0; i < filesPerStep; i++) {
      fs.writeFileSync(path.join(sources, fileName(i)), fileBytes(i));
    }
    prefix = `${pathToFileURL(sources).href}/`;
    const modules = await bundle();
    const url = await serve(modules);
    files = await startHttpServer();
    browser = await chromium.launchPersistentContext(path.join(folder, "profile"), {
      executablePath: chromiumPath!,
      headless: true,
      args: flags,
    });
    tab = await browser.newPage();
    tab.on("pageerror", (error) => pageErrors.push(String(error)));
    await tab.goto(url);
    await tab.evaluate("import('/icechunk-page.js').then((module) => { globalThis.page = module; })");
    report = await tab.evaluate(([urlPrefix, path]) => page.runInMemory(urlPrefix, path), [
      prefix,
      `${sources}/`,
    ] as const);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await files?.close();
    server?.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  test("a repository is made, appended to, reopened and read through zarrita", () => {
    expect(pageErrors).toEqual([]);
    expect(report.referenceCount).toBe(5001 * 28);
    expect(report.history).toEqual(["by zarrita", "steps 5000 to 5001", "steps 0 to 5000", "Repository initialized"]);
    // Number of the file, high and low byte of the step, 200 and up.
    expect(report.values).toEqual([2, 19, 135, 249, 3, 19, 135, 249, 2, 19, 136, 200, 3, 19, 136, 200]);
    expect(report.written).toEqual([5, 5, 0, 0]);
    expect(report.errorName).toBe("NotFoundError");
  });

  test.skipIf(!engine)("the official engine reads what the browser wrote, key by key and byte by byte", async () => {
    const official = engine as OfficialEngine;
    const store = new FileStore(path.join(folder, "repository"));
    for (const [key, data] of Object.entries(report.objects)) await store.put(key, Buffer.from(data, "base64"));
    const storage = await official.Storage.newLocalFilesystem(path.join(folder, "repository"));
    const repository = await official.Repository.open(storage, undefined, { [prefix]: null });
    const session = await repository.readonlySession({ branch: "main" });
    expect((await repository.ancestry({ branch: "main" })).map(({ message }) => message)).toEqual(report.history);
    const keys = new Set(await session.store.list());
    expect(keys.size).toBe(5001 * 28 + 5);
    for (const key of ["zarr.json", "stack/zarr.json", "written/zarr.json", "written/c/0", "written/c/1"]) {
      expect(keys).toContain(key);
    }
    expect(new Uint8Array((await session.store.get("written/c/0"))!)).toEqual(
      Uint8Array.from({ length: 1000 }, (_, i) => (i < 998 ? 0 : 5)),
    );
    const contents = Array.from({ length: filesPerStep }, (_, i) => fileBytes(i));
    // Every shard of 250 steps at both ends, and a different file each time.
    for (let step = 0; step <= 5000; step += step % 250 === 0 ? 249 : 1) {
      const file = step % filesPerStep;
      const chunk = await session.store.get(`stack/c/${step}/${file}`);
      expect(new Uint8Array(chunk!), `step ${step}`).toEqual(contents[file]!.subarray(step * 4, step * 4 + 4));
    }
  });

  test("another origin that allows it is read with few requests: no preflight, near ranges merged", async () => {
    for (const [key, data] of Object.entries(report.objects)) {
      files.objects.set(`repository/${key}`, Buffer.from(data, "base64"));
    }
    for (let i = 0; i < filesPerStep; i++) files.objects.set(`files/${fileName(i)}`, fileBytes(i));
    files.intercept = (_request, response) => {
      response.setHeader("access-control-allow-origin", "*");
      return false;
    };
    const read = () => tab.evaluate((url) => page.readOverHttp(`${url}/repository`, `${url}/files`), files.url);
    expect(await read()).toEqual([2, 19, 134, 248, 3, 19, 134, 248, 2, 19, 135, 249, 3, 19, 135, 249]);
    expect(files.requests.filter((line) => line.startsWith("OPTIONS"))).toEqual([]);
    const ofFiles = files.requests.filter((line) => line.includes(" /files/"));
    expect(ofFiles.sort()).toEqual([
      "GET /files/band%202.bin bytes=19992-19999",
      "GET /files/band%203.bin bytes=19992-19999",
    ]);
    const folders = files.requests.map((line) => line.split("/")[2]).filter((name) => name !== undefined);
    expect(folders.filter((name) => name === "snapshots")).toHaveLength(1);
    expect(folders.filter((name) => name === "manifests").length).toBeLessThanOrEqual(2);
  });
});
