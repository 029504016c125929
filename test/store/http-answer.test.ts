import { describe, expect, test } from "vitest";
import { retryAfterSeconds } from "../../src/store/http-answer.js";

describe("retryAfterSeconds", () => {
  const now = Date.UTC(2015, 9, 21, 7, 27, 0);

  test.each([
    ["120", 120],
    ["0", 0],
    ["Wed, 21 Oct 2015 07:28:00 GMT", 60],
    ["Wed, 21 Oct 2015 07:00:00 GMT", 0],
    ["soon", null],
    ["", null],
    [null, null],
  ])("of %j is %j", (header, seconds) => {
    expect(retryAfterSeconds(header, now)).toBe(seconds);
  });
});
