import { InvalidInputError } from "../../errors.js";
import { type Environment, isSet } from "../environment.js";
import { ExpiringValue } from "../expiring.js";
import { ObjectStore, type ObjectStoreOptions } from "../object/object-store.js";
import type { AzureAuthorization } from "./azure-authorization.js";
import { AzureProtocol } from "./azure-protocol.js";
import { type ConnectionString, parseConnectionString } from "./connection-string.js";
import { type EntraToken, findEntraToken } from "./entra-token.js";
import { requestSignature } from "./request-signature.js";

/** What is known of an account beyond its name. All that is left out is found as Azure's tools find it. */
export interface AzureOptions {
  /** Another address of the blob service than `https://ACCOUNT.blob.core.windows.net`. */
  endpoint?: string;
  connectionString?: string;
  /** One of the account's keys, base64. */
  accountKey?: string;
  /** A shared access signature: what follows the question mark of a URL. */
  signature?: string;
  /** Address of a service that gives signatures for `/ACCOUNT/CONTAINER`, as the Planetary Computer's does. */
  signatureService?: string;
  /** A token of Entra ID, or what fetches one; it is called again before the token ends. */
  token?: EntraToken | (() => Promise<EntraToken>);
  /** Requests are not signed: for public data. */
  anonymous?: boolean;
}

/** A container of an account, or what lies in it below a prefix. */
export interface AzureLocation {
  account: string;
  container: string;
  prefix: string;
}

/**
 * The store of a container of Azure Blob Storage.
 *
 * @throws InvalidInputError for names or keys that cannot be.
 */
export async function openAzureStore(
  { account, container, prefix }: AzureLocation,
  environment: Environment,
  options: AzureOptions & ObjectStoreOptions = {},
): Promise<ObjectStore> {
  const url = `az://${account}/${container}${prefix === "" ? "" : `/${prefix}`}`;
  const settings = settingsOf(account, environment, options);
  const protocol = new AzureProtocol({
    account,
    container,
    endpoint: settings.endpoint,
    authorization: authorizationOf(settings, { account, container }, environment, options, url),
  });
  return new ObjectStore(url, protocol, prefix === "" ? "" : `${prefix}/`, options);
}

/** What was given, else what the environment says of this account: keys of another are not sent to it. */
function settingsOf(account: string, environment: Environment, options: AzureOptions): ConnectionString {
  const given: ConnectionString = {
    account,
    key: options.accountKey ?? null,
    signature: options.signature ?? null,
    endpoint: options.endpoint ?? null,
  };
  const text = options.connectionString ?? environment.variable("AZURE_STORAGE_CONNECTION_STRING");
  const connection = text === null ? null : parseConnectionString(text);
  const ofThis =
    connection !== null && (connection.account === null || connection.account === account) ? connection : null;
  const endpoint = given.endpoint ?? ofThis?.endpoint ?? environment.variable("AZURE_STORAGE_ENDPOINT");
  const isDecided =
    given.key !== null || given.signature !== null || options.signatureService || options.token || options.anonymous;
  if (isDecided) return { ...given, endpoint };
  if (ofThis !== null) return { ...ofThis, endpoint };
  const named = environment.variable("AZURE_STORAGE_ACCOUNT");
  if (named !== null && named !== account) return { ...given, endpoint };
  const key = environment.variable("AZURE_STORAGE_KEY") ?? environment.variable("AZURE_STORAGE_ACCESS_KEY");
  return { account, key, signature: environment.variable("AZURE_STORAGE_SAS_TOKEN"), endpoint };
}

function authorizationOf(
  { key, signature }: ConnectionString,
  place: { account: string; container: string },
  environment: Environment,
  options: AzureOptions,
  storeUrl: string,
): AzureAuthorization {
  if (options.anonymous) return { kind: "anonymous" };
  if (key !== null) return { kind: "key", key: decodeKey(key, storeUrl) };
  if (signature !== null) return { kind: "signature", get: async () => signature.replace(/^\?/, "") };
  const { token } = options;
  const service = options.signatureService ?? environment.variable("AZURE_SAS_TOKEN_URL");
  if (token === undefined && service !== null) {
    const signed = new ExpiringValue(
      () => requestSignature(service, place, environment),
      () => environment.now(),
    );
    return { kind: "signature", get: async () => (await signed.get()).query };
  }
  if (token === undefined && isSet(environment, "AZURE_NO_SIGN_REQUEST")) return { kind: "anonymous" };
  const fetch =
    typeof token === "function"
      ? token
      : token === undefined
        ? () => findEntraToken(environment, storeUrl)
        : async () => token;
  const value = new ExpiringValue(fetch, () => environment.now());
  return { kind: "token", get: async () => (await value.get()).token, renew: () => value.forget() };
}

function decodeKey(key: string, storeUrl: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(key), (letter) => letter.charCodeAt(0));
  } catch {
    throw new InvalidInputError(`The account key for ${storeUrl} is not base64.`, { details: { url: storeUrl } });
  }
}
