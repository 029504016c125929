import { InvalidInputError } from "../../errors.js";

/** Reading, writing and deleting objects, nothing else. */
const scope = "https://www.googleapis.com/auth/devstorage.read_write";
/** Google takes no longer ones. */
const lifeSeconds = 3600;

/**
 * A JSON Web Token (RFC 7519) signed with a service account's key, RS256, which a token service takes for an access token.
 *
 * @param privateKey as PEM (PKCS #8), as key files have it.
 * @throws InvalidInputError where it is no such key; it is not shown.
 */
export async function signedAssertion(
  email: string,
  privateKey: string,
  audience: string,
  nowMs: number,
): Promise<string> {
  const issuedAt = Math.floor(nowMs / 1000);
  const claims = { iss: email, scope, aud: audience, iat: issuedAt, exp: issuedAt + lifeSeconds };
  const text = `${encodeJson({ alg: "RS256", typ: "JWT" })}.${encodeJson(claims)}`;
  const key = await importKey(privateKey, email);
  const signature = await crypto.subtle.sign("RSASSA-PKCS1-v1_5", key, new TextEncoder().encode(text));
  return `${text}.${encodeBytes(new Uint8Array(signature))}`;
}

async function importKey(privateKey: string, email: string): Promise<CryptoKey> {
  const body = privateKey.replace(/-----[^-]+-----|\s/g, "");
  try {
    const bytes = Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0));
    const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
    return await crypto.subtle.importKey("pkcs8", bytes, algorithm, false, ["sign"]);
  } catch {
    // No cause: its message may quote the key.
    throw new InvalidInputError(`The private key of ${email} is no RSA key in PEM form (PKCS #8).`, {
      details: { email },
    });
  }
}

function encodeJson(value: Readonly<Record<string, string | number>>): string {
  return encodeBytes(new TextEncoder().encode(JSON.stringify(value)));
}

/** Base64 for URLs without padding (RFC 4648, section 5). */
function encodeBytes(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
