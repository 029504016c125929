import { InvalidInputError, NotFoundError, type PixelQueryError } from "../../errors.js";
import { detailsOf, saidBy } from "../object/fault.js";
import type { Fault, ObjectProtocol } from "../object/object-protocol.js";
import { textOf } from "../object/xml.js";

/** What to do about a fault, by S3's name for it. */
const remedies: Readonly<Record<string, string>> = {
  SignatureDoesNotMatch:
    "The secret access key does not belong to the access key. Check AWS_SECRET_ACCESS_KEY or the profile.",
  InvalidAccessKeyId:
    "The server does not know this access key. Check AWS_ACCESS_KEY_ID or the profile, and the endpoint.",
  ExpiredToken: "The session has expired. Sign in again (aws sso login), or set fresh credentials.",
  InvalidToken: "The session token is not valid. Check AWS_SESSION_TOKEN, or unset it for a lasting access key.",
  AllAccessDisabled: "The bucket has been closed by its provider.",
};

/** The error for what only S3 says; null for what every server may say. */
export function explainS3Fault(protocol: ObjectProtocol, fault: Fault, region: string): PixelQueryError | null {
  const { code, name, status } = fault;
  const details = detailsOf(protocol, fault);
  const said = saidBy(fault);
  if (code === "NoSuchBucket") {
    return new NotFoundError(
      `The bucket of ${name} does not exist${protocol.endpoint === null ? "" : ` at ${protocol.endpoint}`} (${said}). ` +
        "Check its name, and the endpoint (AWS_ENDPOINT_URL).",
      { details },
    );
  }
  if (code === "RequestTimeTooSkewed") return skewedClock(fault, details);
  const remedy = code === null ? undefined : remedies[code];
  if (remedy !== undefined)
    return new InvalidInputError(`Access to ${name} was denied (${said}). ${remedy}`, { details });
  if (status === 301 || status === 307 || code === "AuthorizationHeaderMalformed") {
    const told = fault.header("x-amz-bucket-region") ?? (fault.message && textOf(fault.message, "Region"));
    const where = told ? `in the region ${told}` : "elsewhere";
    return new InvalidInputError(
      `The bucket of ${name} lies ${where}, and was asked for in ${region} (${said}). Set AWS_REGION, or the right endpoint.`,
      { details: told ? { ...details, region: told } : details },
    );
  }
  if (code === "AccessDenied") {
    return new InvalidInputError(
      `Access to ${name} was denied (${said}). These credentials lack the permission, the object is missing and they may not ` +
        "list the bucket, or its readers pay (AWS_REQUEST_PAYER=requester). For public data set AWS_NO_SIGN_REQUEST=YES.",
      { details },
    );
  }
  return null;
}

function skewedClock(fault: Fault, details: ReturnType<typeof detailsOf>): InvalidInputError {
  const serverTime = (fault.message && textOf(fault.message, "ServerTime")) ?? fault.header("date");
  const serverMs = Date.parse(serverTime ?? "");
  const minutes = Math.round((Date.now() - serverMs) / 60_000);
  const difference = Number.isNaN(minutes)
    ? "differs too much from the server's"
    : `is ${Math.abs(minutes)} minutes ${minutes < 0 ? "behind" : "ahead of"} the server's`;
  return new InvalidInputError(
    `The request for ${fault.name} was refused (${saidBy(fault)}): this machine's clock ${difference}. Set it right.`,
    { details: Number.isNaN(minutes) ? details : { ...details, aheadMinutes: minutes } },
  );
}
