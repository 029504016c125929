import { CorruptDataError, InvalidInputError, isPixelQueryError, UnsupportedError } from "../../errors.js";
import { parseFields, requestCredentials, requiredText } from "../credential-request.js";
import { type Environment, isSet } from "../environment.js";
import type { Expiring } from "../expiring.js";
import { signedAssertion } from "./signed-assertion.js";

/** Where tokens are asked for unless a key file says otherwise. */
const tokenUrl = "https://oauth2.googleapis.com/token";
const metadataHost = "metadata.google.internal";
const assertionGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/** Only machines of Google have the service, and there it is near. */
const metadataTimeoutMs = 1000;

/** An access token for Google's interfaces. */
export interface GoogleToken extends Expiring {
  token: string;
}

/**
 * An access token as Google's tools find it ("application default credentials"), by the first of: CLOUDSDK_AUTH_ACCESS_TOKEN,
 * the file of GOOGLE_APPLICATION_CREDENTIALS, the file that `gcloud auth application-default login` left, the machine's
 * service account.
 *
 * @throws InvalidInputError where there is none, with what to do.
 * @throws UnsupportedError for kinds of credential files that are not read here.
 */
export async function findGoogleToken(environment: Environment, storeUrl: string): Promise<GoogleToken> {
  const ready = environment.variable("CLOUDSDK_AUTH_ACCESS_TOKEN");
  if (ready !== null) return { token: ready, expiresAtMs: null };
  const named = environment.variable("GOOGLE_APPLICATION_CREDENTIALS");
  const path = named ?? defaultFile(environment);
  const text = await environment.readText(path);
  if (text !== null) return tokenOfFile(environment, parseFields(text, path), path);
  if (named !== null) {
    throw new InvalidInputError(`${named}, which GOOGLE_APPLICATION_CREDENTIALS names, does not exist.`, {
      details: { path: named },
    });
  }
  const ofMachine = await machineToken(environment);
  if (ofMachine !== null) return ofMachine;
  throw new InvalidInputError(
    `No credentials for ${storeUrl}. Name a service account's key file in GOOGLE_APPLICATION_CREDENTIALS, or run: gcloud auth ` +
      "application-default login; for public data set GS_NO_SIGN_REQUEST=YES.",
    { details: { url: storeUrl } },
  );
}

function defaultFile(environment: Environment): string {
  const folder = environment.variable("CLOUDSDK_CONFIG");
  const appData = environment.variable("APPDATA");
  const usual = appData === null ? `${environment.home}/.config/gcloud` : `${appData}/gcloud`;
  return `${folder ?? usual}/application_default_credentials.json`;
}

async function tokenOfFile(environment: Environment, fields: Readonly<Record<string, unknown>>, path: string) {
  const { type } = fields;
  if (type === "service_account") {
    const url = typeof fields.token_uri === "string" ? fields.token_uri : tokenUrl;
    const assertion = await signedAssertion(
      requiredText(fields, "client_email", path),
      requiredText(fields, "private_key", path),
      url,
      environment.now(),
    );
    return askForToken(environment, url, { grant_type: assertionGrant, assertion });
  }
  if (type === "authorized_user") {
    return askForToken(environment, tokenUrl, {
      grant_type: "refresh_token",
      client_id: requiredText(fields, "client_id", path),
      client_secret: requiredText(fields, "client_secret", path),
      refresh_token: requiredText(fields, "refresh_token", path),
    });
  }
  const kind = typeof type === "string" && /^\w{1,50}$/.test(type) ? type : "unknown";
  throw new UnsupportedError(
    `${path} holds credentials of the kind ${kind}, which are not read here. Set CLOUDSDK_AUTH_ACCESS_TOKEN to what gcloud auth ` +
      "print-access-token prints, or use a service account's key.",
    { details: { path, kind } },
  );
}

async function askForToken(environment: Environment, url: string, form: Readonly<Record<string, string>>) {
  const name = "Google's token service";
  const answer = await requestCredentials({
    fetch: environment.fetch,
    url,
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(form).toString(),
    name,
  });
  return tokenOf(environment, answer, name);
}

/** The token of the service account that a machine or a pod of Google's runs as; null where this is none. */
async function machineToken(environment: Environment): Promise<GoogleToken | null> {
  if (isSet(environment, "NO_GCE_CHECK")) return null;
  const host = environment.variable("GCE_METADATA_HOST") ?? metadataHost;
  const name = "Google's metadata service";
  try {
    const answer = await requestCredentials({
      fetch: environment.fetch,
      url: `http://${host}/computeMetadata/v1/instance/service-accounts/default/token`,
      headers: { "metadata-flavor": "Google" },
      name,
      timeoutMs: metadataTimeoutMs,
      attempts: 1,
    });
    return tokenOf(environment, answer, name);
  } catch (error) {
    if (isPixelQueryError(error, "UnavailableError") || isPixelQueryError(error, "InvalidInputError")) return null;
    throw error;
  }
}

function tokenOf(environment: Environment, answer: string, name: string): GoogleToken {
  const fields = parseFields(answer, name);
  const seconds = fields.expires_in;
  if (typeof seconds !== "number" || !Number.isFinite(seconds)) {
    throw new CorruptDataError(`The token from ${name} does not say when it ends.`, { details: { url: name } });
  }
  return { token: requiredText(fields, "access_token", name), expiresAtMs: environment.now() + seconds * 1000 };
}
