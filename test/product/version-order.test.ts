import { expect, it } from "vitest";
import { compareVersions } from "../../src/product/version-order.js";

it("versions are ordered by their numbers, then their letters; none is older than any", () => {
  const ordered = [null, "1.5", "2.0", "05.09", "05.10", "05.10.1", "061.2023145223001", "20180207_RT", "20180207_T1"];
  for (const [i, a] of ordered.entries()) {
    for (const [j, b] of ordered.entries()) {
      expect(Math.sign(compareVersions(a, b)), `${a} and ${b}`).toBe(Math.sign(i - j));
    }
  }
});
