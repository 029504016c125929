import { describe, expect, it } from "vitest";
import { parseMoment, parseTimeRange } from "../../src/cube/time-range.js";

const iso = (range: readonly [number, number]) =>
  range.map((time) => (Number.isFinite(time) ? new Date(time).toISOString() : time));

describe("a moment", () => {
  it.each([
    ["2024", "2024-01-01T00:00:00.000Z", "2024-12-31T23:59:59.999Z"],
    ["2024-02", "2024-02-01T00:00:00.000Z", "2024-02-29T23:59:59.999Z"],
    ["2023-12", "2023-12-01T00:00:00.000Z", "2023-12-31T23:59:59.999Z"],
    ["2024-03-05", "2024-03-05T00:00:00.000Z", "2024-03-05T23:59:59.999Z"],
    ["2024-03-05T10:15", "2024-03-05T10:15:00.000Z", "2024-03-05T10:15:59.999Z"],
    ["2024-03-05T10:15:31", "2024-03-05T10:15:31.000Z", "2024-03-05T10:15:31.999Z"],
    ["2024-03-05T10:15:31Z", "2024-03-05T10:15:31.000Z", "2024-03-05T10:15:31.999Z"],
    ["2024-03-05T10:15:31.250Z", "2024-03-05T10:15:31.250Z", "2024-03-05T10:15:31.250Z"],
    ["2024-03-05T10:15:31+09:00", "2024-03-05T01:15:31.000Z", "2024-03-05T01:15:31.999Z"],
    ["2024-03-05 10:15", "2024-03-05T10:15:00.000Z", "2024-03-05T10:15:59.999Z"],
  ])("%s stands for all of it", (text, start, end) => {
    expect(iso(parseMoment(text))).toEqual([start, end]);
  });

  it.each([
    "2024-13",
    "2023-02-29",
    "2024-06-31",
    "2024-00-01",
    "2024-03-05T25:00",
    "yesterday",
    "24-03-05",
    "2024-3-5",
    "",
  ])('refuses "%s"', (text) => {
    expect(() => parseMoment(text)).toThrow(expect.objectContaining({ name: "InvalidInputError" }));
  });
});

describe("a period", () => {
  it.each([
    ["2024-03-01/2024-03-31", "2024-03-01T00:00:00.000Z", "2024-03-31T23:59:59.999Z"],
    ["2023/2024-02", "2023-01-01T00:00:00.000Z", "2024-02-29T23:59:59.999Z"],
    ["2024-03", "2024-03-01T00:00:00.000Z", "2024-03-31T23:59:59.999Z"],
    ["../2024", Number.NEGATIVE_INFINITY, "2024-12-31T23:59:59.999Z"],
    ["2024/..", "2024-01-01T00:00:00.000Z", Number.POSITIVE_INFINITY],
    ["/2024", Number.NEGATIVE_INFINITY, "2024-12-31T23:59:59.999Z"],
    ["2024/", "2024-01-01T00:00:00.000Z", Number.POSITIVE_INFINITY],
    ["..", Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    ["../..", Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  ])("%s includes both of its ends", (text, start, end) => {
    expect(iso(parseTimeRange(text))).toEqual([start, end]);
  });

  it("may be two texts", () => {
    expect(iso(parseTimeRange(["2024-03", "2024-04"]))).toEqual([
      "2024-03-01T00:00:00.000Z",
      "2024-04-30T23:59:59.999Z",
    ]);
  });

  it.each(["2024-04/2024-03", "2024/2023", "2024/2025/2026", "2024-01-01--2024-02-01"])('refuses "%s"', (text) => {
    expect(() => parseTimeRange(text)).toThrow(expect.objectContaining({ name: "InvalidInputError" }));
  });
});
