import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InvalidInputError } from "../../src/errors.js";
import { Repository } from "../../src/icechunk/index.js";
import { type ByteStore, FileStore, MemoryStore } from "../../src/store/index.js";
import { keysIn } from "./aging-store.js";
import { exampleArray } from "./example-array.js";
import { expectAgreement } from "./oracle/agreement.js";
import { loadOfficialEngine } from "./oracle/official-engine.js";

const engine = loadOfficialEngine();
const nobody = 65534;

let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(tmpdir(), "icechunk-trouble-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Append one chunk of 3,000 bytes, which becomes an object, and one of a byte. */
async function append(repository: Repository): Promise<void> {
  await repository.transact(
    (session) => {
      const node = session.node("/x");
      const count = node?.kind === "array" ? node.zarr.shape[0]! : 0;
      session.setArray("/x", exampleArray([count + 2], [1]));
      session.setChunk("/x", [count], new Uint8Array(3000).fill(count));
      session.setChunk("/x", [count + 1], Uint8Array.of(count + 1));
    },
    { message: "append" },
  );
}

/** Expect a repository with this many commits of {@link append}, each readable, and nothing broken. */
async function expectCommits(store: ByteStore, commits: number): Promise<void> {
  const repository = await Repository.open(store);
  expect((await repository.history()).length).toBe(commits + 1);
  const session = await repository.session();
  for (let i = 0; i < commits; i++) {
    expect(await session.readChunk("/x", [2 * i])).toEqual(new Uint8Array(3000).fill(2 * i));
    expect(await session.readChunk("/x", [2 * i + 1])).toEqual(Uint8Array.of(2 * i + 1));
  }
  expect((await repository.check()).findings).toEqual([]);
}

describe("a store that fails once, in the middle of a commit", () => {
  type Operation = "get" | "head" | "put" | "putIf";
  const operations: readonly string[] = ["get", "head", "put", "putIf"];

  /** Fails at the call of this number, before it does anything or when all is done but the answer is lost. */
  function failing(store: ByteStore, at: number, when: "before" | "after"): ByteStore & { readonly calls: number } {
    let calls = 0;
    const failAround = async <T>(run: () => Promise<T>): Promise<T> => {
      const isThis = calls++ === at;
      if (isThis && when === "before") throw new TypeError("the network is gone");
      const answer = await run();
      if (isThis) throw new TypeError("the network is gone");
      return answer;
    };
    const target = store as unknown as Record<Operation, (...parameters: unknown[]) => Promise<unknown>>;
    return new Proxy(store, {
      get(_, name) {
        if (name === "calls") return calls;
        const value = Reflect.get(store, name, store);
        if (operations.includes(String(name))) {
          return (...parameters: unknown[]) => failAround(() => target[name as Operation].apply(store, parameters));
        }
        return typeof value === "function" ? value.bind(store) : value;
      },
    }) as ByteStore & { readonly calls: number };
  }

  test.each(["before", "after"] as const)("%s the call is done: whole, or as it was", async (when) => {
    let isFailing = true;
    let failures = 0;
    for (let at = 0; isFailing; at++) {
      const store = new MemoryStore("failing");
      await append(await Repository.create(store));
      const meddling = failing(store, at, when);
      const attempt = (async () => append(await Repository.open(meddling)))();
      const error = await attempt.then(
        () => null,
        (reason: unknown) => reason,
      );
      isFailing = meddling.calls > at;
      if (isFailing) {
        expect(error).toBeInstanceOf(TypeError);
        failures += 1;
      }
      const commits = (await (await Repository.open(store)).history()).length - 1;
      // Only when the answer to the last write is lost is the commit there all the same.
      expect(commits === 1 || error === null || when === "after").toBe(true);
      await expectCommits(store, commits);
      await append(await Repository.open(store));
      await expectCommits(store, commits + 1);
    }
    // Reads of repo, snapshot and manifest; writes of chunk, manifest, snapshot, log, backup and repo.
    expect(failures).toBeGreaterThanOrEqual(9);
  });
});

/** A small file system in memory at `at`; the reason where none can be had. */
function mountSmall(at: string): string | null {
  fs.mkdirSync(at);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=512k", "tmpfs", at], { stdio: "pipe" });
    return null;
  } catch (error) {
    return `no small file system can be mounted here: ${String(error).split("\n")[0]}`;
  }
}

