import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { packBits } from "./tiff/blocks.js";
import { writeTiff } from "./write-tiff.js";

it("writes a header, one directory and the pixels, byte by byte", () => {
  const bytes = writeTiff({ width: 2, height: 1, dtype: "uint8", bands: [Uint8Array.of(7, 9)] });
  const expected = [
    "49492a00 08000000", // II, 42, first directory at 8
    "0d00", // 13 entries
    "fe00 0400 01000000 00000000", // NewSubfileType 0
    "0001 0400 01000000 02000000", // ImageWidth 2
    "0101 0400 01000000 01000000", // ImageLength 1
    "0201 0300 01000000 08000000", // BitsPerSample 8
    "0301 0300 01000000 01000000", // Compression none
    "0601 0300 01000000 01000000", // PhotometricInterpretation: 0 is black
    "1101 0400 01000000 aa000000", // StripOffsets: 170
    "1501 0300 01000000 01000000", // SamplesPerPixel 1
    "1601 0400 01000000 01000000", // RowsPerStrip 1
    "1701 0400 01000000 02000000", // StripByteCounts 2
    "1c01 0300 01000000 01000000", // PlanarConfiguration by pixel
    "3d01 0300 01000000 01000000", // Predictor none
    "5301 0300 01000000 01000000", // SampleFormat unsigned
    "00000000", // no next directory
    "0709",
  ];
  expect(Buffer.from(bytes).toString("hex")).toBe(expected.join("").replaceAll(" ", ""));
});

it("leaves out a block of zeros where sparse is asked for, and stores the other", () => {
  const left = Array.from({ length: 16 * 32 }, (_, index) => (index % 32 < 16 ? 0 : 5));
  const block = { kind: "tile", width: 16, height: 16 } as const;
  const bands = [Uint8Array.from(left)];
  const sparse = writeTiff({ width: 32, height: 16, dtype: "uint8", bands, block, sparse: true });
  const whole = writeTiff({ width: 32, height: 16, dtype: "uint8", bands, block });
  expect(whole.length - sparse.length).toBe(256);
});

it("packs the example of Apple's PackBits description as it stands there", () => {
  const row = Buffer.from("aaaaaa80002aaaaaaaaa80002a22aaaaaaaaaaaaaaaaaaaa", "hex");
  expect(Buffer.from(packBits(row)).toString("hex")).toBe("feaa0280002afdaa0380002a22f7aa");
});

// What GDAL 3.6.2 made of these very bytes: the pixels below, LAYOUT=COG, one overview, a per-dataset mask, EPSG:32618.
it("still writes the COG that GDAL was seen to read", () => {
  const ramp = (length: number) => Uint16Array.from({ length }, (_, index) => index * 3);
  const bytes = writeTiff({
    width: 20,
    height: 18,
    dtype: "uint16",
    bands: [ramp(360), ramp(360).reverse()],
    overviews: [{ width: 10, height: 9, bands: [ramp(90), ramp(90)] }],
    mask: Uint8Array.from({ length: 360 }, (_, index) => index % 2),
    block: { kind: "tile", width: 16, height: 16 },
    compression: "packbits",
    layout: "cog",
    crs: { epsg: 32618, model: "projected" },
    transform: [30, 0, 500000, 0, -30, 4600000],
    bandNames: ["red", "nir"],
  });
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(
    "facf61e4002c9cc5533c0ce42816f8bc398e9417816ceb4c7a492d44377fcb7b",
  );
});
