import fc from "fast-check";
import * as official from "flatbuffers/js/flexbuffers.js";
import { describe, expect, test } from "vitest";
import { CorruptDataError, InvalidInputError, type Json } from "../../src/errors.js";
import { decodeFlexbuffer } from "../../src/icechunk/format/flexbuffer-decoder.js";
import { encodeFlexbuffer } from "../../src/icechunk/format/flexbuffer-encoder.js";

const key = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => !text.includes("\0") && text !== "__proto__");
const small = [
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  fc.integer({ min: -300, max: 300 }),
  fc.string({ unit: "binary", maxLength: 300 }),
];
const large = [
  fc.maxSafeInteger(),
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .filter((value) => !Number.isInteger(value) || Number.isSafeInteger(value))
    .map((value) => (Object.is(value, -0) ? 0 : value)),
];

function json(...scalars: fc.Arbitrary<Json>[]): fc.Arbitrary<Json> {
  return fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      ...scalars,
      fc.array(tie("value"), { maxLength: 8 }),
      fc.dictionary(key, tie("value"), { maxKeys: 8, noNullPrototype: true }),
    ),
  })).value;
}

describe("FlexBuffers", () => {
  // That reader fails on containers with numbers of 8 bytes; official-engine.test.ts covers those.
  test("the reader of the flatbuffers package reads what we write", () => {
    fc.assert(
      fc.property(json(...small), (value) => {
        expect(official.toObject(encodeFlexbuffer(value).slice().buffer)).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  test("we read what the flatbuffers package writes", () => {
    fc.assert(
      fc.property(json(...small, ...large), (value) => {
        expect(decodeFlexbuffer(new Uint8Array(official.encode(value)), "repo")).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  test("we read what we write", () => {
    fc.assert(
      fc.property(json(...small, ...large), (value) => {
        expect(decodeFlexbuffer(encodeFlexbuffer(value), "repo")).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  test("maps are written in the order of their keys' bytes", () => {
    const bytes = encodeFlexbuffer({ "\u{1F600}": 1, "\uFFFD": 2, a: 3 });
    expect(Object.keys(decodeFlexbuffer(bytes, "repo") as object)).toEqual(["a", "\uFFFD", "\u{1F600}"]);
  });

  test("a text of 70,000 characters comes back", () => {
    const value = { long: "x".repeat(70_000), after: 1 };
    expect(decodeFlexbuffer(encodeFlexbuffer(value), "repo")).toEqual(value);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60])("%s is refused", (value) => {
    expect(() => encodeFlexbuffer({ value })).toThrow(InvalidInputError);
  });

  test("damaged bytes are an error that names the object, or another value, and never a hang", () => {
    const bytes = encodeFlexbuffer({ manifest: { splitting: [["a", 1], [{ Axis: 0 }]] }, level: 3, ratio: 0.25 });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }), (changes) => {
        const damaged = bytes.slice();
        for (const [position, value] of changes) damaged[position % damaged.length] = value;
        try {
          decodeFlexbuffer(damaged, "repo");
        } catch (error) {
          expect(error).toBeInstanceOf(CorruptDataError);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test("values that hold themselves are refused", () => {
    // A vector of one element that is the vector itself: count 1, offset 0, type vector, then the root.
    const endless = Uint8Array.of(1, 0, 40, 2, 40, 1);
    expect(() => decodeFlexbuffer(endless, "repo")).toThrow(/FlexBuffers value in repo is damaged/);
  });
});
