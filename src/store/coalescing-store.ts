import type { ByteRange, ByteStore, ReadOptions, StoredBytes } from "./byte-store.js";
import { assertKey, assertRange } from "./key.js";
import { passThrough } from "./pass-through.js";
import { SharedRequest } from "./shared-request.js";

export interface CoalescingOptions {
  /** Ranges no further apart than this are read as one; the bytes between are read in vain. 16 KiB unless given. */
  gapBytes?: number;
  /** No merged range is longer; 8 MiB unless given. */
  longestBytes?: number;
}

interface WantedRange {
  range: ByteRange;
  signal: AbortSignal | undefined;
  resolve(answer: Promise<StoredBytes | null>): void;
}

/** Ranges that are read as one. */
interface MergedRange {
  range: ByteRange;
  members: WantedRange[];
}

/**
 * `store`, reading ranges of one object that are asked for in the same turn of the event loop, and lie near each other,
 * with one request. Whole objects and everything else pass as they are.
 */
export function withRangeCoalescing(store: ByteStore, options: CoalescingOptions = {}): ByteStore {
  const waiting = new Map<string, WantedRange[]>();
  const flush = () => {
    for (const [key, ranges] of waiting) {
      for (const merged of merge(ranges, options)) read(store, key, merged);
    }
    waiting.clear();
  };
  const enqueue = (key: string, wanted: WantedRange) => {
    // Callers that come in one turn may be some microtasks apart.
    if (waiting.size === 0) setTimeout(flush, 0);
    const ranges = waiting.get(key);
    if (ranges) ranges.push(wanted);
    else waiting.set(key, [wanted]);
  };
  return {
    ...passThrough(store),
    async get(key, range, readOptions: ReadOptions = {}) {
      if (!range) return store.get(key, range, readOptions);
      const { signal } = readOptions;
      signal?.throwIfAborted();
      assertKey(key, store.url);
      assertRange(range, key);
      return new Promise((resolve) => enqueue(key, { range, signal, resolve }));
    },
  };
}

/** Neighbours after sorting by offset, as long as they are near and not too long together. */
function merge(ranges: readonly WantedRange[], options: CoalescingOptions): MergedRange[] {
  const { gapBytes = 16_384, longestBytes = 8 * 2 ** 20 } = options;
  const merged: MergedRange[] = [];
  const wanted = ranges.filter(({ signal }) => !signal?.aborted);
  for (const member of wanted.sort((a, b) => a.range.offset - b.range.offset)) {
    const last = merged.at(-1);
    const lastEnd = last ? last.range.offset + last.range.length : 0;
    const end = Math.max(lastEnd, member.range.offset + member.range.length);
    const isNear = last !== undefined && member.range.offset <= lastEnd + gapBytes;
    if (last && isNear && end - last.range.offset <= longestBytes) {
      last.range = { offset: last.range.offset, length: end - last.range.offset };
      last.members.push(member);
    } else {
      merged.push({ range: member.range, members: [member] });
    }
  }
  for (const { signal, resolve } of ranges) if (signal?.aborted) resolve(Promise.reject(signal.reason));
  return merged;
}

function read(store: ByteStore, key: string, { range, members }: MergedRange): void {
  const request = new SharedRequest((signal) => store.get(key, range, { signal }));
  for (const member of members) {
    const take = (stored: StoredBytes | null) => stored && cut(stored, range, member.range, members.length > 1);
    member.resolve(request.join(member.signal).then(take));
  }
}

/** The part of a merged answer that one caller asked for: a copy, since the others get theirs out of the same bytes. */
function cut(stored: StoredBytes, from: ByteRange, wanted: ByteRange, isShared: boolean): StoredBytes {
  if (!isShared) return stored;
  const start = wanted.offset - from.offset;
  return { ...stored, data: stored.data.slice(start, start + wanted.length) };
}
