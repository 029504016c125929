import fc from "fast-check";
import { expect, test } from "vitest";
import type { BlockEncoding, BlockWindow } from "../../src/codec/block-encoding.js";
import { rowLengthBytes } from "../../src/codec/block-layout.js";
import type { DecodeEngine } from "../../src/codec/engine.js";
import { PlainEngine } from "../../src/codec/plain-engine.js";
import { isSimdAvailable, WasmEngine } from "../../src/codec/wasm-engine.js";
import type { DType } from "../../src/ndarray/dtype.js";

const dtypes: DType[] = ["uint8", "int16", "uint32", "int64", "float16", "float32", "float64"];

/** Any block of up to 40 × 4 pixels with any window of it; often columns, bands and types for which vectors are used. */
const anyBlock = fc
  .record({
    dtype: fc.oneof(fc.constantFrom(...dtypes), fc.constantFrom("int16" as const, "float32" as const)),
    byteOrder: fc.constantFrom("little" as const, "big" as const),
    rows: fc.integer({ min: 1, max: 4 }),
    cols: fc.oneof(fc.constantFrom(8, 16, 32, 40), fc.integer({ min: 1, max: 40 })),
    samples: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom(1, 4)),
    predictor: fc.constantFrom(1 as const, 2 as const, 3 as const),
  })
  .map((shape): BlockEncoding => {
    const predictor = shape.predictor === 3 && !shape.dtype.startsWith("float") ? 2 : shape.predictor;
    return { ...shape, predictor, compression: "DEFLATE" };
  })
  .chain((encoding) => fc.tuple(fc.constant(encoding), anyWindow(encoding), fc.integer()));

function anyWindow({ rows, cols, samples }: BlockEncoding): fc.Arbitrary<BlockWindow> {
  const range = (length: number) =>
    fc.oneof(
      fc.constant([0, length] as const),
      fc.tuple(fc.nat(length - 1), fc.nat(length - 1)).map(([a, b]) => [Math.min(a, b), Math.max(a, b) + 1] as const),
    );
  const every = Array.from({ length: samples }, (_, index) => index);
  const some = fc.oneof(fc.constant(every), fc.shuffledSubarray(every, { minLength: 1 }));
  return fc.tuple(range(rows), range(cols), some).map(([[rowStart, rowStop], [colStart, colStop], chosen]) => {
    return { rowStart, rowStop, colStart, colStop, samples: chosen, storedRows: rows };
  });
}

function fillWithNoise(bytes: Uint8Array, seed: number): void {
  let state = seed;
  for (let i = 0; i < bytes.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
}

test("the vector kernels and the plain ones unpack any window of any block alike", async () => {
  const engines: DecodeEngine[] = [await WasmEngine.load(), await PlainEngine.load()];
  const property = fc.property(anyBlock, ([encoding, window, seed]) => {
    const [wasm, plain] = engines.map((engine) => {
      fillWithNoise(engine.output(encoding.rows * rowLengthBytes(encoding)), seed);
      const { buffer } = engine.unpack("output", encoding, window);
      return Buffer.from(buffer).toString("hex");
    });
    expect(wasm).toBe(plain);
  });
  fc.assert(property, { numRuns: 1000 });
});

test("this engine has the vectors that the tests want to test", () => {
  expect(isSimdAvailable()).toBe(true);
});
