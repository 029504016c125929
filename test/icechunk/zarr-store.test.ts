import { beforeEach, describe, expect, test } from "vitest";
import * as zarr from "zarrita";
import {
  type ByteStore,
  createVirtualFetch,
  createZarrStore,
  Repository,
  resolveLocation,
} from "../../src/icechunk/index.js";
import { MemoryStore, withRecording } from "../../src/store/index.js";
import { exampleArray } from "./example-array.js";

const files = withRecording(new MemoryStore("files"));
const container = { name: "files", urlPrefix: "s3://bucket/files/", store: null };
const fetchVirtual = createVirtualFetch([container], () => files);
let repository: Repository;

beforeEach(async () => {
  repository = await Repository.create(new MemoryStore());
  await files.put("a b.bin", Uint8Array.of(9, 9, 11, 12, 13, 14));
  await repository.transact(
    (session) => {
      session.setArray("/g/x", { ...exampleArray([4, 4], [2, 2]), attributes: { units: "m" }, fill_value: 99 });
      session.setChunk("/g/x", [0, 0], Uint8Array.of(1, 2, 3, 4));
      session.setVirtualReferences("/g/x", {
        indices: Uint32Array.of(1, 1),
        offsets: Float64Array.of(2),
        lengths: Float64Array.of(4),
        locationIndex: Uint32Array.of(0),
        locations: ["vcc://files/a%20b.bin"],
      });
    },
    { message: "array" },
  );
  files.clear();
});

describe("createZarrStore", () => {
  test("zarrita reads inline, virtual and missing chunks through it", async () => {
    const store = createZarrStore(await repository.session(), { fetchVirtual });
    const array = await zarr.open.v3(zarr.root(store).resolve("/g/x"), { kind: "array" });
    expect(array.attrs).toEqual({ units: "m" });
    expect([...((await zarr.get(array)).data as Uint8Array)]).toEqual([
      1, 2, 99, 99, 3, 4, 99, 99, 99, 99, 11, 12, 99, 99, 13, 14,
    ]);
  });

  test("a range of a chunk reads that range of the file and no more", async () => {
    const store = createZarrStore(await repository.session(), { fetchVirtual });
    expect(await store.getRange("/g/x/c/1/1", { offset: 1, length: 2 })).toEqual(Uint8Array.of(12, 13));
    expect(files.requests).toEqual([
      { operation: "get", key: "a b.bin", range: { offset: 3, length: 2 }, lengthBytes: 2 },
    ]);
    expect(await store.getRange("/g/x/c/0/0", { suffixLength: 3 })).toEqual(Uint8Array.of(2, 3, 4));
  });

  test.each(["/g/x/c/0", "/g/x/c/0/0/0", "/g/x/c/00/0", "/g/x/d/0/0", "/g/x", "/g/y/zarr.json", "/c/0/0"])(
    "there is nothing at %s",
    async (key) => {
      expect(await createZarrStore(await repository.session()).get(key)).toBeUndefined();
    },
  );

  test("keys of the v2 encoding are understood", async () => {
    await repository.transact(
      (session) => {
        session.setArray("/old", { ...exampleArray([4, 4], [2, 2]), chunk_key_encoding: { name: "v2" } });
        session.setChunk("/old", [1, 0], Uint8Array.of(5));
      },
      { message: "v2" },
    );
    const store = createZarrStore(await repository.session());
    expect(await store.get("/old/1.0")).toEqual(Uint8Array.of(5));
    expect(await store.get("/old/c/1/0")).toBeUndefined();
  });
});

describe("createVirtualFetch", () => {
  const reference = { kind: "virtual", offset: 0, length: 4, lastModifiedSeconds: null, etag: null } as const;
  const range = { offset: 0, length: 4 };

  test("a file that is gone or shorter than its reference is an error that names it", async () => {
    const gone = fetchVirtual({ ...reference, location: "vcc://files/gone.bin" }, range, {});
    await expect(gone).rejects.toThrow("vcc://files/gone.bin is gone; a reference leads there.");
    const short = fetchVirtual({ ...reference, location: "vcc://files/a%20b.bin" }, { offset: 4, length: 4 }, {});
    await expect(short).rejects.toThrow("vcc://files/a%20b.bin ends before byte 8; a reference leads there.");
  });

  test("a file that is younger than its reference is an error, and is looked at once", async () => {
    const young = { ...reference, location: "vcc://files/a%20b.bin", lastModifiedSeconds: 1000 };
    await expect(fetchVirtual(young, range, {})).rejects.toMatchObject({ name: "SourceChangedError" });
    const old = { ...young, lastModifiedSeconds: Math.ceil(Date.now() / 1000) + 10 };
    files.clear();
    await fetchVirtual(old, range, {});
    await fetchVirtual(old, range, {});
    expect(files.requests.map(({ operation }) => operation)).toEqual(["head", "get", "get"]);
  });

  test("an object with another ETag than its reference recorded is an error; quotes and weakness do not matter", async () => {
    const etags = { now: 'W/"abc"' as string | null };
    const server: ByteStore = {
      ...files,
      head: async (key) => ({ ...(await files.head(key))!, etag: etags.now }),
    };
    const fetchFromServer = createVirtualFetch([container], () => server);
    const referenced = (etag: string) => ({ ...reference, location: "vcc://files/a%20b.bin", etag });
    for (const etag of ['"abc"', "abc", 'W/"abc"']) {
      expect(await fetchFromServer(referenced(etag), range, {})).toEqual(Uint8Array.of(9, 9, 11, 12));
    }
    await expect(fetchFromServer(referenced('"abd"'), range, {})).rejects.toMatchObject({
      name: "SourceChangedError",
      message: 'vcc://files/a%20b.bin has the ETag W/"abc" now; when it was referenced it had "abd".',
    });
    etags.now = null;
    expect(await fetchFromServer(referenced('"abe"'), range, {})).toEqual(Uint8Array.of(9, 9, 11, 12));
  });

  test("locations outside of every container are refused", () => {
    for (const location of ["s3://bucket/other/a", "vcc://other/a", "file:///etc/passwd", "/etc/passwd"]) {
      expect(() => resolveLocation([container], location)).toThrow(
        `No virtual chunk container of the repository covers`,
      );
    }
  });

  test("a URL goes to the container with the longest prefix, percent-encoded or not", () => {
    const deep = { name: "deep", urlPrefix: "file:///data/my files/deep/", store: null };
    const wide = { name: "wide", urlPrefix: "file:///data/", store: null };
    const resolve = (location: string) => resolveLocation([deep, wide], location);
    expect(resolve("file:///data/my%20files/deep/a%23.tif")).toEqual({ container: deep, key: "a#.tif" });
    expect(resolve("file:///data/x.tif")).toEqual({ container: wide, key: "x.tif" });
  });
});
