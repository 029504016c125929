import { registry } from "zarrita";

// The codecs of odd samples and colours for zarrita, written from docs/warehouse-format.md and not from PixelQuery's
// decoder. Slow and plain on purpose.

type Configuration = Record<string, unknown>;

function register(
  name: string,
  createDecode: (configuration: Configuration) => (bytes: Uint8Array) => Uint8Array,
): void {
  const encode = () => {
    throw new Error(`${name} is for reading`);
  };
  const fromConfig = (configuration: unknown) => {
    return { kind: "bytes_to_bytes", encode, decode: createDecode((configuration ?? {}) as Configuration) };
  };
  registry.set(name, async () => ({ fromConfig }) as never);
}

/** All bits of some bytes, the highest bit of each byte first. */
const bitsOf = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");

/** Bytes of little-endian words of `width` bytes. */
function littleEndian(values: readonly number[], width: number): Uint8Array {
  return Uint8Array.from(
    values.flatMap((value) => Array.from({ length: width }, (_, i) => Math.floor(value / 256 ** i))),
  );
}

/** sign, 7 bits of exponent (bias 63), 16 of mantissa. */
function float24(bits: number): number {
  const sign = bits >= 2 ** 23 ? -1 : 1;
  const exponent = Math.floor(bits / 2 ** 16) % 128;
  const mantissa = bits % 2 ** 16;
  if (exponent === 127) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * mantissa * 2 ** -78 : sign * (1 + mantissa / 2 ** 16) * 2 ** (exponent - 63);
}

/** Put zarrita's registry in the position to read what `registerPublishedCodecs` leaves out. */
export function registerOddCodecs(): void {
  register("imagecodecs_bitorder", () => (bytes) => {
    return bytes.map((byte) => Number.parseInt([...bitsOf(Uint8Array.of(byte))].reverse().join(""), 2));
  });

  register("imagecodecs_packints", ({ dtype, bitspersample, runlen }) => (bytes) => {
    const [bits, run] = [Number(bitspersample), Number(runlen)];
    const rowBytes = Math.ceil((bits * run) / 8);
    const values: number[] = [];
    for (let row = 0; row < bytes.length; row += rowBytes) {
      const digits = bitsOf(bytes.subarray(row, row + rowBytes));
      for (let i = 0; i < run; i++) values.push(Number.parseInt(digits.slice(i * bits, (i + 1) * bits), 2));
    }
    return littleEndian(values, Number(String(dtype).slice(-1)));
  });

  register("pixelquery.widen24", ({ endian, dtype }) => (bytes) => {
    const values = Array.from({ length: bytes.length / 3 }, (_, i) => {
      const [a, b, c] = [...bytes.subarray(i * 3, i * 3 + 3)] as [number, number, number];
      return endian === "big" ? a * 65536 + b * 256 + c : c * 65536 + b * 256 + a;
    });
    if (dtype === "uint32") return littleEndian(values, 4);
    return new Uint8Array(Float32Array.from(values, float24).buffer);
  });

  register("pixelquery.delta", ({ samples, cols }) => (bytes) => {
    const [step, row] = [Number(samples), Number(samples) * Number(cols)];
    const out = bytes.slice();
    for (let at = 0; at < out.length; at++) if (at % row >= step) out[at] = out[at]! + out[at - step]!;
    return out;
  });

  register("pixelquery.cmyk", ({ samples }) => (bytes) => {
    const pixels = Array.from({ length: bytes.length / Number(samples) }, (_, i) => {
      const [c, m, y, k] = [...bytes.subarray(i * Number(samples))] as [number, number, number, number];
      return [...[c, m, y].map((ink) => Math.floor(((255 - k) * (255 - ink)) / 255)), 255];
    });
    return Uint8Array.from(pixels.flat());
  });
}
