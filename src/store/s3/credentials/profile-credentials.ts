import { InvalidInputError } from "../../../errors.js";
import { parseFields } from "../../credential-request.js";
import type { Environment } from "../../environment.js";
import type { S3Credentials } from "../s3-credentials.js";
import { environmentCredentials } from "./environment-credentials.js";
import { containerCredentials, instanceCredentials } from "./metadata-credentials.js";
import { parseCredentialFields } from "./parse-credentials.js";
import { assumedRoleCredentials, type RoleRequest, webIdentityCredentials } from "./role-credentials.js";
import type { Profile, SharedConfig } from "./shared-config.js";
import { ssoCredentials } from "./sso-credentials.js";

/** What takes on a role from another profile, which may again: no chain is longer. */
const longestChain = 5;

/**
 * Credentials of a profile of AWS's shared files: keys written there, a role taken on with another profile's, a web identity,
 * a single sign-on, or what a program prints (`credential_process`). Null where the profile holds none of these.
 *
 * @throws InvalidInputError where it refers to something that is not there.
 */
export async function profileCredentials(
  environment: Environment,
  config: SharedConfig,
  name: string,
  region: string,
  depth = 0,
): Promise<S3Credentials | null> {
  const profile = config.profile(name);
  if (profile === null) return null;
  const roleArn = profile.get("role_arn");
  if (roleArn !== undefined) {
    if (depth === longestChain) throw new InvalidInputError(`The profile ${name} takes on roles in a circle.`);
    const role = roleOf(environment, profile, roleArn, region);
    const tokenFile = profile.get("web_identity_token_file");
    if (tokenFile !== undefined) return webIdentityCredentials(environment, role, tokenFile);
    return assumedRoleCredentials(environment, role, await sourceOf(environment, config, name, profile, region, depth));
  }
  return (
    keysOf(profile) ??
    (await ssoCredentials(environment, config, name, profile)) ??
    (await programCredentials(environment, profile))
  );
}

function roleOf(environment: Environment, profile: Profile, roleArn: string, region: string): RoleRequest {
  const sessionName = profile.get("role_session_name") ?? `pixelquery-${environment.now()}`;
  return { roleArn, sessionName, region, externalId: profile.get("external_id") ?? null };
}

async function sourceOf(
  environment: Environment,
  config: SharedConfig,
  name: string,
  profile: Profile,
  region: string,
  depth: number,
): Promise<S3Credentials> {
  if (profile.get("mfa_serial") !== undefined) {
    throw new InvalidInputError(
      `The profile ${name} asks for a code of a second device. Get a session with the AWS CLI and set its AWS_SESSION_TOKEN.`,
    );
  }
  const sourceName = profile.get("source_profile");
  const source =
    sourceName === undefined
      ? await namedSource(environment, profile.get("credential_source"))
      : sourceName === name
        ? keysOf(profile)
        : await profileCredentials(environment, config, sourceName, region, depth + 1);
  if (source !== null) return source;
  throw new InvalidInputError(
    `The profile ${name} takes on a role, but its source_profile or credential_source holds no credentials.`,
  );
}

function namedSource(environment: Environment, source: string | undefined): Promise<S3Credentials | null> {
  if (source === "Environment") return Promise.resolve(environmentCredentials(environment));
  if (source === "EcsContainer") return containerCredentials(environment);
  return source === "Ec2InstanceMetadata" ? instanceCredentials(environment) : Promise.resolve(null);
}

function keysOf(profile: Profile): S3Credentials | null {
  const accessKeyId = profile.get("aws_access_key_id");
  const secretAccessKey = profile.get("aws_secret_access_key");
  if (!accessKeyId || !secretAccessKey) return null;
  return { accessKeyId, secretAccessKey, sessionToken: profile.get("aws_session_token") || null, expiresAtMs: null };
}

async function programCredentials(environment: Environment, profile: Profile): Promise<S3Credentials | null> {
  const line = profile.get("credential_process");
  if (line === undefined) return null;
  const [command = "", ...args] = [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(
    ([, inQuotes, bare]) => inQuotes?.replace(/\\(.)/g, "$1") ?? bare ?? "",
  );
  const output = await environment.run(command, args);
  const name = `credential_process ${command}`;
  if (output === null) throw new InvalidInputError(`There is no program ${command}, which credential_process names.`);
  return parseCredentialFields(parseFields(output, name), name);
}
