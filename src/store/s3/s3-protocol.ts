import { AwsV4Signer } from "aws4fetch";
import type { PixelQueryError } from "../../errors.js";
import type { S3Access } from "../byte-store.js";
import { listingParameters, parseBucketListing } from "../object/bucket-listing.js";
import { parseEndpoint } from "../object/endpoint.js";
import { encodeKey } from "../object/keys-in-urls.js";
import type {
  AuthorizedRequest,
  ConditionVerdict,
  Fault,
  ListingPage,
  ObjectProtocol,
  ObjectRequest,
} from "../object/object-protocol.js";
import { textOf, type XmlElement } from "../object/xml.js";
import { bucketAddress, isVirtual, type S3Location } from "./s3-address.js";
import type { S3Credentials } from "./s3-credentials.js";
import { explainS3Fault } from "./s3-faults.js";

/** SHA-256 of no bytes. */
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const expiredCodes: readonly string[] = ["ExpiredToken", "TokenRefreshRequired"];

/** Where the credentials for requests come from; `renew` after a server called them expired. */
export interface S3CredentialSource {
  get(): Promise<S3Credentials>;
  /** False where there is nothing fresher to have. */
  renew(): boolean;
}

export interface S3ProtocolOptions extends S3Location {
  /** Where the bucket lies, as far as known; a server that knows better is believed. */
  region: string;
  /** Null for unsigned requests. */
  credentials: S3CredentialSource | null;
  /** The owner of these credentials pays for what is read, as buckets marked so demand. */
  requesterPays: boolean;
}

/**
 * S3 as Amazon, Ceph, MinIO, R2 and others serve it. Versions are ETags, which for Amazon depend on the bytes alone: an
 * object that was replaced by the same bytes has the version it had.
 */
export class S3Protocol implements ObjectProtocol {
  readonly service = "S3";
  readonly endpoint: string | null;
  readonly writeHeaders = {};
  readonly impossibleVersion = '"00000000000000000000000000000000-pixelquery"';
  /** Amazon honours conditions since November 2024. */
  readonly needsProbe: boolean;
  readonly #options: S3ProtocolOptions;
  readonly #signingKeys = new Map<string, ArrayBuffer>();
  #region: string;
  #address: URL;

  /** @throws InvalidInputError for an endpoint, a region or a bucket's name that cannot be. */
  constructor(options: S3ProtocolOptions) {
    this.#options = options;
    this.#region = options.region;
    this.#address = bucketAddress(options, options.region);
    this.endpoint = options.endpoint === null ? null : this.#address.origin;
    this.needsProbe = options.endpoint !== null;
  }

  access(): S3Access {
    const { bucket, endpoint, addressing, credentials, requesterPays } = this.#options;
    return {
      kind: "s3",
      region: this.#region,
      endpoint: endpoint === null ? null : parseEndpoint(endpoint).href.replace(/\/$/, ""),
      addressing: isVirtual({ bucket, endpoint, addressing }) ? "virtual" : "path",
      anonymous: credentials === null,
      requesterPays,
    };
  }

  objectUrl(key: string): URL {
    return new URL(this.#address.href + encodeKey(key));
  }

  listUrl(prefix: string, page: string | null): URL {
    const url = new URL(this.#address.href);
    // In the path the bucket goes without a slash behind it.
    url.pathname = url.pathname.replace(/(?<=.)\/$/, "");
    for (const [name, value] of listingParameters(prefix, page)) url.searchParams.set(name, value);
    return url;
  }

  parseListing(answer: XmlElement, source: string): ListingPage {
    return parseBucketListing(answer, source, (_object, etag) => etag);
  }

  async authorize(request: ObjectRequest): Promise<AuthorizedRequest> {
    const url = this.#atCurrentAddress(request.url);
    const { "accept-encoding": _, ...own } = request.headers;
    const headers = this.#options.requesterPays ? { ...own, "x-amz-request-payer": "requester" } : own;
    const credentials = await this.#options.credentials?.get();
    if (!credentials) return { url: url.href, headers };
    const bodyHash = request.body ? await sha256(request.body) : emptyHash;
    const signer = new AwsV4Signer({
      method: request.method,
      url: url.href,
      headers: { ...headers, "x-amz-content-sha256": bodyHash },
      accessKeyId: credentials.accessKeyId,
      secretAccessKey: credentials.secretAccessKey,
      ...(credentials.sessionToken === null ? {} : { sessionToken: credentials.sessionToken }),
      service: "s3",
      region: this.#region,
      cache: this.#signingKeys,
    });
    const signed = await signer.sign();
    return { url: url.href, headers: Object.fromEntries(signed.headers) };
  }

  versionOf(header: (name: string) => string | null): string | null {
    return header("etag");
  }

  conditionHeaders(version: string | null): Readonly<Record<string, string>> {
    return version === null ? { "if-none-match": "*" } : { "if-match": version };
  }

  /** Ceph before its version 17 compares with the ETag without quotes. */
  otherConditionHeaders(version: string): Readonly<Record<string, string>> | null {
    const bare = /^"(.*)"$/.exec(version)?.[1];
    return bare === undefined || !this.needsProbe ? null : { "if-match": bare };
  }

  judgeCondition({ status, code }: Fault): ConditionVerdict {
    if (status === 412) return "not at that version";
    // There is no object, so it is at no version.
    if (status === 404 && code === "NoSuchKey") return "not at that version";
    // Two writers at once: the server did neither, or only the other.
    if (status === 409 && (code === "ConditionalRequestConflict" || code === "OperationAborted")) return "undecided";
    // Ceph gives up a conditional write when the object changes under it, but has no better name for that (ECANCELED).
    return status === 500 && code === "UnknownError" && this.needsProbe ? "overtaken" : "other";
  }

  isMissingObject({ status, code }: Fault): boolean {
    return status === 404 && code !== "NoSuchBucket";
  }

  learn(fault: Fault): boolean {
    if (expiredCodes.includes(fault.code ?? "")) return this.#options.credentials?.renew() ?? false;
    const region = fault.header("x-amz-bucket-region") ?? (fault.message && textOf(fault.message, "Region"));
    if (!region || region === this.#region || !/^[a-z0-9-]{1,50}$/.test(region)) return false;
    this.#region = region;
    this.#address = bucketAddress(this.#options, region);
    return true;
  }

  explain(fault: Fault): PixelQueryError | null {
    return explainS3Fault(this, fault, this.#region);
  }

  /** The same request where the bucket is now known to be. */
  #atCurrentAddress(asked: URL): URL {
    const url = new URL(asked.href);
    url.host = this.#address.host;
    return url;
  }
}

async function sha256(bytes: Uint8Array): Promise<string> {
  // Bodies are never views of shared memory, which is all that the cast leaves out.
  const hash = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
