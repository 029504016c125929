import { CorruptDataError, InvalidInputError, NotFoundError, type PixelQueryError } from "../../errors.js";
import { parseCount } from "../http-answer.js";
import { quoted } from "../object/bucket-listing.js";
import { parseEndpoint } from "../object/endpoint.js";
import { detailsOf, saidBy } from "../object/fault.js";
import { encodeKey } from "../object/keys-in-urls.js";
import type {
  AuthorizedRequest,
  ConditionVerdict,
  Fault,
  ListedObject,
  ListingPage,
  ObjectProtocol,
  ObjectRequest,
} from "../object/object-protocol.js";
import { childOf, childrenOf, textOf, type XmlElement } from "../object/xml.js";
import type { AzureAuthorization } from "./azure-authorization.js";
import { sharedKeySignature } from "./shared-key.js";

/** Of December 2021: conditions, SAS and listings as they are used here; Azurite and sovereign clouds have it too. */
const serviceVersion = "2021-12-02";
const accountPattern = /^[a-z0-9]{3,24}$/;
/** Names of containers, and those that begin with `$`, such as `$web`. */
const containerPattern = /^\$?[a-z0-9][a-z0-9-]{1,62}$/;

export interface AzureProtocolOptions {
  account: string;
  container: string;
  /** Another address than `https://ACCOUNT.blob.core.windows.net`; null for that one. */
  endpoint: string | null;
  authorization: AzureAuthorization;
}

/** Azure Blob Storage. Versions are ETags, which change with each write. */
export class AzureProtocol implements ObjectProtocol {
  readonly service = "Azure Blob Storage";
  readonly endpoint: string | null;
  readonly writeHeaders = { "x-ms-blob-type": "BlockBlob" };
  readonly impossibleVersion = '"0x0"';
  readonly needsProbe: boolean;
  readonly #options: AzureProtocolOptions;
  readonly #base: string;

  /** @throws InvalidInputError for an endpoint, an account or a container that cannot be. */
  constructor(options: AzureProtocolOptions) {
    const { account, container, endpoint } = options;
    if (!accountPattern.test(account))
      throw new InvalidInputError(`"${account}" is not the name of a storage account.`);
    if (!containerPattern.test(container))
      throw new InvalidInputError(`"${container}" is not the name of a container.`);
    const base = parseEndpoint(endpoint ?? `https://${account}.blob.core.windows.net`);
    this.#options = options;
    this.#base = `${base.origin}${base.pathname.replace(/\/+$/, "")}/${container}`;
    this.endpoint = endpoint === null ? null : base.origin;
    this.needsProbe = endpoint !== null;
  }

  objectUrl(key: string): URL {
    return new URL(`${this.#base}/${encodeKey(key)}`);
  }

