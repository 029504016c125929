import { type Environment, isSet } from "../environment.js";
import { ExpiringValue } from "../expiring.js";
import { ObjectStore, type ObjectStoreOptions } from "../object/object-store.js";
import { GcsProtocol } from "./gcs-protocol.js";
import { findGoogleToken, type GoogleToken } from "./google-token.js";

/** What is known of a bucket of Google's beyond its name. All that is left out is found as Google's tools find it. */
export interface GcsOptions {
  /** Another server that speaks Google's XML interface. */
  endpoint?: string;
  /** An access token, or what fetches one; it is called again before the token ends. */
  token?: GoogleToken | (() => Promise<GoogleToken>);
  /** Requests are not signed: for public data. */
  anonymous?: boolean;
  /** The project that pays, for buckets whose readers pay. */
  userProject?: string;
}

/**
 * The store of a bucket of Google Cloud Storage, or of what lies in it below a prefix.
 *
 * @throws InvalidInputError for an endpoint or a bucket's name that cannot be.
 */
export async function openGcsStore(
  bucket: string,
  prefix: string,
  environment: Environment,
  options: GcsOptions & ObjectStoreOptions = {},
): Promise<ObjectStore> {
  const url = `gs://${bucket}${prefix === "" ? "" : `/${prefix}`}`;
  const isAnonymous = options.anonymous ?? (!options.token && isSet(environment, "GS_NO_SIGN_REQUEST"));
  const protocol = new GcsProtocol({
    bucket,
    endpoint: options.endpoint ?? null,
    token: isAnonymous ? null : tokenSource(environment, options.token, url),
    userProject: options.userProject ?? environment.variable("GOOGLE_CLOUD_QUOTA_PROJECT"),
  });
  return new ObjectStore(url, protocol, prefix === "" ? "" : `${prefix}/`, options);
}

function tokenSource(environment: Environment, given: GcsOptions["token"], storeUrl: string) {
  const fetch =
    typeof given === "function"
      ? given
      : given === undefined
        ? () => findGoogleToken(environment, storeUrl)
        : async () => given;
  const value = new ExpiringValue(fetch, () => environment.now());
  return { get: async () => (await value.get()).token, renew: () => value.forget() };
}
