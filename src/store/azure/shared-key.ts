import type { ObjectRequest } from "../object/object-protocol.js";

/** Standard headers in the order in which they are signed; the body's length goes before them all but two. */
const signedHeaders = [
  "content-md5",
  "content-type",
  "date",
  "if-modified-since",
  "if-match",
  "if-none-match",
  "if-unmodified-since",
  "range",
] as const;

/**
 * Signature of a request by an account's key, base64: "Authorize with Shared Key" of the Blob service's REST interface,
 * version 2015-02-21 and later. `request.headers` must hold `x-ms-date` and `x-ms-version`.
 */
export async function sharedKeySignature(
  request: ObjectRequest,
  account: string,
  key: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const cryptoKey = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const text = new TextEncoder().encode(textToSign(request, account));
  const signature = await crypto.subtle.sign("HMAC", cryptoKey, text);
  return btoa(String.fromCharCode(...new Uint8Array(signature)));
}

function textToSign({ method, url, headers, body }: ObjectRequest, account: string): string {
  const lengthBytes = body?.length ?? 0;
  const standard = signedHeaders.map((name) => headers[name] ?? "");
  const own = Object.keys(headers)
    .filter((name) => name.startsWith("x-ms-"))
    .sort()
    .map((name) => `${name}:${headers[name]}`);
  const parameters = [...url.searchParams].map(([name, value]) => `${name.toLowerCase()}:${value}`).sort();
  // Encoding, language, length; none of the first two, and no length for an empty body.
  const first = [method, "", "", lengthBytes === 0 ? "" : String(lengthBytes)];
  return [...first, ...standard, ...own, `/${account}${url.pathname}`, ...parameters].join("\n");
}
