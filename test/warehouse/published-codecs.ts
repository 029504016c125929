import { registry } from "zarrita";
import { bytesPerSample, type DType, type TypedArray, viewTypedArray } from "../../src/ndarray/dtype.js";

// The codecs of a warehouse's pixel arrays for zarrita, written from docs/warehouse-format.md and from what the Python
// package virtual-tiff publishes of its own, and not from PixelQuery's decoder. Slow and plain on purpose.

/** An array on its way through zarrita's codecs: values, and how far apart neighbours along each axis lie. */
interface Chunk {
  data: TypedArray;
  shape: number[];
  stride: number[];
}

interface ArrayMeta {
  dataType: string;
  shape: number[];
  codecs: { name: string; configuration?: Record<string, unknown> }[];
}

/** A codec that decodes only, as zarrita wants one. */
function register<In, Out>(
  name: string,
  kind: "array_to_array" | "array_to_bytes" | "bytes_to_bytes",
  createDecode: (configuration: Record<string, unknown>, meta: ArrayMeta) => (input: In) => Out,
): void {
  const encode = () => {
    throw new Error(`${name} is for reading`);
  };
  const fromConfig = (configuration: unknown, meta: unknown) => ({
    kind,
    encode,
    decode: createDecode((configuration ?? {}) as Record<string, unknown>, meta as ArrayMeta),
  });
  registry.set(name, async () => ({ fromConfig }) as never);
}

/** Position of the first sample of every row along the last axis. */
function rowStarts({ shape, stride }: Chunk): number[] {
  let starts = [0];
  for (const [axis, size] of shape.slice(0, -1).entries()) {
    starts = starts.flatMap((start) => Array.from({ length: size }, (_, i) => start + i * (stride[axis] ?? 0)));
  }
  return starts;
}

/** The same memory as unsigned integers of the samples' width, which wrap around by themselves. */
function asUnsigned({ buffer, byteOffset, BYTES_PER_ELEMENT, length }: TypedArray): Uint32Array {
  const View = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array, 8: BigUint64Array }[BYTES_PER_ELEMENT];
  return new View!(buffer as ArrayBuffer, byteOffset, length) as unknown as Uint32Array;
}

/** A copy with the bytes of every sample in reverse. */
function swapSamples(bytes: Uint8Array, size: number): Uint8Array {
  const swapped = bytes.slice();
  for (let at = 0; at < swapped.length; at += size) swapped.subarray(at, at + size).reverse();
  return swapped;
}

/** Put zarrita's registry in the position to read a warehouse. zlib, zstd, transpose and bytes it brings itself. */
export function registerPublishedCodecs(): void {
  // TIFF predictor 2: each sample is stored as its difference from the one to its left.
  register("HorizontalDeltaCodec", "array_to_array", () => (chunk: Chunk) => {
    const bits = asUnsigned(chunk.data);
    const [width = 0, step = 0] = [chunk.shape.at(-1), chunk.stride.at(-1)];
    for (const start of rowStarts(chunk)) {
      for (let at = start + step; at < start + width * step; at += step) bits[at] = bits[at]! + bits[at - step]!;
    }
    return chunk;
  });

  // The array in Fortran order. zarrita's `transpose` takes the values in C order of the transposed shape.
  register("ChunkyCodec", "array_to_bytes", ({ endian }, { dataType, shape, codecs }) => (bytes: Uint8Array): Chunk => {
    const order = codecs.find(({ name }) => name === "transpose")?.configuration?.order as number[];
    const [, bands = 0, cols = 0, rows = 0] = order.map((axis) => shape[axis]);
    const size = bytesPerSample(dataType as DType);
    const native = endian === "big" ? swapSamples(bytes, size) : bytes.slice();
    const stored = viewTypedArray(dataType as DType, native.buffer, 0, native.length / size) as Float64Array;
    const data = stored.slice();
    for (let at = 0; at < stored.length; at++) {
      const [band, col, row] = [at % bands, Math.floor(at / bands) % cols, Math.floor(at / (bands * cols))];
      data[(band * cols + col) * rows + row] = stored[at]!;
    }
    return { data, shape, stride: [] };
  });

  // TIFF predictor 3, one sample a pixel: a row's bytes by significance, the highest first, as differences.
  register("imagecodecs_floatpred", "array_to_array", ({ dtype }) => (chunk: Chunk) => {
    const size = chunk.data.BYTES_PER_ELEMENT;
    const width = chunk.shape.at(-1)!;
    const isSwapped = String(dtype).startsWith(">");
    const read = new Uint8Array(chunk.data.buffer, chunk.data.byteOffset, chunk.data.byteLength);
    // The predictor works on the file's bytes; the codec before has taken them for big-endian numbers.
    const bytes = isSwapped ? swapSamples(read, size) : read.slice();
    const out = new DataView(new ArrayBuffer(bytes.length));
    for (let row = 0; row < bytes.length; row += width * size) {
      for (let at = row + 1; at < row + width * size; at++) bytes[at] = bytes[at]! + bytes[at - 1]!;
      for (let col = 0; col < width; col++) {
        for (let byte = 0; byte < size; byte++) {
          out.setUint8(row + (col + 1) * size - 1 - byte, bytes[row + byte * width + col]!);
        }
      }
    }
    const View = chunk.data.constructor as new (buffer: ArrayBuffer) => TypedArray;
    return { ...chunk, data: new View(out.buffer) };
  });

  // TIFF predictor 3 over rows of several samples, as docs/warehouse-format.md describes it.
  register(
    "pixelquery.floatpred",
    "bytes_to_bytes",
    ({ item_bytes, samples, cols, endian }) =>
      (packed: Uint8Array) => {
        const [size, step, values] = [Number(item_bytes), Number(samples), Number(cols) * Number(samples)];
        const bytes = packed.slice();
        const out = new Uint8Array(bytes.length);
        for (let row = 0; row < bytes.length; row += values * size) {
          for (let at = row + step; at < row + values * size; at++) bytes[at] = bytes[at]! + bytes[at - step]!;
          for (let i = 0; i < values; i++) {
            for (let byte = 0; byte < size; byte++) {
              out[row + i * size + (endian === "big" ? byte : size - 1 - byte)] = bytes[row + byte * values + i]!;
            }
          }
        }
        return out;
      },
  );

  // PackBits (TIFF 6.0, section 9).
  register("imagecodecs_packbits", "bytes_to_bytes", () => (bytes: Uint8Array) => {
    const out: number[] = [];
    for (let at = 0; at < bytes.length; ) {
      const control = bytes[at++]!;
      if (control < 128) {
        out.push(...bytes.subarray(at, at + control + 1));
        at += control + 1;
      } else if (control > 128) {
        for (let i = 0; i < 257 - control; i++) out.push(bytes[at]!);
        at++;
      }
    }
    return Uint8Array.from(out);
  });

  // Ours: what was decompressed may be short, zero bytes follow.
  register("pixelquery.pad", "bytes_to_bytes", ({ length_bytes }) => (bytes: Uint8Array) => {
    const whole = new Uint8Array(Number(length_bytes));
    whole.set(bytes);
    return whole;
  });
}
