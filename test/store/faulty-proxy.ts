import { createServer, type IncomingMessage, type ServerResponse, request as sendRequest } from "node:http";
import type { AddressInfo } from "node:net";

/** What goes wrong with one request. */
export type ProxyFault =
  /** The server is never asked. */
  | { kind: "answer"; status: number; code?: string; headers?: Readonly<Record<string, string>> }
  /** The connection breaks before the server is asked. */
  | { kind: "cut before" }
  /** The server is asked and answers, but the connection breaks before anything of that comes back. */
  | { kind: "cut after" }
  /** The connection breaks behind this many bytes of the answer's body. */
  | { kind: "cut body"; bytes: number }
  | { kind: "delay"; ms: number };

export interface ProxiedRequest {
  method: string;
  /** Path with query, as it was asked for. */
  path: string;
  range: string | null;
  /** Position among all requests, from 0. */
  index: number;
}

/** A proxy in front of a server, which records each request and spoils those that it is told to. */
export interface FaultyProxy {
  url: string;
  requests: ProxiedRequest[];
  /** Null lets a request through; by default all pass. */
  fault: (request: ProxiedRequest) => ProxyFault | null;
  close(): Promise<void>;
}

/** Start a proxy for `target`. Host names pass as they were asked for: signatures hold. */
export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const server = createServer((request, response) => {
    const { method = "", url = "" } = request;
    const seen = { method, path: url, range: request.headers.range ?? null, index: proxy.requests.length };
    proxy.requests.push(seen);
    void serve(target, request, response, proxy.fault(seen));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy: FaultyProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    fault: () => null,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
}

async function serve(target: string, request: IncomingMessage, response: ServerResponse, fault: ProxyFault | null) {
  const body = await readBody(request);
  if (fault?.kind === "cut before") return void request.socket.destroy();
  if (fault?.kind === "answer") return refuse(request, response, fault);
  if (fault?.kind === "delay") await new Promise((resolve) => setTimeout(resolve, fault.ms));
  const { method, url, headers } = request;
  const forwarded = sendRequest(target + url, { method, headers, setHost: false }, async (answer) => {
    const data = await readBody(answer);
    if (fault?.kind === "cut after") return void request.socket.destroy();
    response.writeHead(answer.statusCode!, answer.headers);
    if (fault?.kind !== "cut body") return void response.end(data);
    response.write(data.subarray(0, fault.bytes), () => request.socket.destroy());
  });
  forwarded.once("error", () => request.socket.destroy());
  forwarded.end(body);
}

function refuse(request: IncomingMessage, response: ServerResponse, fault: ProxyFault & { kind: "answer" }): void {
  const body = fault.code === undefined ? "" : `<?xml version="1.0"?><Error><Code>${fault.code}</Code></Error>`;
  response.writeHead(fault.status, { ...fault.headers, "content-length": body.length });
  response.end(request.method === "HEAD" ? undefined : body);
}

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
