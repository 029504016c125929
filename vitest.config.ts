import { defineConfig } from "vitest/config";

const workerUrl = '"./worker.js"';

/** Node.js starts threads from JavaScript files alone: under test they run the worker that `npm run build` made. */
const threadsFromBuild = {
  name: "threads-from-build",
  enforce: "pre" as const,
  transform(code: string, id: string) {
    if (!id.endsWith("/src/lazy/thread-pool.ts")) return undefined;
    if (!code.includes(workerUrl)) throw new Error(`${id} no longer starts ${workerUrl}: mend vitest.config.ts`);
    return { code: code.replace(workerUrl, '"../../dist/lazy/worker.js"'), map: null };
  },
};

export default defineConfig({
  plugins: [threadsFromBuild],
  test: { include: ["test/**/*.test.ts"], testTimeout: 60_000, pool: "forks" },
});
