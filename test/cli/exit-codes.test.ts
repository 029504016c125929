import { describe, expect, it } from "vitest";
import { exitCodeOf } from "../../src/cli/exit-codes.js";

describe("exitCodeOf", () => {
  it("gives every error of the library the code that the interface names", () => {
    const names = [
      "InvalidInputError",
      "ExpressionError",
      "SelectionError",
      "NotFoundError",
      "UnsupportedError",
      "GridMismatchError",
      "CorruptDataError",
      "SourceChangedError",
      "ConflictError",
    ];
    expect(names.map(exitCodeOf)).toEqual([2, 2, 2, 3, 4, 4, 5, 5, 6]);
  });

  it("gives a fault of the program a code that no error has, even one with a name of Object's", () => {
    expect([exitCodeOf("TypeError"), exitCodeOf("constructor")]).toEqual([70, 70]);
  });
});
