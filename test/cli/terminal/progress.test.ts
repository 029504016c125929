import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { describeTerminal } from "../../../src/cli/terminal/describe-terminal.js";
import { formatProgress, startProgress } from "../../../src/cli/terminal/progress.js";

const options = { label: "Reading headers", unit: "files" };
const terminal = describeTerminal({ columns: 80 }, {});

/** A stream that keeps what is written, with the parts of a terminal that the bar uses. */
function fakeStream(isTTY: boolean) {
  const stream = new PassThrough() as unknown as NodeJS.WriteStream;
  const written: string[] = [];
  Object.assign(stream, {
    isTTY,
    columns: 80,
    write: (text: string) => {
      written.push(text);
      return true;
    },
  });
  return { stream, written };
}

describe("formatProgress", () => {
  it("shows the bar, the count, the rate and the time left", () => {
    expect(formatProgress({ done: 120, total: 243, elapsedMs: 1000 }, options, terminal)).toBe(
      "Reading headers ━━━━━━━━━━━━━━────────────── 120/243 files · 120/s · 1.0 s left",
    );
  });

  it("guesses no rate from the first moments", () => {
    expect(formatProgress({ done: 3, total: 12_345, elapsedMs: 100 }, options, terminal)).toBe(
      "Reading headers ────────────────────────────── 3/12,345 files",
    );
  });

  it("keeps a slow rate's decimal, and drops the time left when all is done", () => {
    expect(formatProgress({ done: 5, total: 5, elapsedMs: 2000 }, options, terminal)).toBe(
      "Reading headers ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 5/5 files · 2.5/s",
    );
  });

  it("keeps within the terminal, in ASCII where needed", () => {
    const small = describeTerminal({ columns: 40 }, { LANG: "C" });
    expect(formatProgress({ done: 1, total: 4, elapsedMs: 10 }, options, small)).toBe(
      "Reading headers ###---------- 1/4 files",
    );
    const tiny = formatProgress(
      { done: 120, total: 243, elapsedMs: 1000 },
      options,
      describeTerminal({ columns: 30 }, {}),
    );
    expect(tiny.length).toBeLessThan(30);
  });

  it("survives a total of 0 and a count beyond the total", () => {
    expect(formatProgress({ done: 0, total: 0, elapsedMs: 0 }, options, terminal)).toContain("─ 0/0 files");
    expect(formatProgress({ done: 9, total: 4, elapsedMs: 0 }, options, terminal)).toContain("━ 9/4 files");
  });
});

describe("startProgress", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("writes nothing where there is no terminal", () => {
    const { stream, written } = fakeStream(false);
    const progress = startProgress(stream, terminal, options);
    progress.update(1, 2);
    vi.advanceTimersByTime(1000);
    progress.stop();
    expect(written).toEqual([]);
  });

  it("is redrawn at most ten times a second however often it is updated, and cleared at the end", () => {
    const { stream, written } = fakeStream(true);
    const progress = startProgress(stream, terminal, options);
    for (let done = 1; done <= 1000; done++) {
      progress.update(done, 2000);
      vi.advanceTimersByTime(1);
    }
    const drawn = written.filter((text) => text.includes("files"));
    expect(drawn.length).toBeGreaterThanOrEqual(8);
    expect(drawn.length).toBeLessThanOrEqual(12);
    progress.stop();
    progress.stop();
    const cleared = written.lastIndexOf("\u001b[0K") > written.lastIndexOf(drawn.at(-1)!);
    expect([cleared, vi.getTimerCount()]).toEqual([true, 0]);
  });
});
