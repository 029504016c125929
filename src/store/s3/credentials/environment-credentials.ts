import type { Environment } from "../../environment.js";
import type { S3Credentials } from "../s3-credentials.js";

/** AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; null where the first two are not both set. */
export function environmentCredentials(environment: Environment): S3Credentials | null {
  const accessKeyId = environment.variable("AWS_ACCESS_KEY_ID");
  const secretAccessKey = environment.variable("AWS_SECRET_ACCESS_KEY");
  if (accessKeyId === null || secretAccessKey === null) return null;
  return { accessKeyId, secretAccessKey, sessionToken: environment.variable("AWS_SESSION_TOKEN"), expiresAtMs: null };
}
