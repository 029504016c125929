import { describe, expect, test } from "vitest";
import { ConflictError, UnavailableError } from "../../src/errors.js";
import {
  type ByteRange,
  type ByteStore,
  MemoryStore,
  withCache,
  withConcurrencyLimit,
  withRangeCoalescing,
  withRecording,
  withRetries,
} from "../../src/store/index.js";

const bytes = (...values: number[]) => Uint8Array.from(values);
const turns = (count: number) => new Promise<void>((resolve) => setTimeout(resolve, count));

/** A store whose gets wait until they are let go, and which says who waits. */
function withGate(store: ByteStore) {
  const waiting: { key: string; range: ByteRange | undefined; open: () => void }[] = [];
  const aborted: string[] = [];
  const gated: ByteStore = {
    ...withRecording(store),
    get: (key, range, options = {}) =>
      new Promise((resolve, reject) => {
        options.signal?.addEventListener("abort", () => {
          aborted.push(key);
          reject(options.signal!.reason);
        });
        waiting.push({ key, range, open: () => resolve(store.get(key, range)) });
      }),
  };
  return { store: gated, waiting, aborted };
}

describe("withRetries", () => {
  /** A store whose every call fails with `errors` first. */
  function failing(...errors: Error[]): { store: ByteStore; calls: () => number } {
    let calls = 0;
    const memory = new MemoryStore();
    const fail = () => {
      calls += 1;
      const error = errors.shift();
      if (error) throw error;
    };
    const attempt = async <T>(call: () => Promise<T>): Promise<T> => {
      fail();
      return call();
    };
    return {
      calls: () => calls,
      store: {
        url: memory.url,
        get: (key) => attempt(() => memory.get(key)),
        head: (key) => attempt(() => memory.head(key)),
        put: (key, data) => attempt(() => memory.put(key, data)),
        putIf: (key, data, version) => attempt(() => memory.putIf(key, data, version)),
        delete: (key) => attempt(() => memory.delete(key)),
        async *list(prefix) {
          fail();
          yield* memory.list(prefix);
          fail();
        },
      },
    };
  }
  const down = () => new UnavailableError("down");
  const broken = () => Object.assign(new Error("broken"), { code: "ECONNRESET" });
  const quick = { firstWaitMs: 1 };

  test("tries again what may pass: servers that are down, connections that broke", async () => {
    const { store, calls } = failing(down(), broken(), down());
    await withRetries(store, quick).put("a", bytes(1));
    expect(calls()).toBe(4);
    expect((await withRetries(store, quick).get("a"))?.data).toEqual(bytes(1));
  });

  test.each([new ConflictError("taken"), new TypeError("a fault of the program")])(
    "passes on at once what does not: %s",
    async (error) => {
      const { store, calls } = failing(error);
      await expect(withRetries(store, quick).get("a")).rejects.toBe(error);
      expect(calls()).toBe(1);
    },
  );

  test("never repeats a conditional write, whose lost answer may have been a yes", async () => {
    const { store, calls } = failing(down());
    await expect(withRetries(store, quick).putIf("a", bytes(1), null)).rejects.toThrow("down");
    expect(calls()).toBe(1);
  });

  test("starts a list again that failed at once, and does not repeat what it has given", async () => {
    const { store } = failing(down());
    const keys: string[] = [];
    const collect = async (from: ByteStore) => {
      for await (const { key } of from.list("")) keys.push(key);
    };
    await store.delete("a").catch(() => undefined);
    await store.put("a", bytes(1));
    await collect(withRetries(store, quick));
    expect(keys).toEqual(["a"]);
    const late = failing();
    await late.store.put("b", bytes(1));
    const original = late.store.list;
    let lists = 0;
    late.store.list = async function* (prefix) {
      lists += 1;
      yield* original(prefix);
      throw down();
    };
    await expect(collect(withRetries(late.store, quick))).rejects.toThrow("down");
    expect([keys, lists]).toEqual([["a", "b"], 1]);
  });

  test("waits as long as a server asks for, within the longest wait", async () => {
    const started = performance.now();
    const busy = () => new UnavailableError("busy", { details: { retryAfterSeconds: 3600 } });
    const { store, calls } = failing(busy());
    await withRetries(store, { firstWaitMs: 1, longestWaitMs: 80 }).get("a");
    expect(calls()).toBe(2);
    expect(performance.now() - started).toBeGreaterThan(70);
  });

  test("stops waiting when it is cancelled", async () => {
    const controller = new AbortController();
    const { store, calls } = failing(down(), down());
    const slow = withRetries(store, { firstWaitMs: 1e9, longestWaitMs: 1e9 });
    const answer = slow.get("a", undefined, controller);
    setTimeout(() => controller.abort(new Error("no longer wanted")), 10);
    await expect(answer).rejects.toThrow("no longer wanted");
    expect(calls()).toBe(1);
  });
});

