import { InvalidInputError, NotFoundError, type PixelQueryError } from "../../errors.js";
import { listingParameters, parseBucketListing } from "../object/bucket-listing.js";
import { parseEndpoint } from "../object/endpoint.js";
import { detailsOf, saidBy } from "../object/fault.js";
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

/** Bucket names: dots and underscores are allowed, 3 to 222 letters. */
const bucketPattern = /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/;
const googleEndpoint = "https://storage.googleapis.com";

export interface GcsProtocolOptions {
  bucket: string;
  /** Another server that speaks Google's XML interface; null for Google's. */
  endpoint: string | null;
  /** Gives an access token, `renew` after a server called it invalid; null for unsigned requests. */
  token: { get(): Promise<string>; renew(): boolean } | null;
  /** The project that pays, for buckets whose readers pay; null for none. */
  userProject: string | null;
}

/**
 * Google Cloud Storage by its XML interface. A version is an object's generation, which no two writes share; conditions go by
 * `x-goog-if-generation-match`, 0 for an object that does not exist.
 */
export class GcsProtocol implements ObjectProtocol {
  readonly service = "Google Cloud Storage";
  readonly endpoint: string | null;
  readonly writeHeaders = {};
  /** Generations are microseconds since 1970: this one is long past. */
  readonly impossibleVersion = "1";
  readonly needsProbe: boolean;
  readonly #options: GcsProtocolOptions;
  readonly #base: string;

  /** @throws InvalidInputError for an endpoint or a bucket's name that cannot be. */
  constructor(options: GcsProtocolOptions) {
    const { bucket, endpoint } = options;
    if (!bucketPattern.test(bucket)) throw new InvalidInputError(`"${bucket}" is not the name of a bucket.`);
    const base = parseEndpoint(endpoint ?? googleEndpoint);
    this.#options = options;
    this.#base = `${base.origin}${base.pathname.replace(/\/+$/, "")}/${bucket}`;
    this.endpoint = endpoint === null ? null : base.origin;
    this.needsProbe = endpoint !== null;
  }

  objectUrl(key: string): URL {
    return new URL(`${this.#base}/${encodeKey(key)}`);
  }

  listUrl(prefix: string, page: string | null): URL {
    const url = new URL(this.#base);
    for (const [name, value] of listingParameters(prefix, page)) url.searchParams.set(name, value);
    return url;
  }

  parseListing(answer: XmlElement, source: string): ListingPage {
    return parseBucketListing(answer, source, (object) => textOf(object, "Generation"));
  }

  async authorize({ url, headers }: ObjectRequest): Promise<AuthorizedRequest> {
    const { token, userProject } = this.#options;
    const project = userProject === null ? {} : { "x-goog-user-project": userProject };
    const authorization = token === null ? {} : { authorization: `Bearer ${await token.get()}` };
    return { url: url.href, headers: { ...headers, ...project, ...authorization } };
  }

  versionOf(header: (name: string) => string | null): string | null {
    return header("x-goog-generation");
  }

  conditionHeaders(version: string | null): Readonly<Record<string, string>> {
    return { "x-goog-if-generation-match": version ?? "0" };
  }

  otherConditionHeaders(): null {
    return null;
  }

  judgeCondition({ status, code }: Fault): ConditionVerdict {
    if (status === 412) return "not at that version";
    return status === 404 && code === "NoSuchKey" ? "not at that version" : "other";
  }

  isMissingObject({ status, code }: Fault): boolean {
    return status === 404 && code !== "NoSuchBucket";
  }

  learn({ status }: Fault): boolean {
    return status === 401 && (this.#options.token?.renew() ?? false);
  }

  explain(fault: Fault): PixelQueryError | null {
    const { code, name, status } = fault;
    const details = detailsOf(this, fault);
    if (code === "NoSuchBucket") {
      return new NotFoundError(`The bucket of ${name} does not exist (${saidBy(fault)}). Check its name.`, { details });
    }
    if (code === "UserProjectMissing") {
      return new InvalidInputError(
        `Readers of ${name} pay (${saidBy(fault)}). Name a project that does in GOOGLE_CLOUD_QUOTA_PROJECT.`,
        { details },
      );
    }
    if (status === 401) {
      return new InvalidInputError(
        `${name} wants to know who asks (${saidBy(fault)}). Sign in (gcloud auth application-default login), or name a ` +
          "service account's key file in GOOGLE_APPLICATION_CREDENTIALS.",
        { details },
      );
    }
    return null;
  }
}
