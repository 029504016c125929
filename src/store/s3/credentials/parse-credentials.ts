import { CorruptDataError } from "../../../errors.js";
import { optionalText, requiredText } from "../../credential-request.js";
import type { S3Credentials } from "../s3-credentials.js";

/**
 * Credentials out of a JSON answer. Names of fields are as metadata services have them (`AccessKeyId`, `Token`) or as
 * programs and token services do (`SessionToken`), in either case of the first letter.
 *
 * @throws CorruptDataError where key or secret is missing, or the end is no date.
 */
export function parseCredentialFields(fields: Readonly<Record<string, unknown>>, name: string): S3Credentials {
  const plain = Object.fromEntries(Object.entries(fields).map(([field, value]) => [field.toLowerCase(), value]));
  const expiration = plain.expiration;
  return {
    accessKeyId: requiredText(plain, "accesskeyid", name),
    secretAccessKey: requiredText(plain, "secretaccesskey", name),
    sessionToken: optionalText(plain, "token") ?? optionalText(plain, "sessiontoken"),
    expiresAtMs: expiration === undefined || expiration === null ? null : parseExpiration(expiration, name),
  };
}

/** A date as text, or milliseconds since 1970, as AWS's single sign-on has it. */
function parseExpiration(value: unknown, name: string): number {
  const ms = typeof value === "number" ? value : typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (Number.isFinite(ms)) return ms;
  throw new CorruptDataError(`The credentials from ${name} end at a time that is no date.`, { details: { url: name } });
}