describe("withConcurrencyLimit", () => {
  test("lets so many requests through, and the others in the order in which they came", async () => {
    const { store, waiting } = withGate(new MemoryStore());
    const limited = withConcurrencyLimit(store, 2);
    const answers = ["a", "b", "c", "d"].map((key) => limited.get(key));
    await turns(1);
    expect(waiting.map(({ key }) => key)).toEqual(["a", "b"]);
    waiting[1]!.open();
    await turns(1);
    expect(waiting.map(({ key }) => key)).toEqual(["a", "b", "c"]);
    for (const { open } of waiting) open();
    await turns(1);
    waiting[3]!.open();
    expect(await Promise.all(answers)).toEqual([null, null, null, null]);
  });

  test("a request that fails leaves its place, and one that is cancelled while it waits its turn", async () => {
    const { store, waiting } = withGate(new MemoryStore());
    const limited = withConcurrencyLimit(store, 1);
    const [first, second] = [new AbortController(), new AbortController()];
    const answers = [
      limited.get("a", undefined, first),
      limited.get("b", undefined, second),
      limited.get("c"),
    ] as const;
    await turns(1);
    second.abort(new Error("b is not wanted"));
    await expect(answers[1]).rejects.toThrow("b is not wanted");
    first.abort(new Error("a is not wanted"));
    await expect(answers[0]).rejects.toThrow("a is not wanted");
    await turns(1);
    expect(waiting.map(({ key }) => key)).toEqual(["a", "c"]);
    waiting[1]!.open();
    expect(await answers[2]).toBeNull();
  });

  test("a list that is left half read keeps no place", async () => {
    const limited = withConcurrencyLimit(new MemoryStore(), 1);
    await limited.put("a", bytes(1));
    await limited.put("b", bytes(1));
    for await (const _ of limited.list("")) expect((await limited.get("a"))?.data).toEqual(bytes(1));
    for await (const _ of limited.list("")) break;
    expect((await limited.get("b"))?.data).toEqual(bytes(1));
  });

  test.each([
    ["withConcurrencyLimit", (store: ByteStore) => withConcurrencyLimit(store, 1)],
    ["withRetries", (store: ByteStore) => withRetries(store)],
  ])("a list that is left half read through %s is closed", async (_name, wrap) => {
    let isClosed = false;
    const memory = new MemoryStore();
    await memory.put("a", bytes(1));
    await memory.put("b", bytes(1));
    const store: ByteStore = {
      ...withRecording(memory),
      async *list(prefix) {
        try {
          yield* memory.list(prefix);
        } finally {
          isClosed = true;
        }
      },
    };
    for await (const _ of wrap(store).list("")) break;
    expect(isClosed).toBe(true);
  });

  test.each([0, -1, 1.5, Number.NaN])("%s is no limit", (limit) => {
    expect(() => withConcurrencyLimit(new MemoryStore(), limit)).toThrow("give a whole number above zero");
  });
});

