import { decode } from "fast-png";
import { describe, expect, it } from "vitest";
import { createColormap } from "../../src/export/colormap.js";
import { type PngOptions, toPng } from "../../src/export/to-png.js";

/** Each pixel as red, green, blue, alpha, decoded by another library. */
function draw(options: PngOptions): number[][] {
  const { data, channels, palette, width, height } = decode(toPng(options), { checkCrc: true });
  return Array.from({ length: width * height }, (_, i) => {
    const pixel = [...data.slice(i * channels, (i + 1) * channels)];
    const color = palette ? [...palette[pixel[0]!]!] : pixel;
    return color.length === 3 ? [...color, 255] : color;
  });
}

const range = { kind: "range", min: 0, max: 100 } as const;

describe("toPng", () => {
  it("stretches one band to grey and makes missing pixels transparent", () => {
    const bands = [Float32Array.of(0, 100, 50, -20, 900, Number.NaN)];
    const status = Uint8Array.of(0, 0, 2, 0, 0, 0);
    const pixels = draw({ width: 3, height: 2, bands, status, stretch: range });
    expect(pixels.map(([red]) => red)).toEqual([0, 255, 0, 0, 255, 0]);
    expect(pixels.map(([, , , alpha]) => alpha)).toEqual([255, 255, 0, 255, 255, 0]);
  });

  it("writes a palette picture that says transparent only where something is", () => {
    const all = decode(toPng({ width: 2, height: 1, bands: [Uint8Array.of(1, 2)], stretch: range }));
    expect([all.channels, all.depth, all.width, all.height, all.palette?.[0]]).toEqual([1, 8, 2, 1, [0, 0, 0]]);
    const some = decode(toPng({ width: 2, height: 1, bands: [Uint8Array.of(1, 2)], status: Uint8Array.of(0, 1) }));
    expect(some.palette?.[0]).toEqual([0, 0, 0, 0]);
  });

  it("draws three bands in true colour, opaque where all is valid", () => {
    const bands = [Uint16Array.of(0, 100), Uint16Array.of(50, 25), Uint16Array.of(100, 0)];
    const picture = decode(toPng({ width: 2, height: 1, bands, stretch: range }));
    expect(picture.channels).toBe(3);
    expect([...picture.data]).toEqual([0, 128, 255, 255, 64, 0]);
  });

  it("hides a pixel missing from any of three bands, colour and all", () => {
    const bands = [Float32Array.of(10, 100), Float32Array.of(Number.NaN, 100), Float32Array.of(10, 100)];
    expect(draw({ width: 2, height: 1, bands, stretch: range })).toEqual([
      [0, 0, 0, 0],
      [255, 255, 255, 255],
    ]);
  });

  it("takes a fourth band as the opacity, unstretched", () => {
    const one = Uint8Array.of(100, 100, 100);
    const pixels = draw({ width: 3, height: 1, bands: [one, one, one, Uint8Array.of(0, 7, 255)], stretch: range });
    expect(pixels.map(([, , , alpha]) => alpha)).toEqual([0, 7, 255]);
  });

  it("stretches each band between its own percentiles 2 and 98, missing pixels aside", () => {
    // 0 … 100: percentile 2 is 2, 98 is 98; the wild value is masked.
    const data = Float32Array.from({ length: 102 }, (_, i) => (i === 101 ? 1e9 : i));
    const status = new Uint8Array(102);
    status[101] = 3;
    const grey = draw({ width: 102, height: 1, bands: [data], status }).map(([red]) => red!);
    expect([grey[0], grey[2], grey[50], grey[98], grey[100]]).toEqual([0, 0, 128, 255, 255]);
    expect(grey[3]).toBeGreaterThan(0);
    expect(grey[97]).toBeLessThan(255);
  });

  it("takes a stretch of its own for each band", () => {
    const one = Uint8Array.of(50);
    const stretch = [100, 50, 200].map((max) => ({ kind: "range" as const, min: 0, max }));
    expect(draw({ width: 1, height: 1, bands: [one, one, one], stretch })).toEqual([[128, 255, 64, 255]]);
  });

  it("brightens by gamma", () => {
    const [[red]] = draw({ width: 1, height: 1, bands: [Uint8Array.of(25)], stretch: range, gamma: 2 }) as [number[]];
    // 254 · √0.25 = 127 of 254 levels: half way.
    expect(red).toBe(128);
  });

  it("draws a band of one value half grey, and one without a valid pixel empty", () => {
    expect(draw({ width: 1, height: 1, bands: [Uint8Array.of(9)] })).toEqual([[128, 128, 128, 255]]);
    const status = Uint8Array.of(2);
    expect(draw({ width: 1, height: 1, bands: [Uint8Array.of(9)], status })).toEqual([[0, 0, 0, 0]]);
  });

  it("takes 64-bit integers", () => {
    expect(draw({ width: 2, height: 1, bands: [BigInt64Array.of(0n, 100n)], stretch: range }).map(([r]) => r)).toEqual([
      0, 255,
    ]);
  });

  it("colours by viridis from its published first to its last colour", () => {
    const bands = [Uint8Array.of(0, 100)];
    expect(draw({ width: 2, height: 1, bands, stretch: range, colormap: "viridis" })).toEqual([
      [68, 1, 84, 255],
      [253, 231, 37, 255],
    ]);
  });

  const one = Uint8Array.of(1);
  it.each([
    [{ width: 0, height: 1, bands: [one] }, "a picture of 0 × 1 pixels cannot be drawn"],
    [{ width: 1e6, height: 1e6, bands: [one] }, "a picture of 1000000 × 1000000 pixels cannot be drawn"],
    [{ width: 1, height: 1, bands: [one, one] }, "a picture has 1, 3 or 4 bands, not 2"],
    [{ width: 2, height: 1, bands: [one] }, "every band and the status must have 2 × 1 values"],
    [{ width: 1, height: 1, bands: [one], status: new Uint8Array(2) }, "every band and the status must have 1 × 1"],
    [{ width: 1, height: 1, bands: [one, one, one], colormap: "ndvi" as const }, "a colour map colours one band"],
    [{ width: 1, height: 1, bands: [one], colormap: "jet" as never }, 'there is no colour map "jet"'],
    [{ width: 1, height: 1, bands: [one], gamma: 0 }, "gamma must be above 0"],
    [{ width: 1, height: 1, bands: [one], stretch: [range, range] }, "2 stretches do not fit 1 bands"],
    [{ width: 1, height: 1, bands: [one], stretch: { ...range, max: -1 } }, "needs min <= max"],
    [
      { width: 1, height: 1, bands: [one], stretch: { kind: "percentile" as const, low: -1, high: 98 } },
      "needs 0 <= low <= high <= 100",
    ],
  ])("refuses what does not fit (%#)", (options, message) => {
    expect(() => toPng(options)).toThrow(
      expect.objectContaining({ name: "InvalidInputError", message: expect.stringContaining(message) }),
    );
  });
});

describe("createColormap", () => {
  it("is viridis as published", () => {
    const published = {
      0: "440154",
      3: "450559",
      100: "2a768e",
      131: "20938c",
      200: "70cf57",
      252: "f6e620",
      255: "fde725",
    };
    const table = createColormap("viridis", 256);
    for (const [at, color] of Object.entries(published)) {
      expect(Buffer.from(table.subarray(Number(at) * 3, Number(at) * 3 + 3)).toString("hex")).toBe(color);
    }
  });

  it("runs from brown to green for NDVI", () => {
    const table = createColormap("ndvi", 2);
    expect([...table]).toEqual([0x6b, 0x4a, 0x2b, 0x06, 0x3d, 0x1f]);
  });
});
