import * as fs from "node:fs";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { InvalidInputError } from "../errors.js";
import type { ByteRange, ByteStore, ObjectInfo, ReadOptions, StoredBytes } from "./byte-store.js";
import { errorCode, isMissing, toFileError } from "./file-error.js";
import { withFileLock } from "./file-lock.js";
import { assertKey, assertRange } from "./key.js";

/** Where temporary files and locks live: inside the root, so that a rename stays on one file system. */
const scratchFolder = ".pixelquery-tmp";
/** Scratch files of a crashed writer are removed once they are this old. */
const scratchExpiresMs = 3_600_000;
/** Up to here a warm disk answers a synchronous read in less time than an asynchronous one takes to be set up. */
const syncLimitBytes = 65_536;
/** A synchronous read slower than this was not served from memory: network drives, cold disks. */
const slowReadMs = 2;
/** Asynchronous reads made before a synchronous one is tried again. */
const readsWhileSlow = 256;

export interface FileStoreOptions {
  /** Flush every written file and its folder to the disk before answering. Slower; off unless asked for. */
  fsync?: boolean;
}

/**
 * A {@link ByteStore} over a folder of the local disk; keys are relative paths.
 *
 * Reading never creates anything. Writes go to a temporary file that is renamed into place. Conditional writes are
 * safe among processes that use this class: creation by hard link, replacement under a lock file.
 */
export class FileStore implements ByteStore {
  readonly url: string;
  readonly #root: string;
  readonly #fsync: boolean;
  #asyncReadsLeft = 0;
  #swept = false;

  constructor(rootDir: string, options: FileStoreOptions = {}) {
    this.#root = path.resolve(rootDir);
    this.url = pathToFileURL(this.#root).href;
    this.#fsync = options.fsync ?? false;
  }

  async get(key: string, range?: ByteRange, options: ReadOptions = {}): Promise<StoredBytes | null> {
    const file = this.#path(key, options);
    if (range) assertRange(range, key);
    try {
      if (this.#asyncReadsLeft === 0 && (range?.length ?? 0) <= syncLimitBytes) {
        const answer = this.#getSync(file, range);
        if (answer !== "too large") return answer;
      }
      if (this.#asyncReadsLeft > 0) this.#asyncReadsLeft -= 1;
      return await getAsync(file, range, options);
    } catch (error) {
      if (isMissing(error)) return null;
      throw toFileError(error, "read", file);
    }
  }

  /** The folder of the store, absolute. */
  get folder(): string {
    return this.#root;
  }

  /** Where an object lies on the disk, for messages. */
  pathOf(key: string): string {
    return this.#path(key, {});
  }

  /**
   * Fill `into` from byte `offset` on without giving up the thread, and say what the file is now: what decoding threads
   * call. `bytesRead` is less than `into` holds where the file ends; null where it does not exist.
   */
  readSync(
    key: string,
    offset: number,
    into: Uint8Array,
  ): { bytesRead: number; sizeBytes: number; modifiedMs: number } | null {
    const file = this.#path(key, {});
    try {
      const descriptor = fs.openSync(file, "r");
      try {
        const { sizeBytes, modifiedMs } = toInfo(key, fs.fstatSync(descriptor, { bigint: true }));
        let bytesRead = 0;
        while (bytesRead < into.length) {
          const read = fs.readSync(descriptor, into, bytesRead, into.length - bytesRead, offset + bytesRead);
          if (read === 0) break;
          bytesRead += read;
        }
        return { bytesRead, sizeBytes, modifiedMs: modifiedMs ?? 0 };
      } finally {
        fs.closeSync(descriptor);
      }
    } catch (error) {
      if (isMissing(error)) return null;
      throw toFileError(error, "read", file);
    }
  }

  async head(key: string, options: ReadOptions = {}): Promise<ObjectInfo | null> {
    const file = this.#path(key, options);
    try {
      const status = fs.statSync(file, { bigint: true });
      return status.isFile() ? toInfo(key, status) : null;
    } catch (error) {
      if (isMissing(error)) return null;
      throw toFileError(error, "read", file);
    }
  }

  async put(key: string, data: Uint8Array, options: ReadOptions = {}): Promise<void> {
    const file = this.#path(key, options);
    await this.#withDraft(file, data, async (draft) => fs.renameSync(draft, file));
  }

  async putIf(key: string, data: Uint8Array, version: string | null, options: ReadOptions = {}): Promise<boolean> {
    const file = this.#path(key, options);
    return this.#withDraft(file, data, (draft) =>
      version === null ? createByLink(draft, file) : this.#replace(draft, file, key, version),
    );
  }

  async *list(prefix: string, options: ReadOptions = {}): AsyncGenerator<ObjectInfo> {
    const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
    if (folder !== "") assertKey(folder.slice(0, -1), this.url);
    yield* this.#walk(folder, prefix, options, []);
  }

  async delete(key: string, options: ReadOptions = {}): Promise<void> {
    const file = this.#path(key, options);
    try {
      await fs.promises.unlink(file);
    } catch (error) {
      if (!isMissing(error)) throw toFileError(error, "delete", file);
    }
  }

  #path(key: string, options: ReadOptions): string {
    options.signal?.throwIfAborted();
    assertKey(key, this.url);
    if (key.split("/", 1)[0] === scratchFolder) {
      throw new InvalidInputError(`The folder ${scratchFolder} of ${this.url} is kept for temporary files.`, {
        details: { key, store: this.url },
      });
    }
    return path.join(this.#root, key);
  }

  #getSync(file: string, range: ByteRange | undefined): StoredBytes | null | "too large" {
    const started = performance.now();
    const descriptor = fs.openSync(file, "r");
    try {
      const status = fs.fstatSync(descriptor, { bigint: true });
      if (!status.isFile()) return null;
      const { offset, length } = clampRange(range, status);
      if (length > syncLimitBytes) return "too large";
      const data = new Uint8Array(length);
      const read = length === 0 ? 0 : fs.readSync(descriptor, data, 0, length, offset);
      return { data: data.subarray(0, read), version: toVersion(status) };
    } finally {
      fs.closeSync(descriptor);
      if (performance.now() - started > slowReadMs) this.#asyncReadsLeft = readsWhileSlow;
    }
  }

