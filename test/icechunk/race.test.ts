import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Repository } from "../../src/icechunk/index.js";
import { FileStore } from "../../src/store/index.js";
import { expectAgreement } from "./oracle/agreement.js";
import { loadOfficialEngine } from "./oracle/official-engine.js";

// Inside the project, where the bundled writer finds its packages.
const folder = fs.mkdtempSync(fileURLToPath(new URL("../../node_modules/.race-", import.meta.url)));
const data = fs.mkdtempSync(path.join(tmpdir(), "icechunk-race-"));
const engine = loadOfficialEngine();
let count = 0;
let repositoryFolder: string;

beforeAll(async () => {
  const entry = fileURLToPath(new URL("./race/writer.ts", import.meta.url));
  await build({
    configFile: false,
    logLevel: "error",
    build: {
      ssr: entry,
      outDir: folder,
      target: "node20",
      rollupOptions: { output: { entryFileNames: "writer.mjs" } },
    },
  });
});
afterAll(() => {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.rmSync(data, { recursive: true, force: true });
});
beforeEach(async () => {
  repositoryFolder = path.join(data, `repository-${count++}`);
  await Repository.create(new FileStore(repositoryFolder));
});

function startWriter(name: string, commits: number | "forever"): ChildProcess {
  const writer = path.join(folder, "writer.mjs");
  return spawn(process.execPath, [writer, repositoryFolder, name, String(commits)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** Nothing is broken; what lost and killed commits left is all that garbage collection takes besides old repo objects. */
async function expectOnlyOrphans(repository: Repository): Promise<void> {
  const { findings, orphans } = await repository.check();
  expect(findings).toEqual([]);
  await new Promise((resolve) => setTimeout(resolve, 20));
  const { total, backups } = await repository.collectGarbage({ gracePeriodMs: 0 });
  expect(total.objects - backups.objects).toBeLessThanOrEqual(orphans.objects);
  expect(await repository.check()).toMatchObject({ findings: [], orphans: { objects: 0 } });
}

describe("writers in several processes on one disk", () => {
  test("four times 25 commits lose nothing and double nothing", { timeout: 120_000 }, async () => {
    const writers = [0, 1, 2, 3].map((i) => startWriter(`writer${i}`, 25));
    const codes = await Promise.all(writers.map(async (writer) => (await once(writer, "exit"))[0] as number));
    expect(codes).toEqual([0, 0, 0, 0]);

    const store = new FileStore(repositoryFolder);
    const repository = await Repository.open(store);
    const session = await repository.session();
    expect(session.node("/counter")?.zarr.attributes).toEqual({ count: 100 });
    const messages = (await repository.history()).map(({ message }) => message);
    const expected = [0, 1, 2, 3].flatMap((writer) => Array.from({ length: 25 }, (_, i) => `writer${writer} ${i}`));
    expect(messages.sort()).toEqual([...expected, "Repository initialized"].sort());
    for (let writer = 0; writer < 4; writer++) {
      for (let i = 0; i < 25; i++) expect(await session.readChunk(`/writer${writer}`, [i])).toEqual(Uint8Array.of(i));
    }
    await expectOnlyOrphans(repository);
    if (engine) await expectAgreement(engine, store);
  });

  test("a writer killed at any moment leaves a repository that opens, and others go on", {
    timeout: 120_000,
  }, async () => {
    const store = new FileStore(repositoryFolder);
    for (let round = 0; round < 15; round++) {
      const writer = startWriter(`round${round}`, "forever");
      // The first commit is through; from here on it dies somewhere inside a later one.
      await once(writer.stdout!, "data");
      await new Promise((resolve) => setTimeout(resolve, (round * 7) % 40));
      writer.kill("SIGKILL");
      await once(writer, "exit");

      const repository = await Repository.open(store);
      const before = await repository.history();
      const committed = Number((await repository.session()).node("/counter")?.zarr.attributes?.count);
      expect(before.length).toBe(committed + 1);
      await repository.transact((session) => session.setGroup("/counter", { count: committed + 1 }), {
        message: "after",
      });
      expect((await repository.history())[1]?.id).toBe(before[0]?.id);
      expect((await repository.check()).findings).toEqual([]);
    }
    await expectOnlyOrphans(await Repository.open(store));
    if (engine) await expectAgreement(engine, store);
  });
});
