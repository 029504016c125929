import { describe, expect, it } from "vitest";
import { didYouMean, suggest } from "../src/did-you-mean.js";

describe("suggest", () => {
  it.each([
    ["nri", ["red", "nir"], "nir"],
    ["NIR", ["red", "nir"], "nir"],
    ["gren", ["red", "green", "nir"], "green"],
    ["planet-sr", ["landsat8_sr", "planet_sr"], "planet_sr"],
    ["swir", ["red", "nir"], null],
    ["x", ["y", "z"], null],
    ["", ["a"], null],
    ["temperature", ["temprature", "pressure"], "temprature"],
    ["b".repeat(100), ["b".repeat(99)], null],
  ])("answers %j among %j with %j", (word, candidates, expected) => {
    expect(suggest(word, candidates)).toBe(expected);
  });

  it("counts two swapped neighbours as one slip", () => {
    expect(suggest("erd", ["end", "red"])).toBe("end");
    expect(suggest("rde", ["red"])).toBe("red");
  });
});

describe("didYouMean", () => {
  it("is a clause to append, or nothing", () => {
    expect(didYouMean("nri", ["nir"])).toBe(', did you mean "nir"?');
    expect(didYouMean("swir", ["nir"])).toBe("");
  });
});
