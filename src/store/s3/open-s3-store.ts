import { type Environment, isSet } from "../environment.js";
import { ExpiringValue } from "../expiring.js";
import { ObjectStore, type ObjectStoreOptions } from "../object/object-store.js";
import { findS3Credentials } from "./credentials/find-credentials.js";
import { type Profile, readSharedConfig } from "./credentials/shared-config.js";
import type { S3Location } from "./s3-address.js";
import type { S3Credentials } from "./s3-credentials.js";
import { S3Protocol } from "./s3-protocol.js";

/** What is known of a bucket beyond its name. All that is left out is found as AWS's tools find it. */
export interface S3Options {
  /** Address of another server than Amazon's. */
  endpoint?: string;
  region?: string;
  /** Where the bucket's name goes. Into the path with an endpoint, and before the host's name without, unless given. */
  addressing?: "path" | "virtual";
  /** Name of a profile in AWS's shared files. */
  profile?: string;
  /** Credentials, or what fetches them; it is called again before they expire. */
  credentials?: S3Credentials | (() => Promise<S3Credentials>);
  /** Requests are not signed: for public data. */
  anonymous?: boolean;
  requesterPays?: boolean;
}

/** Asked for in the region where most buckets answer with the region they are in. */
const defaultRegion = "us-east-1";

/**
 * The store of a bucket, or of what lies in it below a prefix, as `options` and then the environment say.
 *
 * @throws InvalidInputError for an endpoint, a region or a bucket's name that cannot be.
 */
export async function openS3Store(
  bucket: string,
  prefix: string,
  environment: Environment,
  options: S3Options & ObjectStoreOptions = {},
): Promise<ObjectStore> {
  const variable = (name: string) => environment.variable(name);
  const url = `s3://${bucket}${prefix === "" ? "" : `/${prefix}`}`;
  const config = await readSharedConfig(environment);
  const profile = config.profile(options.profile ?? variable("AWS_PROFILE") ?? "default");
  const region =
    options.region ??
    variable("AWS_REGION") ??
    variable("AWS_DEFAULT_REGION") ??
    profile?.get("region") ??
    defaultRegion;
  const isAnonymous = options.anonymous ?? (!options.credentials && isSet(environment, "AWS_NO_SIGN_REQUEST"));
  const protocol = new S3Protocol({
    ...locationOf(bucket, environment, profile, options),
    region,
    credentials: isAnonymous ? null : credentialSource(environment, options, region, url),
    requesterPays: options.requesterPays ?? variable("AWS_REQUEST_PAYER")?.toLowerCase() === "requester",
  });
  return new ObjectStore(url, protocol, prefix === "" ? "" : `${prefix}/`, options);
}

function locationOf(bucket: string, environment: Environment, profile: Profile | null, options: S3Options): S3Location {
  const endpoint =
    options.endpoint ??
    environment.variable("AWS_ENDPOINT_URL_S3") ??
    environment.variable("AWS_ENDPOINT_URL") ??
    profile?.get("endpoint_url") ??
    null;
  // GDAL's name for it: AWS's own tools have it in nested settings alone.
  const asked = environment.variable("AWS_VIRTUAL_HOSTING");
  const asVariable = asked === null ? null : isSet(environment, "AWS_VIRTUAL_HOSTING") ? "virtual" : "path";
  return { bucket, endpoint, addressing: options.addressing ?? asVariable };
}

function credentialSource(environment: Environment, options: S3Options, region: string, storeUrl: string) {
  const { credentials, profile = null } = options;
  const fetch =
    typeof credentials === "function"
      ? credentials
      : credentials === undefined
        ? () => findS3Credentials(environment, { profile, region, storeUrl })
        : async () => credentials;
  const value = new ExpiringValue(fetch, () => environment.now());
  return { get: () => value.get(), renew: () => value.forget() };
}
