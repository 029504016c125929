import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, test } from "vitest";
import { Repository } from "../../src/icechunk/index.js";
import { exampleArray } from "../icechunk/example-array.js";
import { type ProxyFault, startFaultyProxy } from "./faulty-proxy.js";
import { createBucket, openOnServer, type Radosgw, variablesOf } from "./radosgw.js";
import { startTestServer } from "./test-server.js";

const writers = 8;
const commits = 4;
const server = await startTestServer<Radosgw>("start-radosgw.mjs");

if (server === null) it.skip("needs Ceph's RADOS gateway: apt-get install ceph-mon ceph-osd ceph-common radosgw");
else describeOn(server);

function describeOn(server: Radosgw): void {
  // Inside the project, where the bundled writer finds its packages.
  const folder = fs.mkdtempSync(fileURLToPath(new URL("../../node_modules/.s3-race-", import.meta.url)));
  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
  beforeAll(async () => {
    await createBucket(server, "pixelquery-race");
    await build({
      configFile: false,
      logLevel: "error",
      build: {
        ssr: fileURLToPath(new URL("./s3-race-writer.ts", import.meta.url)),
        outDir: folder,
        target: "node20",
        rollupOptions: { output: { entryFileNames: "writer.mjs" } },
      },
    });
  });

  function startWriter(location: string, name: string): ChildProcess {
    return spawn(process.execPath, [`${folder}/writer.mjs`, location, name, String(commits)], {
      stdio: ["ignore", "ignore", "inherit"],
      env: { PATH: process.env.PATH, HOME: folder, ...variablesOf(server) },
    });
  }

  describe("eight processes that commit to one repository in a bucket", () => {
    test("lose nothing and double nothing", { timeout: 180_000 }, async () => {
      const location = "s3://pixelquery-race/cube.icechunk";
      await Repository.create(openOnServer(server, location));
      const running = Array.from({ length: writers }, (_, i) => startWriter(location, `writer${i}`));
      const codes = await Promise.all(running.map(async (writer) => (await once(writer, "exit"))[0] as number));
      expect(codes).toEqual(Array.from({ length: writers }, () => 0));

      const repository = await Repository.open(openOnServer(server, location));
      const session = await repository.session();
      expect(session.node("/counter")?.zarr.attributes).toEqual({ count: writers * commits });
      const messages = (await repository.history()).map(({ message }) => message);
      const expected = Array.from(
        { length: writers * commits },
        (_, i) => `writer${i % writers} ${Math.floor(i / writers)}`,
      );
      expect(messages.sort()).toEqual([...expected, "Repository initialized"].sort());
      for (let writer = 0; writer < writers; writer++) {
        for (let i = 0; i < commits; i++) {
          expect(await session.readChunk(`/writer${writer}`, [i])).toEqual(Uint8Array.of(i));
        }
      }
      expect((await repository.check()).findings).toEqual([]);
    });
  });

  describe("a repository in a bucket behind a proxy that spoils every fourth request", () => {
    test("holds each commit that was answered, those whose answer was lost or not, and nothing else", {
      timeout: 120_000,
    }, async () => {
      const proxy = await startFaultyProxy(server.endpoint);
      onTestFinished(() => proxy.close());
      const location = "s3://pixelquery-race/spoilt.icechunk";
      await Repository.create(openOnServer(server, location));
      const faults: ProxyFault[] = [
        { kind: "answer", status: 503, code: "SlowDown" },
        { kind: "cut after" },
        { kind: "cut body", bytes: 10 },
        { kind: "answer", status: 500, code: "InternalError" },
        { kind: "cut before" },
        { kind: "answer", status: 409, code: "ConditionalRequestConflict" },
        { kind: "delay", ms: 5 },
      ];
      // 409 is an answer to conditional writes alone, and those go to the object "repo".
      proxy.fault = ({ index, method, path }) => {
        const fault = index % 4 === 3 ? faults[Math.floor(index / 4) % faults.length]! : null;
        const isConditional = method === "PUT" && path.endsWith("/repo");
        return fault?.kind === "answer" && fault.status === 409 && !isConditional ? null : fault;
      };
      const outcomes = new Map<string, "committed" | "unknown">();
      for (let i = 0; i < 30; i++) {
        const message = `commit ${i}`;
        try {
          const repository = await Repository.open(openOnServer(server, location, proxy.url));
          await repository.transact((session) => session.setArray(`/a${i}`, exampleArray([1], [1])), { message });
          outcomes.set(message, "committed");
        } catch (error) {
          expect(error).toMatchObject({ name: "UnavailableError", details: { written: "unknown" } });
          outcomes.set(message, "unknown");
        }
      }
      const repository = await Repository.open(openOnServer(server, location));
      const kept = (await repository.history())
        .map(({ message }) => message)
        .filter((message) => outcomes.has(message));
      expect(new Set(kept).size).toBe(kept.length);
      const answered = [...outcomes.keys()].filter((message) => outcomes.get(message) === "committed");
      expect(answered.filter((message) => !kept.includes(message))).toEqual([]);
      expect(answered.length).toBeGreaterThan(10);
      expect(answered.length).toBeLessThan(30);
      expect((await repository.check()).findings).toEqual([]);
    });
  });
}
