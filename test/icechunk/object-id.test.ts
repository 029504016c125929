import { describe, expect, test } from "vitest";
import { InvalidInputError } from "../../src/errors.js";
import {
  assertAscending,
  compareBytes,
  compareUtf8,
  idToText,
  randomId,
  snapshotIdFromText,
} from "../../src/icechunk/format/object-id.js";

describe("object ids", () => {
  test("the first snapshot's id is the bytes that the specification gives", () => {
    const bytes = Uint8Array.of(0x0b, 0x1c, 0xc8, 0xd6, 0x78, 0x75, 0x80, 0xf0, 0xe3, 0x3a, 0x65, 0x34);
    expect(idToText(bytes)).toBe("1CECHNKREP0F1RSTCMT0");
    expect(snapshotIdFromText("1CECHNKREP0F1RSTCMT0")).toEqual(bytes);
    expect(snapshotIdFromText("1cechnkrep0f1rstcmt0")).toEqual(bytes);
  });

  test("8 bytes make 13 characters", () => {
    expect(idToText(new Uint8Array(8).fill(255))).toBe("ZZZZZZZZZZZZY");
  });

  test("random ids come back from their text", () => {
    for (let i = 0; i < 100; i++) {
      const id = randomId(12);
      expect(snapshotIdFromText(idToText(id))).toEqual(id);
    }
  });

  test.each(["", "1CECHNKREP0F1RSTCMT", "1CECHNKREP0F1RSTCMT00", "1CECHNKREP0F1RSTCMTU", "1CECHNKREP0F1RSTCM-0"])(
    '"%s" is not an id',
    (text) => {
      expect(() => snapshotIdFromText(text)).toThrow(InvalidInputError);
    },
  );
});

describe("order", () => {
  test("paths are ordered by their bytes, in which - comes before /", () => {
    expect(["/b", "/ab", "/a/b", "/a-b", "/a"].sort(compareUtf8)).toEqual(["/a", "/a-b", "/a/b", "/ab", "/b"]);
  });

  test("characters beyond the basic plane come last, unlike in JavaScript's order", () => {
    expect(["/\u{1F600}", "/\uFFFD"].sort(compareUtf8)).toEqual(["/\uFFFD", "/\u{1F600}"]);
  });

  test("bytes are unsigned, and a beginning comes before the whole", () => {
    expect(compareBytes(Uint8Array.of(200), Uint8Array.of(100))).toBeGreaterThan(0);
    expect(compareBytes(Uint8Array.of(1), Uint8Array.of(1, 0))).toBeLessThan(0);
  });

  test("a repeated name is not ascending", () => {
    expect(() => assertAscending(["a", "a"], compareUtf8, "Names")).toThrow("Names are not sorted, at position 1.");
  });
});
