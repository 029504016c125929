// How long it takes to list 243 files in a bucket and read the first 16 KB of each, over loopback from Ceph's RADOS gateway,
// beside the same requests made bare: signed before the clock starts and sent by fetch alone.
//
//   npm run build && node bench/store/headers.mjs
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AwsClient } from "aws4fetch";
import { openStore } from "../../dist/store/index.js";

const files = 243;
const headerBytes = 16_384;
const rounds = 5;
const root = fileURLToPath(new URL("../..", import.meta.url));

const server = spawn(process.execPath, [join(root, "scripts/servers/start-radosgw.mjs")], {
  stdio: ["pipe", "pipe", "inherit"],
});
const settings = JSON.parse(
  await new Promise((resolve) => server.stdout.once("data", (line) => resolve(String(line)))),
);
const client = new AwsClient({ ...settings, service: "s3" });
await client.fetch(`${settings.endpoint}/bench-headers`, { method: "PUT" });

let requests = 0;
const fetch = (input, init) => {
  requests += 1;
  return globalThis.fetch(input, init);
};
const open = () =>
  openStore("s3://bench-headers", {
    fetch,
    s3: {
      endpoint: settings.endpoint,
      region: settings.region,
      credentials: { ...settings, sessionToken: null, expiresAtMs: null },
    },
  });

const folder = join(root, "data/landsat8-new-york/one-grid");
const scene = readFileSync(
  join(
    folder,
    readdirSync(folder).find((name) => name.endsWith(".tif")),
  ),
);
const writer = open();
await Promise.all(Array.from({ length: files }, (_, i) => writer.put(`scene-${1000 + i}.tif`, scene)));

async function withStore() {
  requests = 0;
  const started = performance.now();
  const store = open();
  const reads = [];
  for await (const { key } of store.list("")) reads.push(store.get(key, { offset: 0, length: headerBytes }));
  await Promise.all(reads);
  return { ms: performance.now() - started, requests, files: reads.length };
}

async function bare() {
  const signed = await Promise.all(
    Array.from({ length: files }, (_, i) =>
      client.sign(`${settings.endpoint}/bench-headers/scene-${1000 + i}.tif`, {
        headers: { range: `bytes=0-${headerBytes - 1}` },
      }),
    ),
  );
  const started = performance.now();
  await Promise.all(signed.map((request) => globalThis.fetch(request).then((response) => response.arrayBuffer())));
  return performance.now() - started;
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
await withStore();
await bare();
const [ours, theirs] = [[], []];
let last;
for (let round = 0; round < rounds; round++) {
  last = await withStore();
  ours.push(last.ms);
  theirs.push(await bare());
}
console.log(`${last.files} files, ${last.requests} requests: one listing, one range each`);
console.log(`listing and headers: ${(median(ours) / files).toFixed(2)} ms a file`);
console.log(`bare requests, already signed, no listing: ${(median(theirs) / files).toFixed(2)} ms a file`);
console.log(`ratio: ${(median(ours) / median(theirs)).toFixed(2)}`);
server.stdin.end();
