import { describe, expect, it } from "vitest";
import { createColors, wantsColor } from "../../../src/cli/terminal/color.js";
import { describeTerminal } from "../../../src/cli/terminal/describe-terminal.js";
import { displayWidth, printable, shorten } from "../../../src/cli/terminal/printable.js";

const tty = { isTTY: true, columns: 100 };

describe("wantsColor", () => {
  it.each([
    ["a terminal", tty, {}, true],
    ["a file or pipe", {}, {}, false],
    ["a dumb terminal", tty, { TERM: "dumb" }, false],
    ["NO_COLOR on a terminal", tty, { NO_COLOR: "1" }, false],
    ["an empty NO_COLOR, which counts as none", tty, { NO_COLOR: "" }, true],
    ["FORCE_COLOR on a pipe", {}, { FORCE_COLOR: "1" }, true],
    ["FORCE_COLOR=0 on a terminal", tty, { FORCE_COLOR: "0" }, false],
    ["both, where NO_COLOR wins", tty, { FORCE_COLOR: "1", NO_COLOR: "1" }, false],
  ])("for %s", (_, stream, env, expected) => expect(wantsColor(stream, env)).toBe(expected));

  it("decides what the colours do", () => {
    expect(createColors(tty, {}).red("x")).toBe("\u001b[31mx\u001b[39m");
    expect(createColors({}, {}).red("x")).toBe("x");
  });
});

describe("describeTerminal", () => {
  it.each([
    [tty, {}, 100],
    [{}, {}, 80],
    [{ isTTY: true, columns: 0 }, {}, 80],
  ])("knows the width (%#)", (stream, env, width) => expect(describeTerminal(stream, env).width).toBe(width));

  it.each([
    [{ LANG: "en_US.UTF-8" }, true],
    [{ LANG: "C.utf8" }, true],
    [{}, true],
    [{ LANG: "C" }, false],
    [{ LC_ALL: "POSIX", LANG: "en_US.UTF-8" }, false],
    [{ LANG: "de_DE.ISO-8859-1" }, false],
    [{ LANG: "de_DE@euro" }, false],
    [{ LC_CTYPE: "UTF-8" }, true],
    [{ TERM: "dumb", LANG: "en_US.UTF-8" }, false],
  ])("knows from %j whether Unicode arrives: %s", (env, expected) => {
    expect(describeTerminal(tty, env).isUnicode).toBe(expected);
  });
});

describe("printable", () => {
  it("takes the commands out of a text from a file", () => {
    expect(printable("a\u001b[2Jb\nc\u202ed")).toBe("a\ufffd[2Jb\ufffdc\ufffdd");
  });
});

describe("shorten", () => {
  it.each([
    ["LC08_014032_20130601", 20, true, "LC08_014032_20130601"],
    ["LC08_014032_20130601", 11, true, "LC08_…30601"],
    ["LC08_014032_20130601", 10, true, "LC08_…0601"],
    ["LC08_014032_20130601", 10, false, "LC08..0601"],
    ["近赤外の波長", 7, true, "近…長"],
    ["abc", 1, true, "…"],
    ["abc", 0, true, ""],
  ])("%s in %d columns", (text, width, isUnicode, expected) => {
    const short = shorten(text, width, isUnicode);
    expect(short).toBe(expected);
    expect(displayWidth(short)).toBeLessThanOrEqual(width);
  });
});
