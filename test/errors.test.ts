import { describe, expect, it } from "vitest";
import * as errors from "../src/errors.js";

/** The same module once more, as a program has it that holds two copies of the library. */
async function importCopy(): Promise<typeof errors> {
  const query = "?copy";
  return import(/* @vite-ignore */ `../src/errors.js${query}`);
}

describe("isPixelQueryError", () => {
  it("knows errors of the library by name, and no others", () => {
    const error = new errors.NotFoundError("no such thing");
    expect(errors.isPixelQueryError(error)).toBe(true);
    expect(errors.isPixelQueryError(error, "NotFoundError")).toBe(true);
    expect(errors.isPixelQueryError(error, "ConflictError")).toBe(false);
    const foreign = Object.assign(new Error("no such thing"), { name: "NotFoundError", details: {} });
    for (const other of [foreign, { name: "NotFoundError" }, "NotFoundError", null, undefined]) {
      expect(errors.isPixelQueryError(other)).toBe(false);
    }
  });

  it("knows errors of another copy of the library, which instanceof does not", async () => {
    const copy = await importCopy();
    const error = new copy.UnavailableError("busy", { details: { retryAfterSeconds: 3 } });
    expect(error).not.toBeInstanceOf(errors.UnavailableError);
    expect(errors.isPixelQueryError(error, "UnavailableError")).toBe(true);
    expect(errors.errorToJson(error)).toEqual({
      name: "UnavailableError",
      message: "busy",
      details: { retryAfterSeconds: 3 },
    });
  });
});

describe("errorFromJson", () => {
  it("gives back what errorToJson described, of its own class", () => {
    const error = new errors.UnavailableError("busy", { details: { status: 503 } });
    const back = errors.errorFromJson(JSON.parse(JSON.stringify(error)));
    expect(back).toBeInstanceOf(errors.UnavailableError);
    expect(back).toMatchObject({ message: "busy", details: { status: 503 } });
    expect(Object.keys(error)).not.toContain("brand");
  });
});
