import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groupKeys, resampleBins } from "../../src/cube/time-bins.js";
import oracle from "./oracle/time-bins.json" with { type: "json" };

const dates = (times: readonly string[]) => times.map((time) => new Date(time));
const iso = (labels: readonly Date[]) => labels.map((label) => label.toISOString());
const series = new Map(Object.entries(oracle.times).map(([name, times]) => [name, dates(times)]));

describe("resampleBins agrees with xarray on bins, labels and empty bins", () => {
  it.each([...series])("of %s", (name, times) => {
    const rows = oracle.resample.filter((row) => row.times === name);
    expect(rows.length).toBeGreaterThan(50);
    for (const { freq, count, first, last, bins, labels } of rows) {
      const answer = resampleBins(times, freq);
      expect(
        {
          count: answer.labels.length,
          ends: iso([answer.labels[0]!, answer.labels.at(-1)!]),
          bins: [...answer.bins],
          labels: iso([...new Set(answer.bins)].map((bin) => answer.labels[bin]!)),
        },
        freq,
      ).toEqual({ count, ends: iso(dates([first, last])), bins, labels: iso(dates(labels)) });
    }
  });
});

describe("groupKeys agrees with xarray on groups and their order", () => {
  it.each([...series])("of %s", (name, times) => {
    const rows = oracle.groupby.filter((row) => row.times === name);
    expect(rows.length).toBe(11);
    for (const { component, labels, bins } of rows) {
      const answer = groupKeys(times, component);
      expect({ labels: answer.labels, bins: [...answer.bins] }, component).toEqual({ labels, bins });
    }
  });
});

describe("resampleBins", () => {
  it("labels months by their last day, month starts by their first, and keeps the empty one between", () => {
    const times = dates(["2018-01-06", "2018-01-31T23:59:59.999Z", "2018-03-11"]);
    expect(resampleBins(times, "1M")).toEqual({
      labels: dates(["2018-01-31", "2018-02-28", "2018-03-31"]),
      bins: Int32Array.of(0, 0, 2),
    });
    expect(resampleBins(times, "MS").labels).toEqual(dates(["2018-01-01", "2018-02-01", "2018-03-01"]));
  });

  it("lets winter begin in December", () => {
    const times = dates(["2018-01-06", "2018-03-01", "2018-12-01"]);
    expect(resampleBins(times, "QS-DEC")).toEqual({
      labels: dates(["2017-12-01", "2018-03-01", "2018-06-01", "2018-09-01", "2018-12-01"]),
      bins: Int32Array.of(0, 1, 4),
    });
  });

  it("takes times in any order", () => {
    const times = dates(["2018-03-11", "2018-01-06"]);
    expect(resampleBins(times, "MS")).toEqual({
      labels: dates(["2018-01-01", "2018-02-01", "2018-03-01"]),
      bins: Int32Array.of(2, 0),
    });
  });

  it("has no bins for no times", () => {
    expect(resampleBins([], "1D")).toEqual({ labels: [], bins: new Int32Array(0) });
  });

  it.each(["", "m", "B", "0D", "-1D", "1.5D", "1D-MON", "MS-JAN", "W-DEC", "Q-SUN", "week", "9999999D", "constructor"])(
    'refuses "%s" and lists what it understands',
    (freq) => {
      expect(() => resampleBins(dates(["2018-01-06"]), freq)).toThrow(
        expect.objectContaining({
          name: "InvalidInputError",
          message: expect.stringMatching(/is no frequency; understood are .*MS .*QS-DEC .*YE/),
        }),
      );
    },
  );

  it("refuses to make millions of bins, and a time that is no date", () => {
    expect(() => resampleBins(dates(["1990-01-01", "2020-01-01"]), "1min")).toThrow(
      expect.objectContaining({ name: "InvalidInputError", details: expect.objectContaining({ bins: 15_778_081 }) }),
    );
    expect(() => resampleBins([new Date(0), new Date("?")], "1D")).toThrow(
      expect.objectContaining({ name: "InvalidInputError", message: "the time at position 1 is no date" }),
    );
  });

  it("puts every time between its label's bin and the next, first and last bin used, labels ascending", () => {
    const moments = fc.array(fc.integer({ min: -2e11, max: 2e12 }), { minLength: 1, maxLength: 8 });
    const freqs = fc.constantFrom("7D", "W-WED", "3W", "MS", "ME", "5MS", "QS-DEC", "QE-JAN", "2Q", "YS-OCT", "YE");
    fc.assert(
      fc.property(moments, freqs, (ms, freq) => {
        const { labels, bins } = resampleBins(
          ms.map((moment) => new Date(moment)),
          freq,
        );
        expect([Math.min(...bins), Math.max(...bins)]).toEqual([0, labels.length - 1]);
        for (let at = 1; at < labels.length; at++) expect(labels[at]! > labels[at - 1]!).toBe(true);
        const endsWithLabel = ["W-WED", "3W", "ME", "QE-JAN", "2Q", "YE"].includes(freq);
        for (const [at, bin] of bins.entries()) {
          const day = Math.floor(ms[at]! / 86_400_000) * 86_400_000;
          const label = labels[bin]!.getTime();
          const neighbour = labels[endsWithLabel ? bin - 1 : bin + 1]?.getTime();
          if (endsWithLabel) expect(day <= label && (neighbour === undefined || day > neighbour)).toBe(true);
          else expect(day >= label && (neighbour === undefined || day < neighbour)).toBe(true);
        }
      }),
    );
  });
});

describe("groupKeys", () => {
  it("sorts seasons by letter and numbers by size", () => {
    const times = dates(["2018-12-01", "2018-10-05", "2018-03-11", "2018-07-10", "2018-01-06"]);
    expect(groupKeys(times, "season")).toEqual({
      labels: ["DJF", "JJA", "MAM", "SON"],
      bins: Int32Array.of(0, 3, 2, 1, 0),
    });
    expect(groupKeys(times, "month").labels).toEqual([1, 3, 7, 10, 12]);
  });

  it("names a part of the date that is not there, and what was meant", () => {
    expect(() => groupKeys([], "months")).toThrow(
      expect.objectContaining({
        name: "InvalidInputError",
        message: 'a time has no "months", did you mean "month"?',
      }),
    );
    expect(() => groupKeys([], "constructor")).toThrow(/there is year, quarter, month, week/);
  });
});
