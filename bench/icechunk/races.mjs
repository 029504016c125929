/**
 * Writers in several processes on one folder: nothing may be lost and nothing doubled, whoever is killed.
 *
 * Usage: node bench/icechunk/races.mjs [commits=1000] [kills=100]
 *
 * Each way of writing is run with 2, 4 and 8 processes, `commits` in all. Then a writer is killed `kills` times at random
 * moments. The process exits with 1 where anything is wrong.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { bundleEngine } from "./bundle.mjs";
import { loadOfficialEngine } from "./official.mjs";

const commits = Number(process.argv[2] ?? 1000);
const kills = Number(process.argv[3] ?? 100);
const writerScript = fileURLToPath(new URL("./race-writer.mjs", import.meta.url));
const scratch = fs.mkdtempSync(path.join(tmpdir(), "icechunk-races-"));
const bundle = await bundleEngine(path.join(scratch, "engine"));
const { FileStore, Repository } = await import(bundle);
let faults = 0;

function expectSame(found, expected, what) {
  if (JSON.stringify(found) === JSON.stringify(expected)) return;
  faults += 1;
  console.error(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
}

const seconds = (since) => Math.round((performance.now() - since) / 100) / 10;

/**
 * @param way `one-array`, `own-array` (run again after a conflict), `own-array-rebased`, `own-branch`, or `with-official`
 * (every other writer is the official engine, over our store)
 */
function startWriter(folder, way, writer, count) {
  return fork(writerScript, [bundle, folder, way, String(writer), String(count)], { stdio: ["ignore", 2, 2, "ipc"] });
}

/** Every chunk of an array as `[writer, commit]`. */
async function valuesOf(session, arrayPath) {
  const [length] = session.node(arrayPath).zarr.shape;
  const values = [];
  for (let i = 0; i < length; i++)
    values.push(Array.from(new Uint32Array((await session.readChunk(arrayPath, [i])).buffer)));
  return values;
}

async function expectEveryCommit(repository, way, processes, each) {
  const expected = [];
  for (let writer = 0; writer < processes; writer++) for (let i = 0; i < each; i++) expected.push([writer, i]);
  const byNumber = (a, b) => a[0] - b[0] || a[1] - b[1];
  const branches =
    way === "own-branch" ? expected.filter(([, i]) => i === 0).map(([writer]) => `b${writer}`) : ["main"];
  const found = [];
  const messages = [];
  for (const branch of branches) {
    const session = await repository.session({ branch });
    for (const { path: arrayPath, kind } of session.nodes())
      if (kind === "array") found.push(...(await valuesOf(session, arrayPath)));
    messages.push(...(await repository.history({ branch })).map(({ message }) => message));
  }
  expectSame(found.sort(byNumber), expected, `${way}, ${processes} processes: chunks`);
  const commitMessages = messages.filter((message) => /^[0-9]+ [0-9]+$/.test(message)).sort();
  expectSame(
    commitMessages,
    expected.map(([writer, i]) => `${writer} ${i}`).sort(),
    `${way}, ${processes} processes: messages`,
  );
}

async function race(way, processes) {
  const folder = path.join(scratch, `${way}-${processes}`);
  const repository = await Repository.create(new FileStore(folder), {
    splitting: [{ path: ".*", axis: 0, chunks: 100 }],
  });
  const each = Math.floor(commits / processes);
  // Two writers that both create the root group would be a conflict.
  await repository.transact((session) => session.setGroup("/"), { message: "root" });
  if (way === "own-branch")
    for (let writer = 0; writer < processes; writer++)
      await repository.createBranch(`b${writer}`, (await repository.branches()).get("main"));
  const started = performance.now();
  const writers = Array.from({ length: processes }, (_, writer) => startWriter(folder, way, writer, each));
  const codes = await Promise.all(writers.map(async (writer) => (await once(writer, "exit"))[0]));
  const elapsed = seconds(started);
  expectSame(
    codes,
    writers.map(() => 0),
    `${way}, ${processes} processes: exit codes`,
  );
  await expectEveryCommit(repository, way, processes, each);
  const { findings, orphans } = await repository.check();
  expectSame(findings, [], `${way}, ${processes} processes: check`);
  const garbage = await repository.collectGarbage({ gracePeriodMs: 0 });
  expectSame((await repository.check()).orphans.objects, 0, `${way}, ${processes} processes: orphans after collecting`);
  await expectEveryCommit(repository, way, processes, each);
  console.log(
    `| ${way} | ${processes} | ${each * processes} | ${elapsed} s | ${Math.round((each * processes) / elapsed)} | ${orphans.objects} | ${(garbage.total.bytes / 1e6).toFixed(1)} MB |`,
  );
  fs.rmSync(folder, { recursive: true });
}

/** Kill a writer again and again; what it said was committed must be there, and the next writer goes on. */
async function killWriters() {
  const folder = path.join(scratch, "killed");
  const store = new FileStore(folder);
  const repository = await Repository.create(store, { splitting: [{ path: ".*", axis: 0, chunks: 100 }] });
  const lock = path.join(folder, ".pixelquery-tmp", "repo.lock");
  const started = performance.now();
  let locksLeft = 0;
  let unanswered = 0;
  for (let round = 0; round < kills; round++) {
    const writer = startWriter(folder, "one-array", round, Number.MAX_SAFE_INTEGER);
    let committed = 0;
    writer.on("message", (count) => {
      committed = count;
    });
    await once(writer, "message");
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
    writer.kill("SIGKILL");
    await once(writer, "exit");
    if (fs.existsSync(lock)) locksLeft += 1;
    const values = (await valuesOf(await repository.session(), "/x")).filter(([by]) => by === round);
    // The last commit may be in without its answer having been sent.
    if (values.length === committed + 1) unanswered += 1;
    else expectSame(values.length, committed, `round ${round}: commits`);
    expectSame(
      values,
      values.map((_, i) => [round, i]),
      `round ${round}: order`,
    );
    expectSame((await repository.check()).findings, [], `round ${round}: check`);
  }
  const history = (await repository.history()).length - 1;
  expectSame((await valuesOf(await repository.session(), "/x")).length, history, "killed: chunks and commits");
  const { orphans } = await repository.check();
  const garbage = await repository.collectGarbage({ gracePeriodMs: 0 });
  expectSame((await repository.check()).orphans.objects, 0, "killed: orphans after collecting");
  console.log(
    `\n${kills} writers killed in ${seconds(started)} s after ${history} commits: ${unanswered} commits without answer, ${locksLeft} locks left and taken over, ${orphans.objects} orphans of ${orphans.bytes} bytes, all collected with ${garbage.backups.objects} earlier repo objects.`,
  );
}

console.log("| way | processes | commits | time | commits/s | orphans | collected |\n|---|---|---|---|---|---|---|");
const ways = [
  "one-array",
  "own-array",
  "own-array-rebased",
  "own-branch",
  ...(loadOfficialEngine() ? ["with-official"] : []),
];
for (const way of ways) for (const processes of [2, 4, 8]) await race(way, processes);
await killWriters();
fs.rmSync(scratch, { recursive: true });
process.exitCode = faults === 0 ? 0 : 1;
console.log(faults === 0 ? "Nothing lost, nothing doubled." : `${faults} faults.`);
