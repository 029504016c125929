import { InvalidInputError, UnsupportedError } from "../../../errors.js";
import { optionalText, parseFields, requestCredentials, requiredText } from "../../credential-request.js";
import type { Environment } from "../../environment.js";
import type { S3Credentials } from "../s3-credentials.js";
import { parseCredentialFields } from "./parse-credentials.js";
import type { Profile, SharedConfig } from "./shared-config.js";

/**
 * Credentials for a profile of AWS's single sign-on, by the token that `aws sso login` left; null where the profile is none.
 * The token is not renewed here.
 *
 * @throws InvalidInputError where nobody has signed in, or the token has ended.
 */
export async function ssoCredentials(
  environment: Environment,
  config: SharedConfig,
  profileName: string,
  profile: Profile,
): Promise<S3Credentials | null> {
  const sessionName = profile.get("sso_session");
  const session = sessionName === undefined ? profile : config.ssoSession(sessionName);
  const startUrl = session?.get("sso_start_url");
  const [accountId, roleName] = [profile.get("sso_account_id"), profile.get("sso_role_name")];
  if (accountId === undefined || roleName === undefined) return null;
  const region = session?.get("sso_region");
  if (startUrl === undefined || region === undefined) {
    throw new UnsupportedError(`The profile ${profileName} lacks sso_start_url or sso_region. Run: aws configure sso`);
  }
  const token = await readToken(environment, sessionName ?? startUrl, profileName);
  const query = new URLSearchParams({ account_id: accountId, role_name: roleName });
  const name = "AWS's single sign-on";
  const answer = await requestCredentials({
    fetch: environment.fetch,
    url: `https://portal.sso.${region}.amazonaws.com/federation/credentials?${query}`,
    headers: { "x-amz-sso_bearer_token": token },
    name,
  });
  const { roleCredentials } = parseFields(answer, name);
  return parseCredentialFields(parseFields(JSON.stringify(roleCredentials ?? null), name), name);
}

/** The token is kept under the SHA-1 of the session's name, or of the start address where there is no session. */
async function readToken(environment: Environment, cachedAs: string, profileName: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(cachedAs));
  const file = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const path = `${environment.home}/.aws/sso/cache/${file}.json`;
  const text = await environment.readText(path);
  const fields = text === null ? null : parseFields(text, path);
  const expiresAtMs = Date.parse((fields && optionalText(fields, "expiresAt")) ?? "");
  if (fields === null || !(expiresAtMs > environment.now())) {
    throw new InvalidInputError(
      `Nobody is signed in for the profile ${profileName}, or no longer. Run: aws sso login --profile ${profileName}`,
      { details: { profile: profileName } },
    );
  }
  return requiredText(fields, "accessToken", path);
}
