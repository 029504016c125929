import { createHash } from "node:crypto";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { CorruptDataError } from "../../src/errors.js";
import { compressZstd } from "../../src/icechunk/zstd/compress.js";
import { decompressZstd } from "../../src/icechunk/zstd/decompress.js";
import { decompressZstdPlainly, openDictionary } from "../../src/icechunk/zstd/plain.js";
import fixtures from "./fixtures/zstd-frames.json" with { type: "json" };

const text = Array.from({ length: 3000 }, (_, i) => `scene-${(i * 7919) % 977}/band-${i % 5};`).join("");

function noise(): string {
  let state = 12345;
  return Array.from({ length: 6000 }, () => {
    state = (state * 16807) % 2147483647;
    return String.fromCharCode(33 + (state % 60));
  }).join("");
}

/** The inputs of fixtures/make-zstd-frames.sh. */
const inputs: Record<string, string> = { empty: "", repeated: "a".repeat(400_000), text, noise: noise() };

const fromBase64 = (encoded: string) => new Uint8Array(Buffer.from(encoded, "base64"));
const plainly: typeof decompressZstd = async (bytes, limits) => decompressZstdPlainly(bytes, limits);
const options = { key: "manifests/X", limitBytes: 1_000_000 };

describe.each([
  ["in WebAssembly", decompressZstd],
  ["in plain JavaScript", plainly],
] as const)("decompressing %s", (_, decompress) => {
  test.each(fixtures.frames)("reads the $input that the zstd command wrote at $level", async ({ input, frame }) => {
    expect(new TextDecoder().decode(await decompress(fromBase64(frame), options))).toBe(inputs[input]);
  });

  test("names the object where a frame needs a dictionary that is not there", async () => {
    const frame = fromBase64(fixtures.dictionaryFrames[0]!.frame);
    await expect(decompress(frame, options)).rejects.toThrow(/^manifests\/X is damaged: .*dictionary \d+ is missing/);
  });

  test("joins frames that follow each other and passes over skippable ones", async () => {
    const frame = fromBase64(fixtures.frames.find(({ input }) => input === "noise")!.frame);
    const skippable = Uint8Array.of(0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9);
    const joined = Uint8Array.from([...frame, ...skippable, ...frame]);
    expect(new TextDecoder().decode(await decompress(joined, options))).toBe(inputs.noise! + inputs.noise!);
  });

  test("stops at the limit, whatever the frame claims", async () => {
    const frame = fromBase64(fixtures.frames.find(({ input }) => input === "repeated")!.frame);
    await expect(decompress(frame, { ...options, limitBytes: 399_999 })).rejects.toThrow(/larger than allowed/);
    expect(await decompress(frame, { ...options, limitBytes: 400_000 })).toHaveLength(400_000);
  });

  test("refuses every frame that is cut off", async () => {
    const frame = fromBase64(fixtures.frames.find(({ input }) => input === "text")!.frame);
    for (let length = 0; length < frame.length; length += 7) {
      await expect(decompress(frame.slice(0, length), options), `${length} bytes`).rejects.toThrow(CorruptDataError);
    }
  });

  test("answers damaged frames with an error of its own or with bytes, and never hangs", async () => {
    const frames = fixtures.frames.map(({ frame }) => fromBase64(frame)).filter((frame) => frame.length > 100);
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...frames), damage, async (frame, changes) => {
        const damaged = frame.slice();
        for (const [position, value] of changes) damaged[position % damaged.length] = value;
        try {
          expect((await decompress(damaged, options)).length).toBeLessThanOrEqual(1_000_000);
        } catch (error) {
          expect(error).toBeInstanceOf(CorruptDataError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("reads back what the encoder wrote, for any bytes and level", async () => {
    const repetitive = fc
      .tuple(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 400 }))
      .map(([part, times]) =>
        Uint8Array.from({ length: part.length * times }, (_, i) => part[i % part.length]! ^ (i >> 11)),
      );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(repetitive, fc.uint8Array({ maxLength: 3000 })),
        fc.constantFrom(1, 3, 9, 19),
        async (bytes, level) => {
          expect(await decompress(await compressZstd(bytes, level), options)).toEqual(bytes);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("frames with a dictionary", () => {
  test.each(fixtures.dictionaryFrames)("hold $content", ({ content, frame }) => {
    const dictionary = openDictionary(fromBase64(fixtures.dictionary), "manifests/X");
    const bytes = decompressZstdPlainly(fromBase64(frame), { ...options, dictionary });
    expect(new TextDecoder().decode(bytes)).toBe(content);
  });
});

describe("where there is no WebAssembly", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  test.each(fixtures.frames)(
    "the $input at $level is read by the decoder in plain JavaScript",
    async ({ input, frame }) => {
      vi.stubGlobal("WebAssembly", undefined);
      vi.resetModules();
      const fresh = await import("../../src/icechunk/zstd/decompress.js");
      expect(new TextDecoder().decode(await fresh.decompressZstd(fromBase64(frame), options))).toBe(inputs[input]);
    },
  );
});

describe("both decoders", () => {
  /** Text with far repetitions, of a length that takes several blocks. */
  function longText(lines: number): Uint8Array {
    let state = 1;
    const parts: string[] = [];
    for (let i = 0; i < lines; i++) {
      state = (state * 16807) % 2147483647;
      parts.push(
        i % 3 === 0 ? (parts[state % parts.length] ?? "") : `${i} s3://bucket/LC08_${state % 50_000}/${state}`,
      );
    }
    return new TextEncoder().encode(parts.join("\n"));
  }

  test.each([1, 3, 9, 19, 22])("read the same out of several blocks of level %i", async (level) => {
    const bytes = longText(40_000);
    const frame = await compressZstd(bytes, level);
    const limits = { key: "manifests/X", limitBytes: 2 ** 24 };
    expect(bytes.length).toBeGreaterThan(4 * 131_072);
    expect(Buffer.compare(await decompressZstd(frame, limits), bytes)).toBe(0);
    expect(Buffer.compare(decompressZstdPlainly(frame, limits), bytes)).toBe(0);
  });

  test("agree on damaged frames: both refuse, or both read the same", async () => {
    const frames = [
      ...fixtures.frames.map(({ frame }) => fromBase64(frame)).filter((frame) => frame.length > 100),
      await compressZstd(longText(3000), 3),
    ];
    const attempt = async (decompress: typeof decompressZstd, frame: Uint8Array): Promise<string> => {
      try {
        return createHash("sha256")
          .update(await decompress(frame, options))
          .digest("hex");
      } catch (error) {
        expect(error).toBeInstanceOf(CorruptDataError);
        return "refused";
      }
    };
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...frames), damage, async (frame, changes) => {
        const damaged = frame.slice();
        for (const [position, value] of changes) damaged[position % damaged.length] = value;
        expect(await attempt(decompressZstd, damaged)).toBe(await attempt(plainly, damaged));
      }),
      { numRuns: Number(process.env.ICECHUNK_ZSTD_RUNS ?? 2000) },
    );
  });

  test("memory of a large frame is given back, and small ones are read after it", async () => {
    const large = new Uint8Array(40 * 2 ** 20);
    const frame = await compressZstd(large, 1);
    expect((await decompressZstd(frame, { key: "x", limitBytes: 2 ** 26 })).length).toBe(large.length);
    const small = fromBase64(fixtures.frames.find(({ input }) => input === "text")!.frame);
    expect(new TextDecoder().decode(await decompressZstd(small, options))).toBe(inputs.text);
  });
});
