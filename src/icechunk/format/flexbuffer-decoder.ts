import { CorruptDataError, type Json } from "../../errors.js";

/** Types of FlexBuffers values, as stored above the two width bits of a packed type byte. */
export const flexTypes = {
  null: 0,
  int: 1,
  uint: 2,
  float: 3,
  key: 4,
  text: 5,
  indirectInt: 6,
  indirectUint: 7,
  indirectFloat: 8,
  map: 9,
  vector: 10,
  intVector: 11,
  keyVector: 14,
  textVector: 15,
  fixedVectors: 16,
  fixedVectorsEnd: 24,
  blob: 25,
  bool: 26,
  boolVector: 36,
} as const;

/** Deeper nesting than any configuration or metadata has. */
const maxDepth = 64;

const decoder = new TextDecoder();

/**
 * The JSON value that a FlexBuffers buffer holds (https://flatbuffers.dev/flexbuffers.html). Blobs become arrays of
 * bytes; integers beyond 2^53 lose precision.
 *
 * @param key the object that the bytes came from, for messages.
 * @throws CorruptDataError
 */
export function decodeFlexbuffer(bytes: Uint8Array, key: string): Json {
  return new FlexDecoder(bytes, key).root();
}

class FlexDecoder {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #key: string;
  /** Values may be shared; hostile buffers nest shared values until they are endless. */
  #budget: number;

  constructor(bytes: Uint8Array, key: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#key = key;
    this.#budget = bytes.length * 16 + 256;
  }

  root(): Json {
    const end = this.#bytes.length;
    if (end < 3) throw this.#corrupt("it is too short");
    const width = this.#bytes[end - 1]!;
    return this.#value(end - 2 - width, width, this.#bytes[end - 2]!, 0);
  }

  #value(position: number, width: number, packed: number, depth: number): Json {
    this.#spend(1);
    if (depth > maxDepth) throw this.#corrupt("it is nested too deeply");
    const type = packed >> 2;
    switch (type) {
      case flexTypes.null:
        return null;
      case flexTypes.int:
        return this.#int(position, width);
      case flexTypes.uint:
        return this.#uint(position, width);
      case flexTypes.bool:
        return this.#uint(position, width) !== 0;
      case flexTypes.float:
        return this.#float(position, width);
    }
    const target = position - this.#uint(position, width);
    return this.#pointed(type, target, 1 << (packed & 3), depth);
  }

  #pointed(type: number, target: number, width: number, depth: number): Json {
    switch (type) {
      case flexTypes.indirectInt:
        return this.#int(target, width);
      case flexTypes.indirectUint:
        return this.#uint(target, width);
      case flexTypes.indirectFloat:
        return this.#float(target, width);
      case flexTypes.key:
        return this.#keyText(target);
      case flexTypes.text:
        return this.#text(target, this.#uint(target - width, width));
      case flexTypes.map:
        return this.#map(target, width, depth);
      case flexTypes.vector:
        return this.#vector(target, width, depth);
      case flexTypes.blob:
        return this.#typedVector(target, 1, flexTypes.uint, this.#uint(target - width, width), depth);
      case flexTypes.boolVector:
        return this.#typedVector(target, width, flexTypes.bool, this.#uint(target - width, width), depth);
    }
    if (type >= flexTypes.intVector && type <= flexTypes.textVector) {
      const element = type - flexTypes.intVector + flexTypes.int;
      return this.#typedVector(target, width, element, this.#uint(target - width, width), depth);
    }
    if (type >= flexTypes.fixedVectors && type <= flexTypes.fixedVectorsEnd) {
      const nth = type - flexTypes.fixedVectors;
      return this.#typedVector(target, width, flexTypes.int + (nth % 3), 2 + Math.floor(nth / 3), depth);
    }
    throw this.#corrupt(`the type ${type} is unknown`);
  }

  #map(target: number, width: number, depth: number): Json {
    const keysSlot = target - 3 * width;
    const keys = keysSlot - this.#uint(keysSlot, width);
    const keysWidth = this.#uint(target - 2 * width, width);
    const values = this.#vector(target, width, depth) as Json[];
    const entries = values.map((value, i): [string, Json] => {
      const slot = keys + i * keysWidth;
      return [this.#keyText(slot - this.#uint(slot, keysWidth)), value];
    });
    return Object.fromEntries(entries);
  }

  #vector(target: number, width: number, depth: number): Json {
    const count = this.#uint(target - width, width);
    this.#spend(count);
    const types = target + count * width;
    return Array.from({ length: count }, (_, i) =>
      this.#value(target + i * width, width, this.#uint(types + i, 1), depth + 1),
    );
  }

  #typedVector(target: number, width: number, type: number, count: number, depth: number): Json {
    this.#spend(count);
    return Array.from({ length: count }, (_, i) => this.#value(target + i * width, width, type << 2, depth + 1));
  }

  #keyText(start: number): string {
    const end = start < 0 ? -1 : this.#bytes.indexOf(0, start);
    if (end < 0) throw this.#corrupt("a key has no end");
    return this.#text(start, end - start);
  }

  #text(start: number, length: number): string {
    if (start < 0 || start + length > this.#bytes.length) throw this.#corrupt("a text runs past the end");
    this.#spend(length);
    return decoder.decode(this.#bytes.subarray(start, start + length));
  }

  #int(position: number, width: number): number {
    this.#check(position, width);
    if (width === 8) return Number(this.#view.getBigInt64(position, true));
    if (width === 4) return this.#view.getInt32(position, true);
    return width === 2 ? this.#view.getInt16(position, true) : this.#view.getInt8(position);
  }

  #uint(position: number, width: number): number {
    this.#check(position, width);
    if (width === 8) return Number(this.#view.getBigUint64(position, true));
    if (width === 4) return this.#view.getUint32(position, true);
    return width === 2 ? this.#view.getUint16(position, true) : this.#view.getUint8(position);
  }

  #float(position: number, width: number): number {
    this.#check(position, width);
    if (width === 8) return this.#view.getFloat64(position, true);
    if (width === 4) return this.#view.getFloat32(position, true);
    throw this.#corrupt(`a number of ${width} bytes is not a float`);
  }

  #check(position: number, width: number): void {
    const known = width === 1 || width === 2 || width === 4 || width === 8;
    if (!known || position < 0 || position + width > this.#bytes.length) throw this.#corrupt("an offset is wrong");
  }

  #spend(amount: number): void {
    this.#budget -= amount;
    if (this.#budget < 0) throw this.#corrupt("its parts are repeated without end");
  }

  #corrupt(what: string): CorruptDataError {
    return new CorruptDataError(`A FlexBuffers value in ${this.#key} is damaged: ${what}.`, {
      details: { key: this.#key },
    });
  }
}
