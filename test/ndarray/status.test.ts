import { describe, expect, it } from "vitest";
import { combineStatus, Status, statusName } from "../../src/ndarray/status.js";

describe("statusName", () => {
  it("is the word for each code", () => {
    expect([0, 1, 2, 3, 4, 5].map(statusName)).toEqual([
      "valid",
      "uncovered",
      "nodata",
      "masked",
      "undefined",
      "failed",
    ]);
    expect(Object.entries(Status).every(([name, code]) => statusName(code) === name)).toBe(true);
  });

  it.each([6, -1, 0.5])("refuses %d", (code) => {
    expect(() => statusName(code)).toThrow(expect.objectContaining({ name: "InvalidInputError", details: { code } }));
  });
});

describe("combineStatus", () => {
  it("is the same in any order and grouping", () => {
    const codes = [0, 1, 2, 3, 4, 5];
    for (const a of codes) {
      for (const b of codes) {
        expect(combineStatus(a, b)).toBe(combineStatus(b, a));
        for (const c of codes) {
          expect(combineStatus(combineStatus(a, b), c)).toBe(combineStatus(a, combineStatus(b, c)));
        }
      }
    }
  });

  it("ranks failed over masked over undefined over nodata over uncovered over valid", () => {
    const ranked = [Status.failed, Status.masked, Status.undefined, Status.nodata, Status.uncovered, Status.valid];
    expect(ranked.map((code, i) => combineStatus(code, ranked[i + 1] ?? code))).toEqual(ranked);
  });
});
