import { describe, expect, it } from "vitest";
import type { OpenSource } from "../../src/lazy/block-reader.js";
import { ReadAhead } from "../../src/lazy/read-ahead.js";
import type { PlannedRead } from "../../src/lazy/read-plan.js";
import { type ByteStore, MemoryStore } from "../../src/store/index.js";
import { passThrough } from "../../src/store/pass-through.js";

const window = { rowStart: 0, rowStop: 1, colStart: 0, colStop: 1, samples: [0], storedRows: 1 };

function readOf(source: number, offset: number, firstLength = 10): PlannedRead {
  const place = { encoding: 0, target: 0, row: 0, col: 0, bands: [0] };
  return { source, offset, length: 1000, firstLength, window, ...place };
}

/** A store that answers when it is told to, and the ranges it was asked for. */
async function openWaiting() {
  const memory = new MemoryStore();
  for (const key of ["a", "b"]) await memory.put(key, new Uint8Array(100).fill(key.charCodeAt(0)));
  const asked: string[] = [];
  const signals: AbortSignal[] = [];
  const store: ByteStore = {
    ...passThrough(memory),
    async get(key, range, options) {
      asked.push(`${key} ${range?.offset}+${range?.length}`);
      if (options?.signal) signals.push(options.signal);
      return memory.get(key, range);
    },
  };
  const planned = { location: "vcc://c/x", sizeBytes: 100, modifiedMs: 0, etag: "" };
  const sources: OpenSource[] = ["a", "b"].map((key) => ({ store, key, planned }));
  return { sources, asked, signals };
}

describe("reads ahead", () => {
  it("asks for 64 reads before their turn, and for one more with each that follows", async () => {
    const { sources, asked } = await openWaiting();
    const ahead = new ReadAhead(
      Array.from({ length: 300 }, (_, i) => readOf(i % 2, i)),
      sources,
    );
    expect(asked).toEqual([]);
    ahead.advance(1);
    expect(asked).toHaveLength(65);
    ahead.advance(2);
    expect(asked).toHaveLength(66);
    ahead.advance(300);
    expect(asked).toHaveLength(300);
  });

  it("asks for fewer where they are large", async () => {
    const { sources, asked } = await openWaiting();
    const ahead = new ReadAhead(
      Array.from({ length: 300 }, (_, i) => readOf(i % 2, i, 16 * 2 ** 20)),
      sources,
    );
    ahead.advance(1);
    expect(asked).toHaveLength(5);
  });

  it("does not part reads of one file that follow each other, up to twice as many", async () => {
    const pairs = Array.from({ length: 200 }, (_, i) => readOf(Math.floor((i + 1) / 2) % 2, i));
    const { sources, asked } = await openWaiting();
    new ReadAhead(pairs, sources).advance(1);
    // The 66th is of the file of the 65th.
    expect(asked.slice(-2)).toEqual(["a 63+10", "a 64+10"]);
    const one = await openWaiting();
    const ofOneFile = Array.from({ length: 1000 }, (_, i) => readOf(0, i));
    new ReadAhead(ofOneFile, one.sources).advance(1);
    expect(one.asked).toHaveLength(129);
  });

  it("hands each answer out once, also where two reads are of the same bytes, and asks anew for others", async () => {
    const { sources, asked } = await openWaiting();
    const ahead = new ReadAhead([readOf(0, 5), readOf(0, 5), readOf(1, 5)], sources);
    ahead.advance(1);
    const [a, b] = ahead.sources as [OpenSource, OpenSource];
    const range = { offset: 5, length: 10 };
    for (const { store, key } of [a, a, b]) {
      expect((await store.get(key, range))?.data).toEqual(new Uint8Array(10).fill(key.charCodeAt(0)));
    }
    expect(asked).toEqual(["a 5+10", "a 5+10", "b 5+10"]);
    await a.store.get("a", range);
    await a.store.get("a", { offset: 5, length: 11 });
    expect(asked.slice(3)).toEqual(["a 5+10", "a 5+11"]);
  });

  it("cancels what is under way once nobody waits", async () => {
    const { sources, signals } = await openWaiting();
    const ahead = new ReadAhead([readOf(0, 0), readOf(1, 0)], sources);
    ahead.advance(1);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
    ahead.stop();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });
});
