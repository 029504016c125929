import { describe, expect, it } from "vitest";
import { parseBounds, parseLimit, parseNames, parseNumber } from "../../src/cli/options.js";

describe("option values", () => {
  it("reads names between commas, with or without spaces", () => {
    expect(parseNames("blue, green,red")).toEqual(["blue", "green", "red"]);
    expect(() => parseNames("blue,,red")).toThrow("one comma");
    expect(() => parseNames("")).toThrow("one comma");
  });

  it("reads decimal numbers and nothing that only looks like one", () => {
    expect([parseNumber("-73.97"), parseNumber("1e2")]).toEqual([-73.97, 100]);
    for (const text of ["", " ", "73W", "NaN", "Infinity"]) expect(() => parseNumber(text)).toThrow("takes a number");
  });

  it("reads a limit from 1", () => {
    expect(parseLimit("10")).toBe(10);
    for (const text of ["0", "-1", "1.5", "ten", "1e3"]) expect(() => parseLimit(text)).toThrow("whole number");
  });

  it("reads four edges in degrees, west greater than east where the antimeridian lies between", () => {
    expect(parseBounds("-74.1,40.6,-73.8,40.9")).toEqual([-74.1, 40.6, -73.8, 40.9]);
    expect(parseBounds("170,-20,-170,-10")).toEqual([170, -20, -170, -10]);
    for (const text of ["1,2,3", "1,2,3,4,5", "1,5,2,4", "1,2,3,x", "1,,3,4", "1,-91,2,4", "390000,10,759000,20"]) {
      expect(() => parseBounds(text), text).toThrow("west,south,east,north");
    }
  });
});