describe("a disk that is full in the middle of a commit", () => {
  test("leaves the repository as it was, wherever it happened", { timeout: 120_000 }, async (context) => {
    const disk = path.join(folder, "disk");
    const reason = mountSmall(disk);
    if (reason !== null) return context.skip(reason);
    try {
      const store = new FileStore(path.join(disk, "repository"));
      await append(await Repository.create(store));
      const filler = path.join(disk, "filler");
      let commits = 1;
      let failures = 0;
      for (let freeBytes = 0; freeBytes <= 64 * 1024; freeBytes += 4096) {
        fill(filler, freeBytes);
        const error = await append(await Repository.open(store)).then(
          () => null,
          (caught: unknown) => caught,
        );
        if (error === null) commits += 1;
        else {
          expect(error).toBeInstanceOf(InvalidInputError);
          expect(String(error)).toMatch(/no space left on the disk/);
          failures += 1;
        }
        await expectCommits(store, commits);
        fs.rmSync(filler);
      }
      expect(failures).toBeGreaterThanOrEqual(5);
      expect(commits).toBeGreaterThan(1);
      await append(await Repository.open(store));
      await expectCommits(store, commits + 1);
      await expectOnlyOrphansCollected(store);
    } finally {
      execFileSync("umount", [disk]);
    }
  });
});

/** Fill the disk until just so much is free. */
function fill(file: string, freeBytes: number): void {
  const { bavail, bsize } = fs.statfsSync(path.dirname(file));
  const descriptor = fs.openSync(file, "w");
  const page = new Uint8Array(bsize);
  for (let left = bavail * bsize - freeBytes; left > 0; left -= bsize) fs.writeSync(descriptor, page);
  fs.closeSync(descriptor);
}

/** What failed commits left is all that goes, and the official engine reads the rest. */
async function expectOnlyOrphansCollected(store: ByteStore): Promise<void> {
  const repository = await Repository.open(store);
  const { orphans } = await repository.check();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const { total, backups } = await repository.collectGarbage({ gracePeriodMs: 0 });
  expect(total.objects).toBeGreaterThanOrEqual(orphans.objects);
  expect(total.objects - backups.objects).toBeLessThanOrEqual(orphans.objects);
  expect(await repository.check()).toMatchObject({ findings: [], orphans: { objects: 0 } });
  if (engine) await expectAgreement(engine, store);
}

describe("a folder that may not be written", () => {
  const folders = ["", "chunks", "manifests", "overwritten", "snapshots", "transactions", ".pixelquery-tmp"];

  test.each(folders)("'%s': the repository stays as it was, and the message names the file", async (name) => {
    const store = new FileStore(path.join(folder, "repository"));
    await append(await Repository.create(store));
    const before = await keysIn(store, "");
    const closed = path.join(folder, "repository", name);
    asNobody(folder, () => fs.chmodSync(closed, 0o555));
    try {
      const error = await append(await Repository.open(store)).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(InvalidInputError);
      expect(String(error)).toMatch(/permission denied/);
      expect(String(error)).toContain(path.join(folder, "repository"));
    } finally {
      fs.chmodSync(closed, 0o755);
      becomeRoot();
    }
    await expectCommits(store, 1);
    expect(await keysIn(store, "")).toEqual(expect.arrayContaining(before));
    await append(await Repository.open(store));
    await expectCommits(store, 2);
  });
});

/** Root may write everywhere: go on as somebody who may not, to whom the folder belongs. */
function asNobody(owned: string, prepare: () => void): void {
  if (process.getuid?.() === 0) {
    for (const name of ["", ...fs.readdirSync(owned, { recursive: true, encoding: "utf8" })]) {
      fs.chownSync(path.join(owned, name), nobody, nobody);
    }
    process.seteuid!(nobody);
  }
  prepare();
}

function becomeRoot(): void {
  if (process.getuid?.() === 0) process.seteuid!(0);
}
