// Microsoft's Azurite on this machine: Azure Blob Storage with its objects in memory.
//
//   npm ci --prefix scripts/servers/azurite
//   node scripts/servers/start-azurite.mjs
//
// Prints one line of JSON when it is ready, {"endpoint", "account", "accountKey"}, and serves on 127.0.0.1 until its standard
// input ends or it is told to stop. Exit code 3: Azurite is not installed.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("azurite/node_modules/azurite/dist/src/blob/main.js", import.meta.url));
if (!existsSync(program)) {
  console.error("Azurite is not installed: npm ci --prefix scripts/servers/azurite");
  process.exit(3);
}

const account = "testaccount";
const accountKey = randomBytes(64).toString("base64");
const probe = createServer();
const port = await new Promise((resolve) => probe.listen(0, "127.0.0.1", () => resolve(probe.address().port)));
await new Promise((resolve) => probe.close(resolve));

const args = [
  "--inMemoryPersistence",
  "--disableTelemetry",
  "--silent",
  "--blobHost",
  "127.0.0.1",
  "--blobPort",
  String(port),
];
const server = spawn(process.execPath, [program, ...args], {
  stdio: ["ignore", "ignore", "inherit"],
  env: { ...process.env, AZURITE_ACCOUNTS: `${account}:${accountKey}` },
});
server.once("exit", (code) => process.exit(code ?? 0));
const stop = () => server.kill("SIGKILL");
process.once("SIGTERM", stop);
process.once("SIGINT", stop);
process.stdin.resume().once("end", stop);

const origin = `http://127.0.0.1:${port}`;
const end = Date.now() + 60_000;
while (
  !(await fetch(origin).then(
    () => true,
    () => false,
  ))
) {
  if (Date.now() > end) {
    console.error("Azurite did not answer in 60 s");
    stop();
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
}
console.log(JSON.stringify({ endpoint: `${origin}/${account}`, account, accountKey }));