describe("withRangeCoalescing", () => {
  const object = Uint8Array.from({ length: 100 }, (_, i) => i);

  async function open(options: Parameters<typeof withRangeCoalescing>[1]) {
    const memory = new MemoryStore();
    await memory.put("a", object);
    await memory.put("b", object);
    const recording = withRecording(memory);
    return { recording, store: withRangeCoalescing(recording, options) };
  }
  const ranges = (requests: readonly { key: string; range: ByteRange | null }[]) =>
    requests.map(({ key, range }) => `${key} ${range ? `${range.offset}+${range.length}` : "whole"}`);

  test("reads near ranges of one object as one, whatever their order, and gives each its own", async () => {
    const { store, recording } = await open({ gapBytes: 4 });
    const answers = await Promise.all([
      store.get("a", { offset: 20, length: 5 }),
      store.get("a", { offset: 0, length: 3 }),
      store.get("b", { offset: 5, length: 3 }),
      store.get("a", { offset: 7, length: 2 }),
      store.get("a", { offset: 1, length: 1 }),
    ]);
    expect(answers.map((answer) => [...answer!.data])).toEqual([
      [20, 21, 22, 23, 24],
      [0, 1, 2],
      [5, 6, 7],
      [7, 8],
      [1],
    ]);
    expect(ranges(recording.requests)).toEqual(["a 0+9", "a 20+5", "b 5+3"]);
  });

  test("merges nothing into a range that would be too long, and never whole objects", async () => {
    const { store, recording } = await open({ gapBytes: 1000, longestBytes: 10 });
    await Promise.all([
      store.get("a", { offset: 0, length: 6 }),
      store.get("a", { offset: 6, length: 4 }),
      store.get("a", { offset: 10, length: 50 }),
      store.get("a"),
    ]);
    expect(ranges(recording.requests).sort()).toEqual(["a 0+10", "a 10+50", "a whole"]);
  });

  test("calls of one turn that are some promises apart are merged, later ones are not", async () => {
    const { store, recording } = await open({});
    const getAfter = async (steps: number, offset: number) => {
      for (let i = 0; i < steps; i++) await null;
      return store.get("a", { offset, length: 1 });
    };
    await Promise.all([getAfter(0, 0), getAfter(5, 1), getAfter(20, 2)]);
    await store.get("a", { offset: 3, length: 1 });
    expect(ranges(recording.requests)).toEqual(["a 0+3", "a 3+1"]);
  });

  test("each gets what is there where the object ends inside, or is missing", async () => {
    const { store } = await open({});
    const near = [
      { offset: 95, length: 3 },
      { offset: 97, length: 10 },
      { offset: 110, length: 2 },
    ];
    const answers = await Promise.all(near.map((range) => store.get("a", range)));
    expect(answers.map((answer) => [...answer!.data])).toEqual([[95, 96, 97], [97, 98, 99], []]);
    expect(await Promise.all(near.map((range) => store.get("missing", range)))).toEqual([null, null, null]);
  });

  test("who cancels leaves the others their bytes; when all have, the request is cancelled too", async () => {
    const memory = new MemoryStore();
    await memory.put("a", object);
    const { store: gated, waiting, aborted } = withGate(memory);
    const store = withRangeCoalescing(gated);
    const [first, second] = [new AbortController(), new AbortController()];
    const answers = [
      store.get("a", { offset: 0, length: 1 }, first),
      store.get("a", { offset: 1, length: 1 }, second),
    ] as const;
    await turns(5);
    first.abort(new Error("first left"));
    await expect(answers[0]).rejects.toThrow("first left");
    expect(aborted).toEqual([]);
    waiting[0]!.open();
    expect((await answers[1])?.data).toEqual(bytes(1));
    const third = new AbortController();
    const lost = store.get("a", { offset: 0, length: 1 }, third);
    await turns(5);
    third.abort(new Error("third left"));
    await expect(lost).rejects.toThrow("third left");
    expect(aborted).toEqual(["a"]);
  });

  test("a range that is cancelled before its turn is not read", async () => {
    const { store, recording } = await open({});
    const controller = new AbortController();
    const cancelled = store.get("a", { offset: 50, length: 1 }, controller);
    const kept = store.get("a", { offset: 0, length: 1 });
    controller.abort(new Error("not wanted"));
    await expect(cancelled).rejects.toThrow("not wanted");
    await kept;
    expect(ranges(recording.requests)).toEqual(["a 0+1"]);
  });

  test("a failure reaches everybody", async () => {
    const failing: ByteStore = { ...withRecording(new MemoryStore()), get: () => Promise.reject(new Error("down")) };
    const store = withRangeCoalescing(failing);
    const answers = [0, 1].map((offset) => store.get("a", { offset, length: 1 }));
    for (const answer of await Promise.allSettled(answers))
      expect(answer).toMatchObject({ reason: { message: "down" } });
  });
});

