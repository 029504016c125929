/** The official Icechunk engine (Rust behind Node-API), for comparison only; null where it does not load. */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import { constants, tmpdir } from "node:os";
import * as path from "node:path";

/** Two symbols that glibc before 2.38 lacks. */
const shimSource = `
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
int __isoc23_sscanf(const char *text, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int count = vsscanf(text, format, arguments);
  va_end(arguments);
  return count;
}
long __isoc23_strtol(const char *text, char **end, int base) { return strtol(text, end, base); }
void *napi_register_module_v1(void *env, void *exports) { return exports; }
`;

export function loadOfficialEngine() {
  try {
    const [major, minor] = (process.report.getReport().header.glibcVersionRuntime ?? "99.0").split(".").map(Number);
    if (major === 2 && minor < 38) loadShim();
    return createRequire(import.meta.url)("@earthmover/icechunk");
  } catch (error) {
    console.error(`The official engine is left out: ${error.message.split("\n")[0]}`);
    return null;
  }
}

function loadShim() {
  const folder = fs.mkdtempSync(path.join(tmpdir(), "icechunk-shim-"));
  try {
    const library = path.join(folder, "shim.node");
    fs.writeFileSync(path.join(folder, "shim.c"), shimSource);
    execFileSync("gcc", ["-shared", "-fPIC", "-O1", "-o", library, path.join(folder, "shim.c")], { stdio: "pipe" });
    process.dlopen({ exports: {} }, library, constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_GLOBAL);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/**
 * Storage for the official engine over a byte store of ours, which compares before it replaces; the official engine's own
 * local storage does not, and loses commits.
 */
export function storageOver(engine, store) {
  const read = async ({ path: key, rangeStart, rangeEnd }) => {
    const range = rangeStart == null ? undefined : { offset: rangeStart, length: rangeEnd - rangeStart };
    const stored = await store.get(key, range);
    if (!stored) throw new Error(`ObjectNotFound: ${key}`);
    return { data: Buffer.from(stored.data), version: { etag: stored.version } };
  };
  return engine.Storage.newCustom({
    canWrite: async () => true,
    getObjectRange: (_error, args) => read(args),
    async putObject(_error, { path: key, data, previousVersion }) {
      const version = await writeObject(store, key, data, previousVersion);
      return version === null ? { kind: "not_on_latest_version" } : { kind: "updated", newVersion: { etag: version } };
    },
    async copyObject(_error, { from, to }) {
      await store.put(to, (await store.get(from)).data);
      return { kind: "updated", newVersion: { etag: (await store.head(to)).version } };
    },
    async listObjects(_error, prefix) {
      const found = [];
      for await (const { key, sizeBytes, modifiedMs } of store.list(`${prefix}/`)) {
        found.push({ id: key.slice(prefix.length + 1), createdAt: new Date(modifiedMs), sizeBytes });
      }
      return found;
    },
    async deleteBatch(_error, { prefix, batch }) {
      for (const { id } of batch) await store.delete(`${prefix}/${id}`);
      return { deletedObjects: batch.length, deletedBytes: batch.reduce((sum, { size }) => sum + size, 0) };
    },
    getObjectLastModified: async (_error, key) => new Date((await store.head(key)).modifiedMs),
    async getObjectConditional(_error, { path: key, previousVersion }) {
      const { data, version } = await read({ path: key });
      if (previousVersion?.etag === version.etag) return { kind: "on_latest_version" };
      return { kind: "modified", data, newVersion: version };
    },
  });
}

/** The version written; null where somebody else was faster. */
async function writeObject(store, key, data, previousVersion) {
  const expected =
    previousVersion === undefined || previousVersion === null ? undefined : (previousVersion.etag ?? null);
  if (expected === undefined) await store.put(key, data);
  else if (!(await store.putIf(key, data, expected))) return null;
  return (await store.head(key)).version;
}
