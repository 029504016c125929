import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { BlockDecoder } from "../../src/codec/index.js";
import { type FixtureBlock, readFixtures } from "./sample-fixtures.js";

const cases = ["jpeg", "webp", "ycbcr"].flatMap((folder) => readFixtures(folder));

/** The hash of bands, one behind another, interleaved again as the fixtures have them. */
function interleavedHash(bands: Uint8Array, samples: number): string {
  const pixels = bands.length / samples;
  const interleaved = bands.map((_, i) => bands[(i % samples) * pixels + Math.floor(i / samples)] as number);
  return createHash("sha256").update(interleaved).digest("hex");
}

// The decoders by themselves are tested beside; here it is how their samples become windows of bands.
describe.each([
  ["WebAssembly", true],
  ["plain JavaScript", false],
])("blocks that are images, with an engine in %s", (_engine, simd) => {
  let decoder: BlockDecoder;
  beforeAll(async () => {
    decoder = await BlockDecoder.load(["JPEG", "WEBP", ...cases.map(({ encoding }) => encoding.compression)], { simd });
  });

  test.each(cases.map((c) => [c.name, c] as const))(
    "%s: the bands of any rows are GDAL's",
    (_name, { encoding, blocks }) => {
      const samples = Array.from({ length: encoding.samples }, (__, sample) => sample);
      const read = ({ bytes, storedRows, cols }: FixtureBlock, rowStart: number, rowStop: number) => {
        decoder.input(bytes.length).set(bytes);
        const window = { rowStart, rowStop, colStart: 0, colStop: cols, samples, storedRows };
        return decoder.decode(encoding, bytes.length, window) as Uint8Array;
      };
      for (const block of blocks) {
        const whole = read(block, 0, block.rows);
        expect(interleavedHash(whole, encoding.samples)).toBe(block.sha256);
        const last = read(block, block.rows - 1, block.rows);
        for (const band of samples) {
          const end = (band + 1) * block.rows * block.cols;
          expect(last.subarray(band * block.cols, (band + 1) * block.cols)).toEqual(
            whole.subarray(end - block.cols, end),
          );
        }
      }
    },
  );
});