describe("withCache", () => {
  async function open(budgetBytes: number) {
    const memory = new MemoryStore();
    for (const key of ["chunks/a", "chunks/b", "chunks/c", "repo"]) await memory.put(key, bytes(0, 1, 2, 3));
    const recording = withRecording(memory);
    const store = withCache(recording, { budgetBytes, isImmutable: (key) => key.startsWith("chunks/") });
    const keys = () => recording.requests.map(({ key }) => key);
    return { recording, store, keys };
  }

  test("reads what never changes once, and what may change each time", async () => {
    const { store, keys } = await open(1000);
    for (let i = 0; i < 3; i++) {
      expect((await store.get("chunks/a"))?.data).toEqual(bytes(0, 1, 2, 3));
      await store.get("repo");
    }
    expect(keys()).toEqual(["chunks/a", "repo", "repo", "repo"]);
  });

  test("keeps ranges, and takes them out of the whole object where it has that", async () => {
    const { store, keys } = await open(1000);
    const range = { offset: 1, length: 2 };
    for (let i = 0; i < 2; i++) expect((await store.get("chunks/a", range))?.data).toEqual(bytes(1, 2));
    await store.get("chunks/b");
    expect((await store.get("chunks/b", range))?.data).toEqual(bytes(1, 2));
    expect((await store.get("chunks/b", { offset: 3, length: 9 }))?.data).toEqual(bytes(3));
    expect(keys()).toEqual(["chunks/a", "chunks/b"]);
  });

  test("drops what was used longest ago when the budget is full, and keeps nothing larger than it", async () => {
    const { store, keys } = await open(8);
    for (const key of ["a", "b", "a", "c", "a", "b"]) await store.get(`chunks/${key}`);
    expect(keys()).toEqual(["chunks/a", "chunks/b", "chunks/c", "chunks/b"]);
    const small = await open(3);
    await small.store.get("chunks/a");
    await small.store.get("chunks/a");
    expect(small.keys()).toEqual(["chunks/a", "chunks/a"]);
  });

  test("does not remember that an object was missing", async () => {
    const { store, recording } = await open(1000);
    expect(await store.get("chunks/new")).toBeNull();
    await recording.put("chunks/new", bytes(5));
    expect((await store.get("chunks/new"))?.data).toEqual(bytes(5));
  });

  test("callers at the same time share one request, and one who cancels does not take it from the others", async () => {
    const memory = new MemoryStore();
    await memory.put("a", bytes(7));
    const { store: gated, waiting } = withGate(memory);
    const store = withCache(gated, { budgetBytes: 10, isImmutable: () => true });
    const controller = new AbortController();
    const answers = [store.get("a", undefined, controller), store.get("a")] as const;
    await turns(1);
    controller.abort(new Error("left"));
    await expect(answers[0]).rejects.toThrow("left");
    waiting[0]!.open();
    expect((await answers[1])?.data).toEqual(bytes(7));
    expect(waiting).toHaveLength(1);
  });

  test("a failure is not kept", async () => {
    const memory = new MemoryStore();
    await memory.put("a", bytes(7));
    let isDown = true;
    const flaky: ByteStore = {
      ...withRecording(memory),
      get: (key) => (isDown ? Promise.reject(new Error("down")) : memory.get(key)),
    };
    const store = withCache(flaky, { budgetBytes: 10, isImmutable: () => true });
    await expect(store.get("a")).rejects.toThrow("down");
    isDown = false;
    expect((await store.get("a"))?.data).toEqual(bytes(7));
  });

  test("what is written while it is being read is not remembered as it was", async () => {
    const memory = new MemoryStore();
    await memory.put("a", bytes(1));
    const { store: gated, waiting } = withGate(memory);
    const store = withCache(
      { ...gated, put: (key, data) => memory.put(key, data) },
      {
        budgetBytes: 10,
        isImmutable: () => true,
      },
    );
    const old = store.get("a");
    await turns(1);
    await store.put("a", bytes(2));
    waiting[0]!.open();
    await old;
    const fresh = store.get("a");
    await turns(1);
    waiting[1]!.open();
    expect((await fresh)?.data).toEqual(bytes(2));
  });
});
