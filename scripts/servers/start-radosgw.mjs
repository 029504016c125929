// A real S3 server on this machine: one monitor, one storage daemon with its objects in memory, and the RADOS gateway of Ceph.
//
//   apt-get install -y --no-install-recommends ceph-mon ceph-osd ceph-common radosgw
//   node scripts/servers/start-radosgw.mjs [PORT]
//
// Prints one line of JSON when it is ready, {"endpoint", "region", "accessKeyId", "secretAccessKey"}, and serves until its
// standard input ends or it is told to stop. Everything listens on 127.0.0.1; the folder it works in is removed at the end.
// Exit code 3: a program is missing.
import { execFile, execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const programs = ["ceph-mon", "ceph-osd", "ceph", "ceph-authtool", "monmaptool", "radosgw", "radosgw-admin"];
const credentials = { accessKeyId: "TESTACCESSKEY", secretAccessKey: "radosgw-test-secret-0123456789" };

const missing = programs.filter(
  (name) => !process.env.PATH.split(delimiter).some((folder) => existsSync(join(folder, name))),
);
if (missing.length > 0) {
  console.error(`not installed: ${missing.join(", ")}; apt-get install ceph-mon ceph-osd ceph-common radosgw`);
  process.exit(3);
}

const folder = mkdtempSync(join(tmpdir(), "radosgw-"));
const daemons = [];
let isStopping = false;

async function stop(code) {
  if (isStopping) return;
  isStopping = true;
  const ends = daemons.map((daemon) => new Promise((resolve) => daemon.once("exit", resolve)));
  for (const daemon of daemons) daemon.kill("SIGKILL");
  await Promise.race([Promise.all(ends), new Promise((resolve) => setTimeout(resolve, 3000))]);
  rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}

function start(name, args) {
  const daemon = spawn(name, ["-c", join(folder, "ceph.conf"), "-f", ...args], { stdio: "ignore", cwd: folder });
  daemons.push(daemon);
  daemon.once("exit", (code) => {
    if (isStopping) return;
    console.error(`${name} ended with code ${code}; its log:\n${lastLines(name)}`);
    void stop(1);
  });
}

function lastLines(name) {
  const log = { "ceph-mon": "mon.a.log", "ceph-osd": "osd.0.log", radosgw: "client.rgw.log" }[name];
  const path = join(folder, log);
  return existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n").slice(-5).join("\n") : "none";
}

async function freePorts(count) {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise((resolve) => {
          const server = createServer().listen(0, "127.0.0.1", () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function until(what, seconds, isReached) {
  const end = Date.now() + seconds * 1000;
  while (!(await isReached())) {
    if (Date.now() > end) throw new Error(`${what} was not reached in ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const [free, portV2, portV1] = await freePorts(3);
const port = Number(process.argv[2] ?? free);
const endpoint = `http://127.0.0.1:${port}`;

function configuration() {
  return `[global]
fsid = ${randomUUID()}
mon host = [v2:127.0.0.1:${portV2},v1:127.0.0.1:${portV1}]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
run dir = ${folder}
admin socket = ${folder}/$name.asok
log file = ${folder}/$name.log
keyring = ${folder}/keyring
[mon]
mon data = ${folder}/mon
mon cluster log file = ${folder}/cluster.log
mon data avail warn = 1
mon data avail crit = 0
[osd]
osd data = ${folder}/osd
osd objectstore = memstore
memstore device bytes = 8589934592
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:${port} tcp_nodelay=1
rgw data = ${folder}/rgw
rgw enable apis = s3, admin
`;
}

async function startCluster() {
  for (const name of ["mon", "osd", "rgw"]) mkdirSync(join(folder, name));
  writeFileSync(join(folder, "ceph.conf"), configuration());
  const here = (name, ...args) => execFileSync(name, args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  const key = (name, ...capabilities) =>
    here(
      "ceph-authtool",
      "keyring",
      ...(name === "mon." ? ["--create-keyring"] : []),
      "--gen-key",
      "-n",
      name,
      ...capabilities,
    );
  key("mon.", "--cap", "mon", "allow *");
  key("client.admin", "--cap", "mon", "allow *", "--cap", "osd", "allow *", "--cap", "mgr", "allow *");
  key("client.rgw", "--cap", "mon", "allow *", "--cap", "osd", "allow *");
  key("osd.0", "--cap", "mon", "allow *", "--cap", "osd", "allow *");
  const fsid = /fsid = (\S+)/.exec(readFileSync(join(folder, "ceph.conf"), "utf8"))[1];
  here(
    "monmaptool",
    "--create",
    "--clobber",
    "--fsid",
    fsid,
    "--addv",
    "a",
    `[v2:127.0.0.1:${portV2},v1:127.0.0.1:${portV1}]`,
    "monmap",
  );
  here("ceph-mon", "-c", "ceph.conf", "--mkfs", "-i", "a", "--monmap", "monmap", "--keyring", "keyring");
  start("ceph-mon", ["-i", "a"]);
  const ceph = async (...args) =>
    (await run("ceph", ["-c", "ceph.conf", ...args], { cwd: folder, timeout: 60_000 })).stdout;
  await ceph("auth", "import", "-i", "keyring");
  const osd = randomUUID();
  await ceph("osd", "new", osd, "0");
  await run("ceph-osd", ["-c", "ceph.conf", "-i", "0", "--mkfs", "--osd-uuid", osd], { cwd: folder });
  start("ceph-osd", ["-i", "0"]);
  await until("a running storage daemon", 30, async () => (await ceph("osd", "stat")).includes("1 up"));
  start("radosgw", ["-n", "client.rgw"]);
  await until("an answer of the gateway", 60, () =>
    fetch(endpoint).then(
      () => true,
      () => false,
    ),
  );
  const user = [
    "--uid=test",
    "--display-name=test",
    `--access-key=${credentials.accessKeyId}`,
    `--secret=${credentials.secretAccessKey}`,
  ];
  await run("radosgw-admin", ["-c", "ceph.conf", "-n", "client.rgw", "user", "create", ...user], {
    cwd: folder,
    timeout: 60_000,
  });
}

process.once("SIGTERM", () => stop(0));
process.once("SIGINT", () => stop(0));
process.stdin.resume().once("end", () => stop(0));
try {
  await startCluster();
  console.log(JSON.stringify({ endpoint, region: "us-east-1", ...credentials }));
} catch (error) {
  console.error(error.message);
  await stop(1);
}
