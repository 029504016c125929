/**
 * A proxy in front of a server that holds each request for some milliseconds, as a distant one does, and counts what passes.
 *
 *   node bench/store/slow-server.mjs http://127.0.0.1:8000
 *
 * Answers lines of JSON on stdin with `{ endpoint, requests: { GET: 3, … }, receivedBytes, sentBytes }`, counted since the last
 * line; `{"latencyMs": 20}` sets the wait. Ends with its input.
 */
import { Agent, createServer, request as sendRequest } from "node:http";
import { createInterface } from "node:readline";

const target = new URL(process.argv[2]);
const agent = new Agent({ keepAlive: true, maxSockets: 256 });
let latencyMs = 0;
let counted = nothing();

function nothing() {
  return { requests: {}, receivedBytes: 0, sentBytes: 0 };
}

/** A page of a listing is a GET of the bucket itself. */
function kindOf({ method, url }) {
  return method === "GET" && url.includes("list-type=2") ? "LIST" : method;
}

const server = createServer(async (incoming, outgoing) => {
  const kind = kindOf(incoming);
  counted.requests[kind] = (counted.requests[kind] ?? 0) + 1;
  if (latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, latencyMs));
  const { method, url, headers } = incoming;
  const { hostname, port } = target;
  const forwarded = sendRequest({ hostname, port, path: url, method, headers, setHost: false, agent }, (answer) => {
    outgoing.writeHead(answer.statusCode, answer.headers);
    answer.on("data", (part) => {
      counted.receivedBytes += part.length;
    });
    answer.pipe(outgoing);
  });
  forwarded.once("error", () => incoming.socket.destroy());
  outgoing.once("close", () => forwarded.destroy());
  incoming.on("data", (part) => {
    counted.sentBytes += part.length;
  });
  incoming.pipe(forwarded);
});
server.keepAliveTimeout = 60_000;
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const endpoint = `http://127.0.0.1:${server.address().port}`;

for await (const line of createInterface({ input: process.stdin })) {
  latencyMs = JSON.parse(line).latencyMs ?? latencyMs;
  console.log(JSON.stringify({ endpoint, ...counted }));
  counted = nothing();
}
process.exit();
