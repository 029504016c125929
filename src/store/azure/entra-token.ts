import { CorruptDataError, InvalidInputError, isPixelQueryError } from "../../errors.js";
import { parseFields, requestCredentials, requiredText } from "../credential-request.js";
import type { Environment } from "../environment.js";
import type { Expiring } from "../expiring.js";

const resource = "https://storage.azure.com/";
const scope = "https://storage.azure.com/.default";
const federated = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/** Only machines of Azure have the service, and there it is near. */
const metadataTimeoutMs = 1000;
const metadataUrl = "http://169.254.169.254";

/** An access token of Entra ID for storage. */
export interface EntraToken extends Expiring {
  token: string;
}

/**
 * A token as Azure's tools find it, by the first of: a service principal's secret (AZURE_TENANT_ID, AZURE_CLIENT_ID,
 * AZURE_CLIENT_SECRET), a federated token (AZURE_FEDERATED_TOKEN_FILE), a managed identity, the Azure CLI's sign-in.
 *
 * @throws InvalidInputError where there is none, with what to do.
 */
export async function findEntraToken(environment: Environment, storeUrl: string): Promise<EntraToken> {
  const token =
    (await principalToken(environment)) ?? (await managedIdentityToken(environment)) ?? (await cliToken(environment));
  if (token !== null) return token;
  throw new InvalidInputError(
    `No credentials for ${storeUrl}. Set AZURE_STORAGE_CONNECTION_STRING, AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN, or ` +
      "run: az login; for public data set AZURE_NO_SIGN_REQUEST=YES; for data of the Planetary Computer set " +
      "AZURE_SAS_TOKEN_URL=https://planetarycomputer.microsoft.com/api/sas/v1/token",
    { details: { url: storeUrl } },
  );
}

async function principalToken(environment: Environment): Promise<EntraToken | null> {
  const tenant = environment.variable("AZURE_TENANT_ID");
  const client = environment.variable("AZURE_CLIENT_ID");
  const proof = tenant === null || client === null ? null : await proofOf(environment);
  if (tenant === null || client === null || proof === null) return null;
  const host = (environment.variable("AZURE_AUTHORITY_HOST") ?? "https://login.microsoftonline.com").replace(
    /\/+$/,
    "",
  );
  const form = new URLSearchParams({ grant_type: "client_credentials", client_id: client, scope, ...proof });
  const name = "Entra ID";
  const answer = await requestCredentials({
    fetch: environment.fetch,
    url: `${host}/${encodeURIComponent(tenant)}/oauth2/v2.0/token`,
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: form.toString(),
    name,
  });
  return tokenOf(environment, answer, name);
}

/** What proves that the client is who it says; null where nothing is set. */
async function proofOf(environment: Environment): Promise<Readonly<Record<string, string>> | null> {
  const secret = environment.variable("AZURE_CLIENT_SECRET");
  if (secret !== null) return { client_secret: secret };
  const file = environment.variable("AZURE_FEDERATED_TOKEN_FILE");
  if (file === null) return null;
  const assertion = await environment.readText(file);
  if (assertion === null) {
    throw new InvalidInputError(`${file}, which AZURE_FEDERATED_TOKEN_FILE names, does not exist.`, {
      details: { path: file },
    });
  }
  return { client_assertion_type: federated, client_assertion: assertion.trim() };
}

/** The token of a managed identity, of an app service or a machine; null where this is none. */
async function managedIdentityToken(environment: Environment): Promise<EntraToken | null> {
  const appUrl = environment.variable("IDENTITY_ENDPOINT");
  const appHeader = environment.variable("IDENTITY_HEADER");
  const isApp = appUrl !== null && appHeader !== null;
  const host = environment.variable("AZURE_POD_IDENTITY_AUTHORITY_HOST") ?? metadataUrl;
  const base = isApp
    ? `${appUrl}?api-version=2019-08-01`
    : `${host}/metadata/identity/oauth2/token?api-version=2018-02-01`;
  const client = environment.variable("AZURE_CLIENT_ID");
  const url = `${base}&resource=${encodeURIComponent(resource)}${client === null ? "" : `&client_id=${encodeURIComponent(client)}`}`;
  const headers: Record<string, string> = isApp ? { "x-identity-header": appHeader } : { metadata: "true" };
  const name = "Azure's metadata service";
  try {
    const answer = await requestCredentials({
      fetch: environment.fetch,
      url,
      headers,
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

/** The token of who signed in with `az login`; null where the CLI is not installed. */
async function cliToken(environment: Environment): Promise<EntraToken | null> {
  const args = ["account", "get-access-token", "--output", "json", "--resource", resource];
  const output = await environment.run("az", args);
  if (output === null) return null;
  const name = "The Azure CLI";
  const fields = parseFields(output, name);
  // Newer versions tell seconds since 1970, older ones a local time without its zone.
  const seconds = fields.expires_on;
  const expiresAtMs =
    typeof seconds === "number" ? seconds * 1000 : Date.parse(requiredText(fields, "expiresOn", name));
  if (!Number.isFinite(expiresAtMs)) throw endless(name);
  return { token: requiredText(fields, "accessToken", name), expiresAtMs };
}

function tokenOf(environment: Environment, answer: string, name: string): EntraToken {
  const fields = parseFields(answer, name);
  // A number from Entra ID, a text with digits from metadata services.
  const seconds = Number(fields.expires_in ?? Number.NaN);
  if (!Number.isFinite(seconds) && fields.expires_on === undefined) throw endless(name);
  const expiresAtMs = Number.isFinite(seconds) ? environment.now() + seconds * 1000 : Number(fields.expires_on) * 1000;
  if (!Number.isFinite(expiresAtMs)) throw endless(name);
  return { token: requiredText(fields, "access_token", name), expiresAtMs };
}

function endless(name: string): CorruptDataError {
  return new CorruptDataError(`The token from ${name} does not say when it ends.`, { details: { url: name } });
}
