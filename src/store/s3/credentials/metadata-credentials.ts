import { isPixelQueryError, UnsupportedError } from "../../../errors.js";
import { parseFields, requestCredentials } from "../../credential-request.js";
import { type Environment, isSet } from "../../environment.js";
import type { S3Credentials } from "../s3-credentials.js";
import { parseCredentialFields } from "./parse-credentials.js";

/** Where containers of ECS find relative addresses. */
const containerHost = "http://169.254.170.2";
const instanceHost = "http://169.254.169.254";
/** Only machines of Amazon have the service, and there it is near; elsewhere nothing may answer at all. */
const instanceTimeoutMs = 1000;

/** Credentials of the role of an ECS task or an EKS pod; null where this is none. */
export async function containerCredentials(environment: Environment): Promise<S3Credentials | null> {
  const relative = environment.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  const full = environment.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (relative === null && full === null) return null;
  const url = relative === null ? full! : containerHost + relative;
  const headers: Record<string, string> = {};
  const tokenFile = environment.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  const token = tokenFile === null ? null : await environment.readText(tokenFile);
  const authorization = token ?? environment.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
  if (authorization !== null) {
    if (!isTrusted(url)) {
      throw new UnsupportedError(
        "AWS_CONTAINER_CREDENTIALS_FULL_URI is not an https:// address or one of this machine: its token is not sent there.",
      );
    }
    headers.authorization = authorization.trim();
  }
  const name = "The container's credential service";
  const answer = await requestCredentials({ fetch: environment.fetch, url, headers, name });
  return parseCredentialFields(parseFields(answer, name), name);
}

/** AWS's own rule: https, or this machine, or the addresses of ECS and EKS. */
function isTrusted(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) return false;
  const near = ["localhost", "[::1]", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"];
  return url.protocol === "https:" || near.includes(url.hostname) || /^127(?:\.\d+){3}$/.test(url.hostname);
}

/** Credentials of the role of an EC2 machine (version 2 of its metadata service); null where this is none. */
export async function instanceCredentials(environment: Environment): Promise<S3Credentials | null> {
  if (isSet(environment, "AWS_EC2_METADATA_DISABLED")) return null;
  const host = (environment.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? instanceHost).replace(/\/+$/, "");
  const name = "The instance metadata service";
  const ask = (path: string, method: "GET" | "PUT", headers: Record<string, string>) =>
    requestCredentials({
      fetch: environment.fetch,
      url: `${host}/latest/${path}`,
      method,
      headers,
      name,
      timeoutMs: instanceTimeoutMs,
      attempts: 1,
    });
  try {
    const token = await ask("api/token", "PUT", { "x-aws-ec2-metadata-token-ttl-seconds": "21600" });
    const headers = { "x-aws-ec2-metadata-token": token };
    const role = (await ask("meta-data/iam/security-credentials/", "GET", headers)).trim().split("\n")[0]!;
    const path = `meta-data/iam/security-credentials/${encodeURIComponent(role)}`;
    return parseCredentialFields(parseFields(await ask(path, "GET", headers), name), name);
  } catch (error) {
    // Not a machine of Amazon, or one without a role.
    if (isPixelQueryError(error, "UnavailableError") || isPixelQueryError(error, "InvalidInputError")) return null;
    throw error;
  }
}
