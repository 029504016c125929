import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { FileStore } from "../../src/store/index.js";
import { openStore } from "../../src/store/open-store.js";
import { parseStoreLocation } from "../../src/store/store-location.js";
import { rootPath } from "../support/data-path.js";
import { createTempDir } from "../support/temp-dir.js";
import { failureOf } from "./collect.js";
import { fakeEnvironment } from "./fake-environment.js";
import { startHttpServer } from "./http-server.js";

describe("a location", () => {
  test.each([
    ["data/my cube", { kind: "file", path: "data/my cube" }],
    ["C:\\data", { kind: "file", path: "C:\\data" }],
    ["file:///a%20b/c", { kind: "file", path: "/a b/c" }],
    ["file://localhost/a", { kind: "file", path: "/a" }],
    ["https://host/a?sig=1", { kind: "http", url: "https://host/a?sig=1" }],
    ["s3://bucket", { kind: "s3", bucket: "bucket", prefix: "" }],
    ["S3://bucket/a%20b/c d/", { kind: "s3", bucket: "bucket", prefix: "a%20b/c d" }],
    ["s3a://bucket/a?b#c", { kind: "s3", bucket: "bucket", prefix: "a?b#c" }],
    ["gs://bucket/a/b//", { kind: "gs", bucket: "bucket", prefix: "a/b" }],
    ["az://account/box/a/b", { kind: "azure", account: "account", container: "box", prefix: "a/b" }],
    [
      "abfss://box@account.dfs.core.windows.net/a",
      { kind: "azure", account: "account", container: "box", prefix: "a" },
    ],
  ])("%s is taken apart", (location, parts) => {
    expect(parseStoreLocation(location)).toEqual(parts);
  });

  test.each([
    "ftp://user:hunter2@host/a",
    "s3://",
    "s3://key:hunter2@bucket/a",
    "s3://bucket/../other",
    "gs://bucket/a//b",
    "az://account",
    "az://account:hunter2@x/box",
    "abfs://box/a",
    "file:///100%",
  ])("%s is refused, and no password in it shown", (location) => {
    const open = () => openStore(location);
    expect(open).toThrow(expect.objectContaining({ name: "InvalidInputError" }));
    expect(open).not.toThrow(/hunter2/);
  });
});

describe("openStore", () => {
  test("opens a folder by its path and by its URL", async () => {
    const folder = createTempDir();
    await openStore(`${folder}/a b`).put("k", Uint8Array.of(1));
    const store = openStore(`file://${folder}/a%20b`);
    expect(store).toBeInstanceOf(FileStore);
    expect((await store.get("k"))?.data).toEqual(Uint8Array.of(1));
  });

  test("reads over HTTP, trying again what may pass", async () => {
    const server = await startHttpServer();
    server.objects.set("a", Uint8Array.of(1));
    let refusals = 1;
    server.intercept = (_request, response) => {
      if (refusals-- <= 0) return false;
      response.writeHead(503).end();
      return true;
    };
    const store = openStore(server.url, { retries: { firstWaitMs: 1 } });
    expect((await store.get("a"))?.data).toEqual(Uint8Array.of(1));
    expect(server.requests).toHaveLength(2);
    await server.close();
  });

  test("looks for settings and credentials when it is first asked for something, and again after it found none", async () => {
    const files: Record<string, string> = {};
    const asked: string[] = [];
    const machine = fakeEnvironment({ variables: { AWS_EC2_METADATA_DISABLED: "true" }, files });
    const store = openStore("s3://bucket/p", {
      environment: {
        ...machine,
        readText(path) {
          asked.push(path);
          return machine.readText(path);
        },
      },
      fetch: async () => new Response("", { status: 404 }),
    });
    expect([store.url, asked]).toEqual(["s3://bucket/p", []]);
    expect(await failureOf(store.get("a"))).toMatchObject({ name: "InvalidInputError" });
    files["/home/ada/.aws/credentials"] = "[default]\naws_access_key_id=A\naws_secret_access_key=b\n";
    expect(await store.get("a")).toBeNull();
  });
});

test.each(["s3/open-s3-store", "gcs/open-gcs-store", "azure/open-azure-store"])(
  "%s runs in browsers: nothing of Node.js is in it",
  async (entry) => {
    const { metafile } = await build({
      entryPoints: [`${rootPath}/src/store/${entry}.ts`],
      bundle: true,
      write: false,
      metafile: true,
      format: "esm",
      platform: "browser",
      logLevel: "silent",
    });
    const imports = Object.values(metafile.inputs).flatMap((input) => input.imports.map(({ path }) => path));
    expect(imports.filter((path) => path.startsWith("node:"))).toEqual([]);
    expect(imports.length).toBeGreaterThan(5);
  },
);
