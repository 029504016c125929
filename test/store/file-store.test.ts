import { spawnSync } from "node:child_process";
import builtin, * as fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { hostname, tmpdir } from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InvalidInputError } from "../../src/errors.js";
import { FileStore } from "../../src/store/index.js";

const bytes = (...values: number[]) => Uint8Array.from(values);
let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(tmpdir(), "file-store-"));
});
afterEach(() => {
  fs.chmodSync(folder, 0o755);
  fs.rmSync(folder, { recursive: true, force: true });
});

async function list(store: FileStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list("")) keys.push(key);
  return keys.sort();
}

/** Permissions mean nothing to root. */

describe("FileStore", () => {
  test("reading creates no folder, not even the root", async () => {
    const store = new FileStore(path.join(folder, "nowhere"));
    expect(await store.get("a/b")).toBeNull();
    expect(await list(store)).toEqual([]);
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  test("a write leaves no temporary file behind, a lost condition neither", async () => {
    const store = new FileStore(folder);
    await store.put("a", bytes(1));
    await store.putIf("a", bytes(2), null);
    await store.putIf("a", bytes(2), "no such version");
    const { version } = (await store.head("a"))!;
    await store.putIf("a", bytes(3), version);
    expect(fs.readdirSync(path.join(folder, ".pixelquery-tmp"))).toEqual([]);
    expect(fs.readdirSync(folder).sort()).toEqual([".pixelquery-tmp", "a"]);
  });

  test("temporary files of a crashed writer are not listed, and are removed when they are old", async () => {
    const scratch = path.join(folder, ".pixelquery-tmp");
    fs.mkdirSync(scratch);
    fs.writeFileSync(path.join(scratch, "old"), "x");
    fs.writeFileSync(path.join(scratch, "new"), "x");
    fs.utimesSync(path.join(scratch, "old"), 1, 1);
    const store = new FileStore(folder);
    expect(await list(store)).toEqual([]);
    await store.put("a", bytes(1));
    expect(await list(store)).toEqual(["a"]);
    expect(fs.readdirSync(scratch)).toEqual(["new"]);
    await expect(store.get(".pixelquery-tmp/new")).rejects.toThrow(InvalidInputError);
  });

  test("reads go on being right while the disk is slow and then quick again", async () => {
    const store = new FileStore(folder);
    await store.put("a", bytes(1, 2, 3));
    const openSync = fs.openSync;
    const slow = { calls: 0 };
    // A synchronous read that takes 5 ms makes the next 256 asynchronous.
    const spy = (...parameters: Parameters<typeof fs.openSync>) => {
      slow.calls += 1;
      const until = performance.now() + 5;
      while (performance.now() < until);
      return openSync(...parameters);
    };
    const { syncBuiltinESMExports } = await import("node:module");
    const mutable = (await import("node:fs")).default as { openSync: typeof fs.openSync };
    mutable.openSync = spy as typeof fs.openSync;
    syncBuiltinESMExports();
    try {
      for (let i = 0; i < 258; i++) expect((await store.get("a"))?.data).toEqual(bytes(1, 2, 3));
    } finally {
      mutable.openSync = openSync;
      syncBuiltinESMExports();
    }
    expect(slow.calls).toBe(2);
  });

  test("what replaces an object is younger than it, even if the object's time lies ahead", async () => {
    const store = new FileStore(folder);
    await store.put("a", bytes(1));
    const aheadMs = Math.round(Date.now() / 1000) * 1000 + 60_000;
    fs.utimesSync(path.join(folder, "a"), aheadMs / 1000, aheadMs / 1000);
    const { version } = (await store.head("a"))!;
    expect(await store.putIf("a", bytes(2), version)).toBe(true);
    expect((await store.head("a"))!.modifiedMs).toBeGreaterThan(aheadMs);
  });

  test("a folder that leads back to one above it is walked once", async () => {
    const store = new FileStore(folder);
    await store.put("a/file", bytes(1));
    fs.symlinkSync("..", path.join(folder, "a", "up"));
    fs.symlinkSync("file", path.join(folder, "a", "alias"));
    expect(await list(store)).toEqual(["a/alias", "a/file"]);
  });

  test("an object that would take a folder's place is named, and why", async () => {
    fs.mkdirSync(path.join(folder, "a"));
    await expect(new FileStore(folder).put("a", bytes(1))).rejects.toMatchObject({
      name: "InvalidInputError",
      message: `Cannot write ${path.join(folder, "a")}: it is a folder (EISDIR).`,
    });
  });

  test("a folder that must not be written to is named, and why", async () => {
    fs.chmodSync(folder, 0o555);
    const store = new FileStore(folder);
    // Root may write anywhere: for this test it is nobody.
    const asNobody = process.geteuid?.() === 0;
    if (asNobody) process.seteuid?.(65_534);
    try {
      await expect(store.put("a", bytes(1))).rejects.toMatchObject({
        name: "InvalidInputError",
        message: expect.stringMatching(/^Cannot write .*a: permission denied \(EACCES\)\.$/),
      });
    } finally {
      if (asNobody) process.seteuid?.(0);
      fs.chmodSync(folder, 0o755);
    }
  });

  test("a name that the file system refuses is named, and nothing is left behind", async () => {
    const store = new FileStore(folder);
    const key = "x".repeat(300);
    await expect(store.put(key, bytes(1))).rejects.toThrow(
      /^Cannot write .*: the name is too long .* \(ENAMETOOLONG\)\.$/,
    );
    expect(fs.readdirSync(path.join(folder, ".pixelquery-tmp"))).toEqual([]);
  });

  test.skipIf(!fs.existsSync("/dev/full"))("a full disk is named, and the object stays as it was", async () => {
    const store = new FileStore(folder);
    await store.put("a", bytes(1));
    // Every draft becomes a file on the device that is always full: small ones are written at once, large ones later.
    const { writeFileSync } = builtin;
    const { writeFile } = builtin.promises;
    builtin.writeFileSync = ((_file, data) => writeFileSync("/dev/full", data)) as typeof writeFileSync;
    builtin.promises.writeFile = (async (_file, data) => writeFile("/dev/full", data)) as typeof writeFile;
    syncBuiltinESMExports();
    try {
      await expect(store.put("a", bytes(2))).rejects.toThrow(/no space left on the disk \(ENOSPC\)/);
      await expect(store.put("a", new Uint8Array(100_000))).rejects.toThrow(/no space left on the disk \(ENOSPC\)/);
    } finally {
      builtin.writeFileSync = writeFileSync;
      builtin.promises.writeFile = writeFile;
      syncBuiltinESMExports();
    }
    expect((await store.get("a"))?.data).toEqual(bytes(1));
    expect(await list(store)).toEqual(["a"]);
  });
});

describe("locks", () => {
  const lockPath = () => path.join(folder, ".pixelquery-tmp", "a.lock");

  async function replaceBehindLock(owner: object | string, mtimeMs = Date.now()): Promise<number> {
    const store = new FileStore(folder);
    await store.put("a", bytes(1));
    fs.writeFileSync(lockPath(), typeof owner === "string" ? owner : JSON.stringify(owner));
    fs.utimesSync(lockPath(), mtimeMs / 1000, mtimeMs / 1000);
    const { version } = (await store.head("a"))!;
    const started = performance.now();
    expect(await store.putIf("a", bytes(2), version)).toBe(true);
    expect(fs.existsSync(lockPath())).toBe(false);
    return performance.now() - started;
  }

  function hostId(): string {
    return `${hostname()} ${fs.existsSync("/proc/self/ns/pid") ? fs.readlinkSync("/proc/self/ns/pid") : ""}`.trim();
  }

  test("one whose process is dead on this host is taken over at once", async () => {
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    expect(await replaceBehindLock({ pid, host: hostId(), token: "gone" })).toBeLessThan(2000);
  });

  test("one of another host is taken over when it is old", async () => {
    const owner = { pid: 1, host: "elsewhere", token: "old" };
    expect(await replaceBehindLock(owner, Date.now() - 40_000)).toBeLessThan(2000);
  });

  test("half a lock, as a power failure leaves it, is taken over when it is old", async () => {
    expect(await replaceBehindLock('{"pid":', Date.now() - 40_000)).toBeLessThan(2000);
  });

  test("one that is held is waited for", async () => {
    const release = setTimeout(() => fs.rmSync(lockPath()), 300);
    const waitedMs = await replaceBehindLock({ pid: process.pid, host: hostId(), token: "held" });
    clearTimeout(release);
    expect(waitedMs).toBeGreaterThan(150);
  });

  test("a takeover that crashed half way is itself taken over", async () => {
    fs.mkdirSync(path.join(folder, ".pixelquery-tmp"));
    const guard = `${lockPath()}.takeover`;
    fs.writeFileSync(guard, "");
    fs.utimesSync(guard, Date.now() / 1000 - 40, Date.now() / 1000 - 40);
    await replaceBehindLock({ pid: 1, host: "elsewhere", token: "old" }, Date.now() - 40_000);
    expect(fs.existsSync(guard)).toBe(false);
  });
});
