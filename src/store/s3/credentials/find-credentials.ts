import { InvalidInputError } from "../../../errors.js";
import type { Environment } from "../../environment.js";
import type { S3Credentials } from "../s3-credentials.js";
import { environmentCredentials } from "./environment-credentials.js";
import { containerCredentials, instanceCredentials } from "./metadata-credentials.js";
import { profileCredentials } from "./profile-credentials.js";
import { webIdentityCredentials } from "./role-credentials.js";
import { readSharedConfig } from "./shared-config.js";

export interface CredentialSearch {
  /** The profile that was asked for by name, before anything else; null for AWS_PROFILE or `default`. */
  profile: string | null;
  region: string;
  /** The store that they are for, for messages. */
  storeUrl: string;
}

/**
 * Credentials as AWS's tools find them, the first of: a profile asked for by name, environment variables, a web identity
 * (AWS_WEB_IDENTITY_TOKEN_FILE), the profile of AWS_PROFILE or `default` in the shared files, the container's role, the
 * machine's role.
 *
 * @throws InvalidInputError where there are none, with what to do.
 */
export async function findS3Credentials(environment: Environment, search: CredentialSearch): Promise<S3Credentials> {
  const { region, storeUrl } = search;
  const fromVariables = search.profile === null ? await credentialsOfVariables(environment, region) : null;
  if (fromVariables !== null) return fromVariables;
  const named = search.profile ?? environment.variable("AWS_PROFILE");
  const config = await readSharedConfig(environment);
  const ofProfile = await profileCredentials(environment, config, named ?? "default", region);
  if (ofProfile !== null) return ofProfile;
  if (named !== null) {
    throw new InvalidInputError(
      `The profile ${named}, wanted for ${storeUrl}, is not in AWS's config and credentials files, or holds no credentials.`,
      { details: { url: storeUrl, profile: named } },
    );
  }
  const ofMachine = (await containerCredentials(environment)) ?? (await instanceCredentials(environment));
  if (ofMachine !== null) return ofMachine;
  throw new InvalidInputError(
    `No credentials for ${storeUrl}. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; ` +
      "for public data set AWS_NO_SIGN_REQUEST=YES.",
    { details: { url: storeUrl } },
  );
}

async function credentialsOfVariables(environment: Environment, region: string): Promise<S3Credentials | null> {
  const keys = environmentCredentials(environment);
  if (keys !== null) return keys;
  const tokenFile = environment.variable("AWS_WEB_IDENTITY_TOKEN_FILE");
  const roleArn = environment.variable("AWS_ROLE_ARN");
  if (tokenFile === null || roleArn === null) return null;
  const sessionName = environment.variable("AWS_ROLE_SESSION_NAME") ?? `pixelquery-${environment.now()}`;
  return webIdentityCredentials(environment, { roleArn, sessionName, region }, tokenFile);
}
