/** A bucket on Ceph's RADOS gateway with the files that are measured, behind a server that counts requests and delays them. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AwsClient } from "aws4fetch";
import { LineProgram } from "../runner.mjs";

const UPLOADS_AT_ONCE = 16;

/** Start the servers and make the bucket; this process and those it starts find it by AWS's variables. */
export async function startBucket(name) {
  const script = fileURLToPath(new URL("../../scripts/servers/start-radosgw.mjs", import.meta.url));
  const gateway = spawn(process.execPath, [script], { stdio: ["pipe", "pipe", "inherit"] });
  const line = await new Promise((resolve) => gateway.stdout.once("data", (data) => resolve(String(data))));
  const settings = JSON.parse(line);
  const client = new AwsClient({ ...settings, service: "s3" });
  await send(client, "PUT", `${settings.endpoint}/${name}`);
  const slow = new LineProgram(process.execPath, [
    fileURLToPath(new URL("./slow-server.mjs", import.meta.url)),
    settings.endpoint,
  ]);
  const { endpoint } = await slow.ask({});
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: settings.region,
    AWS_ACCESS_KEY_ID: settings.accessKeyId,
    AWS_SECRET_ACCESS_KEY: settings.secretAccessKey,
    // The same for GDAL.
    AWS_S3_ENDPOINT: endpoint.slice("http://".length),
    AWS_HTTPS: "NO",
    AWS_VIRTUAL_HOSTING: "FALSE",
  });
  return {
    url: `s3://${name}`,
    /** Each request waits this long from now on. */
    setLatency: (latencyMs) => slow.ask({ latencyMs }),
    /** Requests by kind and bytes since the last call. */
    count: () => slow.ask({}),
    upload: (folder, prefix) => upload(client, `${settings.endpoint}/${name}/${prefix}`, folder),
    async stop() {
      await slow.close();
      const ended = new Promise((resolve) => gateway.once("exit", resolve));
      gateway.stdin.end();
      await ended;
    },
  };
}

/** Hard links of one file are sent once, and copied by the server. */
async function upload(client, prefixUrl, folder) {
  const names = readdirSync(folder).filter((name) => name.endsWith(".tif"));
  const sent = new Map();
  await inParallel(names, async (name) => {
    const { ino } = statSync(join(folder, name));
    const first = sent.get(ino);
    if (first === undefined) {
      const put = send(client, "PUT", `${prefixUrl}/${name}`, { body: readFileSync(join(folder, name)) });
      sent.set(ino, { name, put });
      return put;
    }
    await first.put;
    const source = new URL(`${prefixUrl}/${first.name}`).pathname;
    return send(client, "PUT", `${prefixUrl}/${name}`, { headers: { "x-amz-copy-source": source } });
  });
  return names.length;
}

async function inParallel(items, work) {
  let next = 0;
  const worker = async () => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: UPLOADS_AT_ONCE }, worker));
}

async function send(client, method, url, init = {}) {
  const response = await client.fetch(url, { method, ...init });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`);
}
