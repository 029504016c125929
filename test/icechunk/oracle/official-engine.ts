import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import { constants, tmpdir } from "node:os";
import * as path from "node:path";

export type OfficialEngine = typeof import("@earthmover/icechunk");

/** Two symbols that glibc before 2.38 lacks and the official binding asks for, as a module that Node.js can load. */
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

/**
 * The official Icechunk engine, the oracle of these tests; null, with the reason on the console, where it cannot be
 * loaded. On an old glibc a shim is built with gcc first.
 */
export function loadOfficialEngine(): OfficialEngine | null {
  // A module that failed to load once stays failed, so the shim has to come first.
  try {
    if (hasOldGlibc()) loadShim();
    return createRequire(import.meta.url)("@earthmover/icechunk") as OfficialEngine;
  } catch (error) {
    console.warn(`Tests against the official Icechunk engine are skipped: ${error}`);
    return null;
  }
}

function hasOldGlibc(): boolean {
  const report = process.report?.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  const [major, minor] = (report.header.glibcVersionRuntime ?? "99.0").split(".").map(Number);
  return major === 2 && minor! < 38;
}

function loadShim(): void {
  const folder = fs.mkdtempSync(path.join(tmpdir(), "icechunk-shim-"));
  try {
    const source = path.join(folder, "shim.c");
    const library = path.join(folder, "shim.node");
    fs.writeFileSync(source, shimSource);
    execFileSync("gcc", ["-shared", "-fPIC", "-O1", "-o", library, source], { stdio: "pipe" });
    process.dlopen({ exports: {} } as NodeModule, library, constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_GLOBAL);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
