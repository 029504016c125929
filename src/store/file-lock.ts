import * as fs from "node:fs";
import { hostname } from "node:os";
import { ConflictError } from "../errors.js";
import { errorCode } from "./file-error.js";

/** A lock is held for a few system calls; one this old belongs to a writer that is gone or stopped. */
const staleAfterMs = 30_000;
/** Longer than `staleAfterMs`, so that a lock left on another host is outlived once. */
const giveUpAfterMs = 90_000;

interface LockOwner {
  pid: number;
  host: string;
  token: string;
}

let lockCount = 0;

/**
 * Run `action` while holding the lock file at `path`, whose folder must exist.
 *
 * The file names its owner by process id and host. A lock whose process is dead on this host, or that is older than
 * 30 seconds, is taken over. `action` gets a function that throws when the lock was taken over meanwhile: call it
 * right before the step that must not be done twice.
 *
 * @throws ConflictError where the lock stays held for 90 seconds.
 */
export async function withFileLock<T>(path: string, action: (assertHeld: () => void) => T): Promise<T> {
  const owner: LockOwner = { pid: process.pid, host: hostId(), token: newToken() };
  await acquire(path, owner);
  const assertHeld = () => {
    if (readOwner(path)?.token !== owner.token) {
      throw new ConflictError(`The lock ${path} was taken over by another writer. Try again.`, { details: { path } });
    }
  };
  try {
    return action(assertHeld);
  } finally {
    if (readOwner(path)?.token === owner.token) fs.rmSync(path, { force: true });
  }
}

async function acquire(path: string, owner: LockOwner): Promise<void> {
  const started = Date.now();
  for (let attempt = 0; ; attempt++) {
    if (tryCreate(path, owner)) return;
    removeIfStale(path);
    if (Date.now() - started > giveUpAfterMs) {
      throw new ConflictError(`Another writer has held the lock ${path} for over ${giveUpAfterMs / 1000} s.`, {
        details: { path },
      });
    }
    await sleep(Math.random() * Math.min(20, 1 + attempt));
  }
}

/** Link a complete file into place, so that nobody ever reads a lock without its owner. */
function tryCreate(path: string, owner: LockOwner): boolean {
  const draft = `${path}.${owner.token}`;
  fs.writeFileSync(draft, JSON.stringify(owner));
  try {
    fs.linkSync(draft, path);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

/**
 * Remove a stale lock. Two waiting writers may both find it stale, and the slower one must not remove the lock that
 * the faster one took since: so the removal itself happens under a second lock, and looks again.
 */
function removeIfStale(path: string): void {
  const seen = readOwner(path);
  if (!seen || !isStale(path, seen)) return;
  const guard = `${path}.takeover`;
  try {
    fs.closeSync(fs.openSync(guard, "wx"));
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
    if (ageMs(guard) > staleAfterMs) fs.rmSync(guard, { force: true });
    return;
  }
  try {
    if (readOwner(path)?.token === seen.token) fs.rmSync(path, { force: true });
  } finally {
    fs.rmSync(guard, { force: true });
  }
}

function isStale(path: string, owner: LockOwner): boolean {
  if (owner.host === hostId() && !isAlive(owner.pid)) return true;
  return ageMs(path) > staleAfterMs;
}

function readOwner(path: string): LockOwner | null {
  let text: string;
  try {
    text = fs.readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
  try {
    const { pid, host, token } = JSON.parse(text) as Partial<LockOwner>;
    return { pid: Number(pid), host: String(host), token: String(token) };
  } catch {
    // Half a lock, left by a machine that lost power: nobody's, and stale once it is old.
    return { pid: process.pid, host: "", token: text };
  }
}

function ageMs(path: string): number {
  const status = fs.statSync(path, { throwIfNoEntry: false });
  return status ? Date.now() - status.mtimeMs : 0;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== "ESRCH";
  }
}

/** Two containers may share a host name and not their process ids, hence the namespace where Linux tells it. */
function hostId(): string {
  let namespace = "";
  try {
    namespace = fs.readlinkSync("/proc/self/ns/pid");
  } catch {
    // Not Linux: the host name alone.
  }
  return `${hostname()} ${namespace}`.trim();
}

function newToken(): string {
  lockCount += 1;
  return `${process.pid}-${lockCount}-${Math.random().toString(36).slice(2)}`;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
