import type { PixelQueryError } from "../../errors.js";
import type { S3Access } from "../byte-store.js";
import type { XmlElement } from "./xml.js";

/** A request before it is signed. */
export interface ObjectRequest {
  method: "GET" | "HEAD" | "PUT" | "DELETE";
  /** Without anything secret. */
  url: URL;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  body?: Uint8Array | undefined;
}

/** A request as it is sent. */
export interface AuthorizedRequest {
  /** May hold a secret, such as a shared access signature: never shown. */
  url: string;
  headers: Readonly<Record<string, string>>;
}

/** An object as a listing has it; its key is the whole one, not yet relative to a store's prefix. */
export interface ListedObject {
  key: string;
  sizeBytes: number;
  /** Milliseconds since 1970-01-01 UTC; null where the server tells none. */
  modifiedMs: number | null;
  etag: string | null;
  version: string;
}

/** One page of a listing. */
export interface ListingPage {
  objects: ListedObject[];
  /** What asks for the next page; null after the last. */
  next: string | null;
}

/** An answer that is not what was asked for. */
export interface Fault {
  method: ObjectRequest["method"];
  /** HTTP status. */
  status: number;
  /** The server's own name for what happened, such as `NoSuchBucket`; null where it gave none. */
  code: string | null;
  /** What else the server's message holds, such as `Region`; null where it has no body. */
  message: XmlElement | null;
  /** What people know the object by. */
  name: string;
  header(name: string): string | null;
}

/**
 * What the fault of a conditional write means for it: the object is at another version; nothing was decided and nothing
 * written; another writer came between, with who knows what result for the object, but not with ours; or something that
 * is no matter of conditions.
 */
export type ConditionVerdict = "not at that version" | "undecided" | "overtaken" | "other";

/**
 * How one provider's storage is spoken to: addresses, signatures, versions, listings and messages. It makes no requests
 * for objects itself.
 */
export interface ObjectProtocol {
  /** What people call it: `S3`. */
  readonly service: string;
  /** Where requests go, for messages; null where the store's own URL says it all. */
  readonly endpoint: string | null;
  /** How others reach the bucket, as far as known; absent where its URL says it all. */
  access?(): S3Access;
  /** Address of an object by its whole key. */
  objectUrl(key: string): URL;
  /** Address of a page of the objects whose whole key starts with `prefix`; `page` as the page before told it. */
  listUrl(prefix: string, page: string | null): URL;
  /** @throws CorruptDataError where the answer is no listing. */
  parseListing(answer: XmlElement, source: string): ListingPage;
  /** The request with what proves who asks. */
  authorize(request: ObjectRequest): Promise<AuthorizedRequest>;
  /** Headers that go with each write. */
  readonly writeHeaders: Readonly<Record<string, string>>;
  /** Version of the object that an answer tells of; null where it tells none. */
  versionOf(header: (name: string) => string | null): string | null;
  /** Headers under which a write happens only if the object is at `version`; null: only if it does not exist. */
  conditionHeaders(version: string | null): Readonly<Record<string, string>>;
  /** A version that no object has, to ask whether conditions are honoured. */
  readonly impossibleVersion: string;
  /** Another form of {@link conditionHeaders} that some servers need; null where there is none. */
  otherConditionHeaders(version: string): Readonly<Record<string, string>> | null;
  /** False where the provider documents that conditions are honoured, and no other server can be in its place. */
  readonly needsProbe: boolean;
  judgeCondition(fault: Fault): ConditionVerdict;
  /** True where the fault says that there is no such object; not where its bucket is missing. */
  isMissingObject(fault: Fault): boolean;
  /** True where something was learnt, such as the bucket's region, that makes it worth asking once more. */
  learn(fault: Fault): boolean;
  /** The error for a fault that only this provider has; null for those that all have. */
  explain(fault: Fault): PixelQueryError | null;
}