  /** Write `data` beside the store's objects, let `publish` put it into place, and leave nothing behind. */
  async #withDraft<T>(file: string, data: Uint8Array, publish: (draft: string) => Promise<T>): Promise<T> {
    const draft = this.#scratchPath(`${process.pid}-${crypto.randomUUID()}`);
    try {
      await this.#prepare(path.dirname(file));
      await this.#writeDraft(draft, data);
      const result = await publish(draft);
      if (this.#fsync) await syncFolder(path.dirname(file));
      return result;
    } catch (error) {
      throw toFileError(error, "write", file);
    } finally {
      removeDraft(draft);
    }
  }

  /** A commit writes dozens of small objects: handing each to another thread and back takes longer than writing it. */
  async #writeDraft(draft: string, data: Uint8Array): Promise<void> {
    if (this.#fsync || data.length > syncLimitBytes) {
      await fs.promises.writeFile(draft, data, { flush: this.#fsync, flag: "wx" });
    } else {
      fs.writeFileSync(draft, data, { flag: "wx" });
    }
  }

  #scratchPath(name: string): string {
    return path.join(this.#root, scratchFolder, name);
  }

  async #prepare(folder: string): Promise<void> {
    const scratch = this.#scratchPath("");
    fs.mkdirSync(folder, { recursive: true });
    fs.mkdirSync(scratch, { recursive: true });
    if (this.#swept) return;
    this.#swept = true;
    for (const name of await fs.promises.readdir(scratch)) {
      const status = fs.statSync(path.join(scratch, name), { throwIfNoEntry: false });
      if (status && Date.now() - status.mtimeMs > scratchExpiresMs)
        fs.rmSync(path.join(scratch, name), { force: true });
    }
  }

  #replace(draft: string, file: string, key: string, version: string): Promise<boolean> {
    const lock = this.#scratchPath(`${key.replaceAll("/", "%2F")}.lock`);
    return withFileLock(lock, (assertHeld) => {
      const current = fs.statSync(file, { bigint: true, throwIfNoEntry: false });
      if (!current || toVersion(current) !== version) return false;
      ageDraft(draft, current);
      assertHeld();
      fs.renameSync(draft, file);
      return true;
    });
  }

