import { describe, expect, it } from "vitest";
import { type ChartPoint, chartSvg } from "../../src/export/chart-svg.js";
import { escapeXml, truncateText } from "../../src/export/svg.js";

function at(date: string, value: number | null, status?: ChartPoint["status"]): ChartPoint {
  return { time: new Date(`${date}T00:00:00Z`), value, status };
}

const points = [
  at("2024-01-01", 0.2),
  at("2024-03-01", 0.4),
  at("2024-05-01", null, "masked"),
  at("2024-07-01", 0.8),
  at("2024-09-01", null, "nodata"),
  at("2024-11-01", null, "masked"),
];

/** What `pattern`'s first group matches, all of them. */
function all(svg: string, pattern: RegExp): string[] {
  return [...svg.matchAll(pattern)].map((match) => match[1]!);
}

describe("chartSvg", () => {
  it("draws a dot for each value, a mark for each missing one, and the line only between neighbours", () => {
    const svg = chartSvg({ title: "NDVI", series: [{ name: "NDVI", points }] });
    expect(all(svg, /<circle[^>]*><title>(NDVI: [^<]*)</g)).toEqual([
      "NDVI: 0.2\n2024-01-01 00:00 UTC",
      "NDVI: 0.4\n2024-03-01 00:00 UTC",
      "NDVI: 0.8\n2024-07-01 00:00 UTC",
      "NDVI: masked\n2024-05-01 00:00 UTC",
      "NDVI: nodata\n2024-09-01 00:00 UTC",
      "NDVI: masked\n2024-11-01 00:00 UTC",
    ]);
    const [dashed, solid] = all(svg, /<path d="([^"]*)"/g) as [string, string];
    expect(solid.match(/[ML]/g)).toEqual(["M", "L"]);
    expect(dashed.match(/[ML]/g)).toEqual(["M", "L"]);
    // The dashes begin where the solid line ends.
    expect(dashed.slice(1).split("L")[0]).toBe(solid.split("L")[1]);
  });

  it("puts values in their place: higher is up, later is right, equal steps are equal", () => {
    const even = [at("2024-01-01", 0), at("2024-01-02", 5), at("2024-01-03", 10)];
    const svg = chartSvg({ title: "t", series: [{ name: "a", points: even }] });
    const x = all(svg, /cx="([\d.]+)"/g).map(Number) as [number, number, number];
    const y = all(svg, /cy="([\d.]+)"/g).map(Number) as [number, number, number];
    expect(x[2] - x[1]).toBeCloseTo(x[1] - x[0], 0);
    expect(x[1]).toBeGreaterThan(x[0]);
    expect(y[0] - y[1]).toBeCloseTo(y[1] - y[2], 0);
    expect(y[1]).toBeLessThan(y[0]);
  });

  it("says in the legend how many values are missing, and why", () => {
    expect(chartSvg({ title: "t", series: [{ name: "NDVI", points }] })).toContain(">no value: 2 masked, 1 nodata<");
  });

  it("names several series in a legend, and one by the title alone", () => {
    const two = chartSvg({
      title: "t",
      series: [
        { name: "red", points: points.slice(0, 2) },
        { name: "nir", points: points.slice(0, 2), color: "#123456" },
      ],
    });
    expect(all(two, /<text[^>]*>(red|nir)</g)).toEqual(["red", "nir"]);
    expect(two).toContain('stroke="#123456"');
    const one = chartSvg({ title: "t", series: [{ name: "red", points: points.slice(0, 2) }] });
    expect(all(one, /<text[^>]*>(red|nir)</g)).toEqual([]);
  });

  it("labels months with their year once, and hours with their day", () => {
    const year = chartSvg({ title: "t", series: [{ name: "a", points: [at("2023-07-01", 1), at("2024-06-01", 2)] }] });
    expect(all(year, /text-anchor="middle"[^>]*>([^<]+)</g)).toEqual([
      "Jul",
      "2023",
      "Aug",
      "Sep",
      "Oct",
      "Nov",
      "Dec",
      "Jan",
      "2024",
      "Feb",
      "Mar",
      "Apr",
      "May",
      "Jun",
    ]);
    const day = chartSvg({
      title: "t",
      width: 400,
      series: [{ name: "a", points: [at("2024-06-01", 1), at("2024-06-02", 2)] }],
    });
    expect(all(day, /text-anchor="middle"[^>]*>([^<]+)</g)).toEqual([
      "00:00",
      "1 Jun 2024",
      "06:00",
      "12:00",
      "18:00",
      "00:00",
      "2 Jun 2024",
    ]);
  });

  it("labels round values, with a true minus sign", () => {
    const svg = chartSvg({
      title: "t",
      height: 300,
      series: [{ name: "a", points: [at("2024-01-01", -0.37), at("2024-02-01", 0.93)] }],
    });
    expect(all(svg, /text-anchor="end"[^>]*>([^<]+)</g)).toEqual(["−0.5", "0.0", "0.5", "1.0"]);
  });

  it("holds no script and no unescaped text", () => {
    const svg = chartSvg({
      title: '<script>alert(1)</script> & "co"\u0000',
      series: [{ name: "</title><script>", points, color: '"><script>' }],
    });
    expect(svg).not.toContain("<script");
    expect(svg).not.toContain("\u0000");
    expect(svg).toContain("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;co&quot;\ufffd</text>");
  });

  it.each([
    ["no series", []],
    ["no points", [{ name: "a", points: [] }]],
    ["only missing values", [{ name: "a", points: [at("2024-01-01", null, "failed")] }]],
  ])("says so where there is nothing to draw: %s", (_, series) => {
    const svg = chartSvg({ title: "t", series });
    expect(svg).toContain(">no valid observation<");
    expect(svg).not.toMatch(/NaN|Infinity/);
  });

  it("draws a single value and a flat line", () => {
    for (const flat of [[at("2024-01-01", 0)], [at("2024-01-01", 7), at("2024-01-02", 7)]]) {
      expect(chartSvg({ title: "t", series: [{ name: "a", points: flat }] })).not.toMatch(/NaN|Infinity/);
    }
  });

  it("refuses a size without room", () => {
    for (const size of [{ width: 100 }, { height: 50 }, { width: Number.NaN }, { width: 1e9 }]) {
      expect(() => chartSvg({ title: "t", series: [], ...size })).toThrow(
        expect.objectContaining({ name: "InvalidInputError" }),
      );
    }
  });
});

describe("svg text", () => {
  it("replaces what XML cannot hold", () => expect(escapeXml("a\u0001\ud800'é🛰")).toBe("a\ufffd\ufffd&#39;é🛰"));

  it("is shortened to its room", () => {
    expect(truncateText("short", 12, 100)).toBe("short");
    expect(truncateText("a name far too long", 10, 60)).toBe("a name fa…");
  });
});
