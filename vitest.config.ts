import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const workerUrl = '"./decode-worker.js"';
const builtWorker = "dist/lazy/decode-worker.js";

/** Node.js starts threads from JavaScript files alone: under test they run the worker that `npm run build` made. */
const threadsFromBuild = {
  name: "threads-from-build",
  enforce: "pre" as const,
  transform(code: string, id: string) {
    if (!id.endsWith("/src/lazy/decode-pool.ts")) return undefined;
    if (!code.includes(workerUrl)) throw new Error(`${id} no longer starts ${workerUrl}: mend vitest.config.ts`);
    if (!existsSync(fileURLToPath(new URL(builtWorker, import.meta.url)))) {
      throw new Error(`${builtWorker} is missing: run "npm run build" before the tests`);
    }
    return { code: code.replace(workerUrl, JSON.stringify(`../../${builtWorker}`)), map: null };
  },
};

export default defineConfig({
  plugins: [threadsFromBuild],
  test: { include: ["test/**/*.test.ts"], testTimeout: 60_000, pool: "forks" },
});
