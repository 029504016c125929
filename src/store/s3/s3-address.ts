import { InvalidInputError } from "../../errors.js";
import { parseEndpoint } from "../object/endpoint.js";

/** Names of buckets, as AWS has them (also old ones with capitals and underscores). */
const bucketPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/;

export interface S3Location {
  bucket: string;
  /** Address of another server than Amazon's; null for Amazon's of the region. */
  endpoint: string | null;
  /** Where the bucket's name goes: into the path, or before the host's name; null for what suits the endpoint. */
  addressing: "path" | "virtual" | null;
}

/**
 * The address of a bucket in a region, ending in a slash. Amazon's buckets have a host each, except those with a dot in
 * their name, for which no certificate is valid; other servers get the bucket in the path, which all of them understand.
 *
 * @throws InvalidInputError for an endpoint that is no HTTP address, or a name that no bucket has.
 */
export function bucketAddress({ bucket, endpoint, addressing }: S3Location, region: string): URL {
  if (!bucketPattern.test(bucket)) throw new InvalidInputError(`"${bucket}" is not the name of a bucket.`);
  const base = endpoint === null ? amazonEndpoint(region) : parseEndpoint(endpoint);
  const path = base.pathname.replace(/\/+$/, "");
  if (isVirtual({ bucket, endpoint, addressing })) {
    base.host = `${bucket}.${base.host}`;
    base.pathname = `${path}/`;
  } else {
    base.pathname = `${path}/${bucket}/`;
  }
  return base;
}

/** True where the bucket's name goes before the host's. */
export function isVirtual({ bucket, endpoint, addressing }: S3Location): boolean {
  return addressing === null ? endpoint === null && !bucket.includes(".") : addressing === "virtual";
}

function amazonEndpoint(region: string): URL {
  if (!/^[a-z0-9-]+$/.test(region)) throw new InvalidInputError(`"${region}" is not the name of a region.`);
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return new URL(`https://s3.${region}.${domain}`);
}
