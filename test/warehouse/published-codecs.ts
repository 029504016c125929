import * as zarr from "zarrita";
import { bytesPerSample, type DType } from "../../src/ndarray/dtype.js";

// The codecs of a warehouse's pixel arrays for zarrita, written from docs/warehouse-format.md and from what the Python
// package virtual-tiff publishes of its own, and not from PixelQuery's decoder. Slow and plain on purpose.

interface Chunk {
  data: ArrayBufferView & { length: number };
  shape: number[];
  stride: number[];
}

interface ArrayMeta {
  dataType: string;
  shape: number[];
  codecs: { name: string; configuration?: Record<string, unknown> }[];
}

type UnsignedView = Uint8Array | Uint16Array | Uint32Array | BigUint64Array;

/** Every position of an array of this shape whose last index is 0. */
function* rowStarts(shape: readonly number[], stride: readonly number[]): Generator<number> {
  const outer = shape.slice(0, -1);
  const count = outer.reduce((product, size) => product * size, 1);
  for (let row = 0; row < count; row++) {
    let at = 0;
    let rest = row;
    for (let axis = outer.length - 1; axis >= 0; axis--) {
      at += (rest % outer[axis]!) * stride[axis]!;
      rest = Math.floor(rest / outer[axis]!);
    }
    yield at;
  }
}

function unsigned({ buffer, byteOffset, byteLength }: ArrayBufferView, size: number): UnsignedView {
  const View = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array, 8: BigUint64Array }[size]!;
  return new View(buffer as ArrayBuffer, byteOffset, byteLength / size);
}

/** TIFF predictor 2: each sample is stored as its difference from the one to the left, modulo its width. */
class HorizontalDelta {
  readonly kind = "array_to_array" as const;
  readonly #size: number;
  constructor(size: number) {
    this.#size = size;
  }
  static fromConfig(_: unknown, meta: ArrayMeta) {
    return new HorizontalDelta(bytesPerSample(meta.dataType as DType));
  }
  encode(): never {
    throw new RangeError("for reading");
  }
  decode(chunk: Chunk): Chunk {
    const bits = unsigned(chunk.data, this.#size);
    const width = chunk.shape.at(-1)!;
    const step = chunk.stride.at(-1)!;
    for (const start of rowStarts(chunk.shape, chunk.stride)) {
      for (let col = 1; col < width; col++) {
        const at = start + col * step;
        // Typed arrays wrap around by themselves.
        bits[at] = ((bits[at] as number) + (bits[at - step] as number)) as never;
      }
    }
    return chunk;
  }
}

/** Bytes as an array in Fortran order. zarrita leaves axes to `transpose`, so here they come out as it wants them. */
class Chunky {
  readonly kind = "array_to_bytes" as const;
  readonly #bytes: { decode(bytes: Uint8Array): Chunk };
  readonly #encodedShape: number[];
  constructor(bytes: { decode(bytes: Uint8Array): Chunk }, encodedShape: number[]) {
    this.#bytes = bytes;
    this.#encodedShape = encodedShape;
  }
  static async fromConfig(configuration: unknown, meta: ArrayMeta) {
    const Bytes = (await zarr.registry.get("bytes")!()) as unknown as { fromConfig(c: unknown, m: unknown): never };
    const order = meta.codecs.find(({ name }) => name === "transpose")?.configuration?.order as number[];
    return new Chunky(Bytes.fromConfig(configuration, meta), order.map((axis) => meta.shape[axis]!));
  }
  encode(): never {
    throw new RangeError("for reading");
  }
  decode(bytes: Uint8Array): Chunk {
    const stored = this.#bytes.decode(bytes);
    const values = stored.data as unknown as number[] & { slice(): number[] };
    const [, bands, cols, rows] = this.#encodedShape as [number, number, number, number];
    const out = values.slice();
    for (let band = 0; band < bands; band++) {
      for (let col = 0; col < cols; col++) {
        // Fortran order: band fastest, then column, then row. To C order of (band, column, row).
        for (let row = 0; row < rows; row++) out[(band * cols + col) * rows + row] = values[band + bands * (col + cols * row)]!;
      }
    }
    return { ...stored, data: out as unknown as Chunk["data"] };
  }
}
