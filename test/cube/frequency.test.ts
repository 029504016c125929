import { describe, expect, it } from "vitest";
import { parseFrequency } from "../../src/cube/frequency.js";

describe("parseFrequency", () => {
  it.each([
    ["90min", { kind: "fixed", lengthMs: 5_400_000 }],
    ["h", { kind: "fixed", lengthMs: 3_600_000 }],
    ["10D", { kind: "fixed", lengthMs: 864_000_000 }],
    ["W", { kind: "weeks", count: 1, lastWeekday: 0 }],
    ["2W-thu", { kind: "weeks", count: 2, lastWeekday: 4 }],
    [" 3M ", { kind: "months", count: 3, every: 1, phase: 0, label: "end" }],
    ["MS", { kind: "months", count: 1, every: 1, phase: 0, label: "start" }],
    ["QS-DEC", { kind: "months", count: 1, every: 3, phase: 2, label: "start" }],
    ["Q", { kind: "months", count: 1, every: 3, phase: 2, label: "end" }],
    ["5YS-OCT", { kind: "months", count: 5, every: 12, phase: 9, label: "start" }],
  ])("reads %s", (text, frequency) => {
    expect(parseFrequency(text)).toEqual(frequency);
  });

  it.each([
    ["ME", "1M"],
    ["QE-NOV", "Q-NOV"],
    ["YE", "A"],
    ["YS-JUL", "AS-JUL"],
    ["2h", "2H"],
    ["30min", "30T"],
    ["QS-DEC", "QS-MAR"],
  ])("takes %s and %s as the same", (one, other) => {
    expect(parseFrequency(one)).toEqual(parseFrequency(other));
  });

  it("shows no more than the beginning of a long text", () => {
    expect(() => parseFrequency("D".repeat(500))).toThrow(new RegExp(`^"${"D".repeat(40)}" is no frequency`));
  });
});
