import type { ByteRange, ByteStore } from "./byte-store.js";
import { introduceStore } from "./pass-through.js";

/** One call on a store, in the order in which they began. */
export interface RecordedRequest {
  operation: "get" | "head" | "put" | "putIf" | "list" | "delete";
  /** The key, or the prefix of a `list`. */
  key: string;
  /** The range asked for; null where the whole object was. */
  range: ByteRange | null;
  /** Bytes read or written; 0 until the answer is there, and where there were none. */
  lengthBytes: number;
}

/** A store that remembers what was asked of it. */
export interface RecordingStore extends ByteStore {
  readonly requests: readonly RecordedRequest[];
  /** Forget all requests so far. */
  clear(): void;
}

/** `store` with a record of every request, so that tests can count requests and bytes instead of timing them. */
export function withRecording(store: ByteStore): RecordingStore {
  const requests: RecordedRequest[] = [];
  const begin = (operation: RecordedRequest["operation"], key: string, range: ByteRange | null = null, bytes = 0) => {
    const request: RecordedRequest = { operation, key, range, lengthBytes: bytes };
    requests.push(request);
    return request;
  };
  return {
    ...introduceStore(store),
    requests,
    clear: () => {
      requests.length = 0;
    },
    async get(key, range, options) {
      const request = begin("get", key, range ?? null);
      const answer = await store.get(key, range, options);
      request.lengthBytes = answer?.data.length ?? 0;
      return answer;
    },
    head(key, options) {
      begin("head", key);
      return store.head(key, options);
    },
    put(key, data, options) {
      begin("put", key, null, data.length);
      return store.put(key, data, options);
    },
    putIf(key, data, version, options) {
      begin("putIf", key, null, data.length);
      return store.putIf(key, data, version, options);
    },
    list(prefix, options) {
      begin("list", prefix);
      return store.list(prefix, options);
    },
    delete(key, options) {
      begin("delete", key);
      return store.delete(key, options);
    },
  };
}
