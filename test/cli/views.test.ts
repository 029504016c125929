import { describe, expect, it } from "vitest";
import { describeTerminal } from "../../src/cli/terminal/describe-terminal.js";
import { renderCard } from "../../src/cli/views/card.js";
import { crsLabel } from "../../src/cli/views/crs-label.js";
import { renderProblems } from "../../src/cli/views/problem-list.js";
import { programName } from "../../src/cli/views/program-name.js";
import { shellCommand } from "../../src/cli/views/shell-words.js";

describe("crsLabel", () => {
  it("shows a code as it is and any other CRS by its name", () => {
    expect(crsLabel("EPSG:32618")).toBe("EPSG:32618");
    expect(crsLabel('PROJCS["Albers, mine",GEOGCS["WGS 84"]]')).toBe("Albers, mine");
    expect(crsLabel('{"type":"ProjectedCRS","name":"Lambert, mine"}')).toBe("Lambert, mine");
    expect(crsLabel("+proj=sinu +R=6371007")).toBe("+proj=sinu +R=6371007");
    expect([crsLabel(null), crsLabel("{broken"), crsLabel("what")]).toEqual(["none", "custom", "custom"]);
  });
});

describe("renderCard", () => {
  it("aligns the values and goes on below where a line is full", () => {
    const terminal = describeTerminal({ columns: 30 }, {});
    const rows = [
      ["File", "a.tif"],
      ["Bands", "blue, green, red, nir, swir1, swir2"],
    ] as const;
    expect(renderCard(rows, terminal)).toBe("File   a.tif\nBands  blue, green, red, nir,\n       swir1, swir2\n");
  });

  it("lets nothing in a file command the terminal", () => {
    const card = renderCard([["Bands", "a\u001b[2Jb"]], describeTerminal({}, {}));
    expect(card).not.toContain("\u001b");
  });
});

describe("renderProblems", () => {
  it("names each path once, the first ten, and how many more there are", () => {
    const problems = Array.from({ length: 12 }, (_, i) => ({
      path: `f${i}.tif`,
      message: i === 0 ? "f0.tif: a" : "b",
    }));
    const lines = renderProblems(problems, "failed:").split("\n");
    expect([lines.length, lines[0], lines[1], lines[10]]).toEqual([
      12,
      "failed: f0.tif: a",
      "failed: f1.tif: b",
      "failed: and 2 more",
    ]);
    expect(renderProblems([], "failed:")).toBe("");
  });
});

describe("shellCommand", () => {
  it("quotes only the words that a shell would break", () => {
    expect(shellCommand(["info", "-w", "./my wh"])).toBe('info -w "./my wh"');
    expect(shellCommand(["x", 'a"$b'])).toBe('x "a\\"\\$b"');
  });
});

describe("programName", () => {
  it("goes through npx where npm started the program", () => {
    expect([programName({}), programName({ npm_command: "run-script" })]).toEqual(["pixelquery", "npx pixelquery"]);
  });
});
