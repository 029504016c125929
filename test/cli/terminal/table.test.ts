import { describe, expect, it } from "vitest";
import { describeTerminal } from "../../../src/cli/terminal/describe-terminal.js";
import { renderTable } from "../../../src/cli/terminal/table.js";

const columns = [{ header: "time" }, { header: "scene" }, { header: "nir", align: "right" as const }];
const rows = [
  ["2013-06-01", "LC08_014032_20130601", "812"],
  ["2013-06-17", "LC08_014032", { text: "masked", style: "dim" as const }],
];

function table(width: number, env = {}, lines: Parameters<typeof renderTable>[1] = rows): string {
  return renderTable(columns, lines, describeTerminal({ columns: width }, env));
}

describe("renderTable", () => {
  it("aligns text left and numbers right", () => {
    expect(table(80)).toBe(
      [
        "time        scene                    nir",
        "──────────  ────────────────────  ──────",
        "2013-06-01  LC08_014032_20130601     812",
        "2013-06-17  LC08_014032           masked",
        "",
      ].join("\n"),
    );
  });

  it("shortens the widest text column to fit the terminal", () => {
    expect(table(32)).toBe(
      [
        "time        scene            nir",
        "──────────  ────────────  ──────",
        "2013-06-01  LC08_0…30601     812",
        "2013-06-17  LC08_014032   masked",
        "",
      ].join("\n"),
    );
  });

  it("never cuts a number nor leaves a text meaningless: then it runs over", () => {
    const lines = table(10).split("\n");
    expect(lines[2]).toBe("2013-06-01  LC08_…0601     812");
  });

  it("keeps to ASCII where nothing else arrives", () => {
    expect(table(32, { LANG: "C" }).split("\n").slice(1, 3)).toEqual([
      "----------  ------------  ------",
      "2013-06-01  LC08_..30601     812",
    ]);
  });

  it("colours only where it is wanted, and the columns stay where they are", () => {
    expect(table(80)).not.toContain("\u001b");
    const colored = table(80, { FORCE_COLOR: "1" });
    expect(colored.split("\n")[0]).toBe(
      "\u001b[1mtime\u001b[22m        \u001b[1mscene\u001b[22m                    \u001b[1mnir\u001b[22m",
    );
    expect(colored.split("\n")[3]).toBe("2013-06-17  LC08_014032           \u001b[2mmasked\u001b[22m");
  });

  it("measures wide characters as two columns and lets no cell command the terminal", () => {
    const lines = table(80, {}, [
      ["近赤外", "a\u001b[2Jb\n", "1"],
      ["nir", "c", "10"],
    ]).split("\n");
    expect(lines.slice(2, 4)).toEqual(["近赤外  a\ufffd[2Jb\ufffd    1", "nir     c         10"]);
  });

  it("shows an empty place for a missing cell and the header alone for no rows", () => {
    expect(table(80, {}, [["2013-06-01"]]).split("\n")[2]).toBe("2013-06-01");
    expect(table(80, {}, [])).toBe("time  scene  nir\n────  ─────  ───\n");
  });
});
