import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { DecodeEngine } from "../../src/codec/engine.js";
import { PlainEngine } from "../../src/codec/plain-engine.js";
import { WasmEngine } from "../../src/codec/wasm-engine.js";

const CLEAR = 256;
const END = 257;

/** Codes as TIFF 6.0 packs them; widths are given, so that the decoder's own rule is not what is tested against. */
function pack(codes: readonly [code: number, width: number][]): Uint8Array {
  const bits = codes.map(([code, width]) => code.toString(2).padStart(width, "0")).join("");
  return Uint8Array.from(bits.match(/.{1,8}/g) ?? [], (byte) => Number.parseInt(byte.padEnd(8, "0"), 2));
}
const nine = (...codes: number[]) => pack(codes.map((code) => [code, 9]));

describe.each([
  ["WebAssembly", () => WasmEngine.load()],
  ["plain JavaScript", () => PlainEngine.load()],
])("LZW in %s", (_name, load: () => Promise<DecodeEngine>) => {
  let engine: DecodeEngine;
  beforeAll(async () => {
    engine = await load();
  });

  function expand(packed: Uint8Array, wantedBytes: number) {
    engine.input(packed.length).set(packed);
    const reached = engine.expandLzw(packed.length, wantedBytes);
    return { ...reached, bytes: [...engine.output(wantedBytes).subarray(0, reached.lengthBytes)] };
  }

  test("expands the example of TIFF 6.0, section 13", () => {
    const packed = nine(CLEAR, 7, 258, 8, 8, 258, 6, 6, END);
    // 258 is 7 7 as soon as it is used: the string that is just being made.
    expect(expand(packed, 10)).toMatchObject({ kind: "ended", bytes: [7, 7, 7, 8, 8, 7, 7, 6, 6] });
  });

  test("repeats a string that overlaps itself, beyond a vector's length", () => {
    const codes = Array.from({ length: 20 }, (_, index) => 258 + index);
    const length = 1 + 20 * 11 + 10 + 0;
    const { kind, bytes } = expand(nine(CLEAR, 5, ...codes), 1000);
    expect(kind).toBe("dry");
    expect(bytes).toEqual(new Array<number>(length).fill(5));
  });

  test("widens codes one code early", () => {
    // After CLEAR and 254 codes the next entry is 511: from there on, ten bits.
    const literals = Array.from({ length: 254 }, (_, index): [number, number] => [index & 255, 9]);
    const packed = pack([[CLEAR, 9], ...literals, [200, 10], [END, 10]]);
    const { kind, bytes } = expand(packed, 300);
    expect(kind).toBe("ended");
    expect(bytes).toEqual([...literals.map(([code]) => code), 200]);
  });

  test("starts again at CLEAR", () => {
    expect(expand(nine(CLEAR, 1, 2, 258, CLEAR, 3, 258, END), 20)).toMatchObject({ bytes: [1, 2, 1, 2, 3, 3, 3] });
  });

  test("reads streams without CLEAR in front", () => {
    expect(expand(nine(1, 2, 258, END), 20)).toMatchObject({ kind: "ended", bytes: [1, 2, 1, 2] });
  });

  test("stops in the middle of a string and writes nothing behind it", () => {
    engine.output(16).fill(0xee);
    expect(expand(nine(CLEAR, 7, 258, 259, 260, END), 4)).toMatchObject({ kind: "stopped", bytes: [7, 7, 7, 7] });
  });

  test.each([
    ["before any string", nine(CLEAR, 258), []],
    ["one beyond the newest", nine(CLEAR, 1, 2, 261), [1, 2]],
  ])("a code %s is corrupt", (_what, packed, bytes) => {
    expect(expand(packed, 10)).toMatchObject({ kind: "corrupt", bytes });
  });
});

test("both decoders say the same of any bytes", async () => {
  const engines: DecodeEngine[] = [await WasmEngine.load(), await PlainEngine.load()];
  const property = fc.property(
    fc.uint8Array({ maxLength: 3000 }),
    fc.integer({ min: 0, max: 20_000 }),
    (noise, wanted) => {
      const [wasm, plain] = engines.map((engine) => {
        engine.input(noise.length).set(noise);
        const { kind, lengthBytes } = engine.expandLzw(noise.length, wanted);
        return { kind, bytes: Buffer.from(engine.output(wanted).subarray(0, lengthBytes)).toString("hex") };
      });
      expect(wasm).toEqual(plain);
    },
  );
  fc.assert(property, { numRuns: 300 });
});
