/**
 * Adds to `package-lock.json` the packages for other platforms that npm left out.
 *
 * npm drops an optional dependency from the lock file when the registry it asks does not hold it, and `npm ci` then
 * refuses the lock file everywhere. An entry with the version and the platform, which the package's name tells, is enough:
 * `npm ci` skips it on other platforms and fetches it on its own. Only packages pinned to one version are added.
 *
 * usage: node scripts/complete-lock.mjs [PACKAGE-LOCK.JSON]
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const systems = ["android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const processors = ["arm64", "arm", "ia32", "loong64", "ppc64", "riscv64", "s390x", "x64"];

const path = process.argv[2] ?? fileURLToPath(new URL("../package-lock.json", import.meta.url));
const lock = JSON.parse(readFileSync(path, "utf8"));
const added = [];
for (const parent of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    const platform = platformOf(name);
    if (key in lock.packages || platform === null || !/^\d+\.\d+\.\d+$/.test(version)) continue;
    lock.packages[key] = { version, ...(parent.dev ? { dev: true } : {}), optional: true, ...platform };
    added.push(name);
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added.length} packages added${added.length > 0 ? `: ${added.join(", ")}` : ""}`);

/** `@rollup/rollup-linux-arm64-musl` → linux, arm64, musl; null where the name names no platform. */
function platformOf(name) {
  const words = name.split(/[/-]/);
  const os = systems.find((system) => words.includes(system));
  const cpu = processors.find((processor) => words.includes(processor));
  if (os === undefined || cpu === undefined) return null;
  const libc = words.some((word) => word.startsWith("musl")) ? "musl" : words.includes("gnu") ? "glibc" : null;
  return { os: [os], cpu: [cpu], ...(os === "linux" && libc !== null ? { libc: [libc] } : {}) };
}
