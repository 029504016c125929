import { describe, expect, it } from "vitest";
import { toCsv } from "../../src/export/to-csv.js";

const time = "2024-06-01T10:31:05Z";

describe("toCsv", () => {
  it("writes the header, a line a row, and an empty cell for a missing value", () => {
    const rows = [
      { time, scene: "s1", values: { red: 812, nir: 0.1 } },
      { time, scene: "s2", values: { red: null, nir: Number.NaN } },
      { time, scene: "s3", values: { nir: 9007199254740993n } },
    ];
    expect(toCsv(["red", "nir"], rows)).toBe(
      `time,scene,red,nir\n${time},s1,812,0.1\n${time},s2,,\n${time},s3,,9007199254740993\n`,
    );
  });

  it("quotes commas, quotes and line breaks as RFC 4180 says", () => {
    const rows = [{ time, scene: 'a,"b"\r\nc', values: { 'x"y': -1e-7 } }];
    expect(toCsv(['x"y'], rows)).toBe(`time,scene,"x""y"\n${time},"a,""b""\r\nc",-1e-7\n`);
  });

  it("takes no value from the prototype", () => {
    expect(toCsv(["constructor"], [{ time, scene: "s", values: {} }])).toBe(`time,scene,constructor\n${time},s,\n`);
  });

  it("writes the header alone where there are no rows", () => expect(toCsv(["nir"], [])).toBe("time,scene,nir\n"));
});
