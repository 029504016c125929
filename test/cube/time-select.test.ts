import { describe, expect, it } from "vitest";
import { type TimeMatch, timePositions } from "../../src/cube/time-select.js";
import oracle from "./oracle/time-select.json" with { type: "json" };

const milliseconds = (times: readonly string[]) => Float64Array.from(times, (time) => Date.parse(time));
const series = new Map(Object.entries(oracle.times).map(([name, times]) => [name, milliseconds(times)]));

interface OracleRow {
  times: string;
  text?: string;
  labels?: string[];
  method?: NonNullable<TimeMatch["method"]>;
  toleranceMs?: number | null;
  positions: number[];
}
const rows = oracle.sel as OracleRow[];

/** The positions, or the error's name. */
function select(...args: Parameters<typeof timePositions>): number[] | string {
  try {
    return [...timePositions(...args)];
  } catch (error) {
    return error instanceof Error ? error.name : "not an error";
  }
}

describe("timePositions agrees with xarray", () => {
  const texts = rows.flatMap((row) => (row.text === undefined ? [] : [{ ...row, text: row.text }]));
  it.each(texts)("on $text of $times", ({ times, text, positions }) => {
    const expected = positions.length === 0 ? "SelectionError" : positions;
    expect(select(series.get(times)!, text)).toEqual(expected);
    const [start, stop = start] = text.split("/") as [string, string?];
    expect(select(series.get(times)!, { start, stop })).toEqual(expected);
  });

  const methods = rows.flatMap((row) =>
    row.labels === undefined || row.method === undefined ? [] : [{ ...row, labels: row.labels, method: row.method }],
  );
  it.each(methods)(
    "by $method of $times within $toleranceMs ms",
    ({ times, labels, method, toleranceMs, positions }) => {
      const match = toleranceMs == null ? { method } : { method, toleranceMs };
      const alone = labels.map((label) => select(series.get(times)!, label, match));
      expect(alone).toEqual(positions.map((position) => (position < 0 ? "SelectionError" : [position])));
      const found = labels.filter((_, at) => positions[at]! >= 0).map((label) => new Date(label));
      expect(select(series.get(times)!, found, match)).toEqual(positions.filter((position) => position >= 0));
    },
  );
});

describe("timePositions", () => {
  const times = milliseconds(["2018-04-05", "2018-04-28", "2018-04-28", "2018-05-30T15:33:00Z", "2018-09-03"]);

  it("gives the times of a list in its own order, each label standing for all of its period", () => {
    expect(select(times, ["2018-09", "2018-04-28", "2018-05-30"])).toEqual([4, 1, 2, 3]);
    expect(select(times, [])).toEqual([]);
  });

  it("takes a Date as its very millisecond", () => {
    expect(select(times, new Date("2018-04-28"))).toEqual([1, 2]);
    expect(select(times, new Date("2018-05-30"))).toBe("SelectionError");
    expect(select(times, { start: new Date("2018-04-28"), stop: "2018-05" })).toEqual([1, 2, 3]);
    expect(select(times, { start: new Date("2018-05-30T15:33:00.001Z") })).toEqual([4]);
  });

  it("takes the first of equal times, whatever the method", () => {
    for (const method of ["nearest", "pad", "backfill"] as const) {
      expect(select(times, "2018-04-28", { method })).toEqual([1]);
    }
    expect(select(times, "2018-04-30", { method: "pad" })).toEqual([1]);
    expect(select(times, "2018-04-30", { method: "nearest" })).toEqual([1]);
    expect(select(times, "2018-04-27", { method: "backfill" })).toEqual([1]);
  });

  it("says what there is where a label selects nothing", () => {
    expect(() => timePositions(times, ["2018-04-28", "2019"])).toThrow(
      expect.objectContaining({
        name: "SelectionError",
        message: "no scene in 2019; there are 5, 2018-04-05T00:00:00.000Z to 2018-09-03T00:00:00.000Z",
        details: {
          time: "2019",
          first: "2018-04-05T00:00:00.000Z",
          last: "2018-09-03T00:00:00.000Z",
          scenes: 5,
        },
      }),
    );
    expect(() => timePositions([], "2019", { method: "nearest" })).toThrow(
      'no scene by method "nearest" for 2019; there is none at all',
    );
    expect(() => timePositions(times, { start: new Date("2018-10-01") })).toThrow(
      "no scene in 2018-10-01T00:00:00.000Z/..; there are 5",
    );
  });

  it.each([
    ["a slice", { start: "2018", stop: "2019" }, { method: "nearest" }],
    ["a period", "2018/2019", { method: "pad" }],
    ["a Date that is none", new Date("?"), {}],
    ["text that is no time", "yesterday", {}],
    ["a tolerance without a method", "2018", { toleranceMs: 1 }],
    ["an unknown method", "2018", { method: "closest" as "nearest" }],
  ] as const)("refuses %s", (_, wanted, match) => {
    expect(select(times, wanted, match)).toBe("InvalidInputError");
  });
});