  listUrl(prefix: string, page: string | null): URL {
    const url = new URL(this.#base);
    url.searchParams.set("restype", "container");
    url.searchParams.set("comp", "list");
    url.searchParams.set("prefix", prefix);
    if (page !== null) url.searchParams.set("marker", page);
    return url;
  }

  parseListing(answer: XmlElement, source: string): ListingPage {
    const blobs = answer.name === "EnumerationResults" ? childOf(answer, "Blobs") : null;
    if (blobs === null) throw notListing(source, `it is a <${answer.name}>`);
    const objects = childrenOf(blobs, "Blob").flatMap((blob) => parseBlob(blob, source) ?? []);
    return { objects, next: textOf(answer, "NextMarker") || null };
  }

  async authorize(request: ObjectRequest): Promise<AuthorizedRequest> {
    const { authorization, account } = this.#options;
    const headers: Record<string, string> = { ...request.headers, "x-ms-version": serviceVersion };
    const url = request.url.href;
    switch (authorization.kind) {
      case "anonymous":
        return { url, headers };
      case "signature":
        return { url: `${url}${request.url.search === "" ? "?" : "&"}${await authorization.get()}`, headers };
      case "token":
        return { url, headers: { ...headers, authorization: `Bearer ${await authorization.get()}` } };
      case "key": {
        headers["x-ms-date"] = new Date().toUTCString();
        const signature = await sharedKeySignature({ ...request, headers }, account, authorization.key);
        return { url, headers: { ...headers, authorization: `SharedKey ${account}:${signature}` } };
      }
    }
  }

  versionOf(header: (name: string) => string | null): string | null {
    return header("etag");
  }

  conditionHeaders(version: string | null): Readonly<Record<string, string>> {
    return version === null ? { "if-none-match": "*" } : { "if-match": version };
  }

  otherConditionHeaders(): null {
    return null;
  }

  judgeCondition({ status, code }: Fault): ConditionVerdict {
    if (status === 412 && (code === "ConditionNotMet" || code === null)) return "not at that version";
    if (status === 409 && code === "BlobAlreadyExists") return "not at that version";
    return status === 404 && code === "BlobNotFound" ? "not at that version" : "other";
  }

  isMissingObject({ status, code }: Fault): boolean {
    return status === 404 && code !== "ContainerNotFound" && code !== "ResourceNotFound";
  }

  learn({ status }: Fault): boolean {
    const { authorization } = this.#options;
    return status === 401 && authorization.kind === "token" && authorization.renew();
  }

  explain(fault: Fault): PixelQueryError | null {
    const { code, name } = fault;
    const details = detailsOf(this, fault);
    if (code === "ContainerNotFound" || code === "ResourceNotFound") {
      return new NotFoundError(`The container of ${name} does not exist (${saidBy(fault)}). Check its name.`, {
        details,
      });
    }
    const remedy = code === null ? undefined : remedies[code];
    if (remedy === undefined) return null;
    return new InvalidInputError(`Access to ${name} was denied (${saidBy(fault)}). ${remedy}`, { details });
  }
}

/** What to do about a fault, by Azure's name for it. */
const remedies: Readonly<Record<string, string>> = {
  AuthenticationFailed:
    "The account key or the shared access signature is wrong or has ended, or this machine's clock is wrong by more than 15 minutes.",
  AuthorizationFailure: "A network rule of the account keeps this machine out, or the signature lacks a permission.",
  AuthorizationPermissionMismatch: "These credentials lack the role Storage Blob Data Reader or Contributor.",
  AuthorizationProtocolMismatch: "The shared access signature allows https:// only.",
  NoAuthenticationInformation:
    "The container is not public. Set AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN, or run: az login; for data of the Planetary " +
    "Computer set AZURE_SAS_TOKEN_URL=https://planetarycomputer.microsoft.com/api/sas/v1/token",
  PublicAccessNotPermitted:
    "The account is not public. Set AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN, or run: az login; for data of the Planetary " +
    "Computer set AZURE_SAS_TOKEN_URL=https://planetarycomputer.microsoft.com/api/sas/v1/token",
  KeyBasedAuthenticationNotPermitted: "The account takes no keys. Unset AZURE_STORAGE_KEY, and run: az login",
};

/** Null for the folder entries of accounts with a hierarchical namespace. */
function parseBlob(blob: XmlElement, source: string): ListedObject | null {
  const properties = childOf(blob, "Properties");
  const nameElement = childOf(blob, "Name");
  // Not trimmed: a key may end in a space.
  const key = nameElement?.text ?? "";
  const etag = properties && quoted(textOf(properties, "Etag"));
  const sizeBytes = parseCount(properties && textOf(properties, "Content-Length"));
  if (properties && textOf(properties, "ResourceType") === "directory") return null;
  if (key === "" || etag === null || sizeBytes === null)
    throw notListing(source, "a blob is without name, size or ETag");
  const modifiedMs = Date.parse(textOf(properties!, "Last-Modified") ?? "");
  return { key, sizeBytes, modifiedMs: Number.isNaN(modifiedMs) ? null : modifiedMs, etag, version: etag };
}

function notListing(source: string, reason: string): CorruptDataError {
  return new CorruptDataError(`The answer of ${source} is not a listing: ${reason}.`, { details: { url: source } });
}