  async *#walk(
    folder: string,
    prefix: string,
    options: ReadOptions,
    parents: readonly string[],
  ): AsyncGenerator<ObjectInfo> {
    options.signal?.throwIfAborted();
    const directory = path.join(this.#root, folder);
    const identity = folderIdentity(directory);
    // A symbolic link to a folder above would be walked for ever.
    if (identity === null || parents.includes(identity)) return;
    for (const name of await readFolder(directory)) {
      const key = folder + name;
      if (key === scratchFolder || !couldMatch(key, prefix)) continue;
      const status = fs.statSync(path.join(directory, name), { bigint: true, throwIfNoEntry: false });
      if (status?.isDirectory()) yield* this.#walk(`${key}/`, prefix, options, [...parents, identity]);
      else if (status?.isFile() && key.startsWith(prefix)) yield toInfo(key, status);
    }
  }
}

async function getAsync(file: string, range: ByteRange | undefined, options: ReadOptions): Promise<StoredBytes | null> {
  const handle = await fs.promises.open(file, "r");
  try {
    const status = await handle.stat({ bigint: true });
    if (!status.isFile()) return null;
    const { offset, length } = clampRange(range, status);
    const data = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      options.signal?.throwIfAborted();
      const { bytesRead } = await handle.read(data, filled, length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return { data: data.subarray(0, filled), version: toVersion(status) };
  } finally {
    await handle.close();
  }
}

async function createByLink(draft: string, file: string): Promise<boolean> {
  try {
    await fs.promises.link(draft, file);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** Never allocate more than the file holds, whatever was asked. */
function clampRange(range: ByteRange | undefined, status: fs.BigIntStats): ByteRange {
  const size = Number(status.size);
  if (!range) return { offset: 0, length: size };
  return { offset: range.offset, length: Math.max(0, Math.min(range.length, size - range.offset)) };
}

/**
 * Make the draft younger than what it replaces. Clocks of file systems tick every few milliseconds and inode numbers
 * come back: without this two different contents could share a version.
 */
function ageDraft(draft: string, current: fs.BigIntStats): void {
  const { mtimeNs } = fs.statSync(draft, { bigint: true });
  if (mtimeNs > current.mtimeNs) return;
  const seconds = Number(current.mtimeNs / 1_000_000n + 1n) / 1000;
  fs.utimesSync(draft, seconds, seconds);
}

function toVersion(status: fs.BigIntStats): string {
  return `${status.ino}-${status.mtimeNs}-${status.size}`;
}

function toInfo(key: string, status: fs.BigIntStats): ObjectInfo {
  return {
    key,
    sizeBytes: Number(status.size),
    modifiedMs: Number(status.mtimeNs / 1000n) / 1000,
    version: toVersion(status),
  };
}

function couldMatch(key: string, prefix: string): boolean {
  return key.startsWith(prefix) || prefix.startsWith(`${key}/`);
}

function folderIdentity(directory: string): string | null {
  try {
    const status = fs.statSync(directory, { throwIfNoEntry: false });
    return status?.isDirectory() ? `${status.dev}-${status.ino}` : null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw toFileError(error, "list", directory);
  }
}

/** What kept the draft from being written, such as a file in a folder's place, is told already. */
function removeDraft(draft: string): void {
  try {
    fs.rmSync(draft, { force: true });
  } catch (error) {
    if (!isMissing(error)) throw toFileError(error, "delete", draft);
  }
}

async function readFolder(directory: string): Promise<string[]> {
  try {
    return await fs.promises.readdir(directory);
  } catch (error) {
    if (isMissing(error)) return [];
    throw toFileError(error, "list", directory);
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder, and has no need to.
  if (process.platform === "win32") return;
  const handle = await fs.promises.open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
