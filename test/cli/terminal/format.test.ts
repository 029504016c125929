import { describe, expect, it } from "vitest";
import {
  formatBytes,
  formatCount,
  formatDate,
  formatDuration,
  formatNumber,
  formatPlural,
} from "../../../src/cli/terminal/format.js";

describe("formatBytes", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 kB"],
    [999_949, "999.9 kB"],
    [999_950, "1.0 MB"],
    [4_400_000_000, "4.4 GB"],
    [2e18, "2000.0 PB"],
  ])("%d is %s", (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});

describe("formatDuration", () => {
  it.each([
    [0.4, "0 ms"],
    [85, "85 ms"],
    [999.6, "1.0 s"],
    [1234, "1.2 s"],
    [59_949, "59.9 s"],
    [59_990, "1 min 00 s"],
    [185_000, "3 min 05 s"],
    [7_800_000, "2 h 10 min"],
    [273_600_000, "3 d 4 h"],
  ])("%d ms is %s", (ms, text) => expect(formatDuration(ms)).toBe(text));
});

describe("formatCount", () => {
  it.each([
    [0, "0"],
    [999, "999"],
    [12_345, "12,345"],
    [1_234_567, "1,234,567"],
  ])("%d is %s", (count, text) => expect(formatCount(count)).toBe(text));

  it("goes with its noun", () => {
    expect([formatPlural(1, "scene"), formatPlural(0, "scene"), formatPlural(2345, "series", "series")]).toEqual([
      "1 scene",
      "0 scenes",
      "2,345 series",
    ]);
  });
});

describe("formatNumber", () => {
  it.each([
    [1234, "1234"],
    [-5, "-5"],
    [9007199254740993n, "9007199254740993"],
    [0.412, "0.4120"],
    [-0.04128, "-0.0413"],
    [12.3456, "12.35"],
    [1234.56, "1235"],
    [123456.78, "123456.8"],
    [1.5e-7, "1.500e-7"],
  ])("%s is %s", (value, text) => expect(formatNumber(value)).toBe(text));
});

describe("formatDate", () => {
  it.each([
    ["2024-06-01T00:00:00Z", "2024-06-01"],
    ["2024-06-01T10:31:00Z", "2024-06-01 10:31"],
    ["2024-06-01T10:31:05.900Z", "2024-06-01 10:31:05"],
    ["2024-06-01T01:00:00+02:00", "2024-05-31 23:00"],
  ])("%s is %s", (iso, text) => {
    expect(formatDate(iso)).toBe(text);
    expect(formatDate(new Date(iso))).toBe(text);
  });
});
