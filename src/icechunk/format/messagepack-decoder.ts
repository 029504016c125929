import { CorruptDataError, type Json } from "../../errors.js";

/** Metadata is flat or nearly so; deeper nesting is hostile. */
const deepestNesting = 64;

/**
 * The value in `bytes`, which are MessagePack: how spec version 1 stores the metadata of snapshots. What JSON does not
 * have, binary and extension types, is refused; integers beyond 2^53 lose their last digits.
 *
 * @param key the object that the bytes came from, for messages.
 * @throws CorruptDataError where they are something else.
 */
export function decodeMessagePack(bytes: Uint8Array, key: string): Json {
  const decoder = new MessagePackDecoder(bytes, key);
  const value = decoder.value(0);
  decoder.assertEnd();
  return value;
}

class MessagePackDecoder {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #key: string;
  #position = 0;

  constructor(bytes: Uint8Array, key: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#key = key;
  }

  /** Types by their first byte (MessagePack specification, "Formats"). */
  value(depth: number): Json {
    if (depth > deepestNesting) throw this.#corrupt("it is nested too deeply");
    const type = this.#view.getUint8(this.#take(1));
    if (type < 0x80) return type;
    if (type < 0x90) return this.#map(type & 0x0f, depth);
    if (type < 0xa0) return this.#array(type & 0x0f, depth);
    if (type < 0xc0) return this.#text(type & 0x1f);
    if (type >= 0xe0) return type - 0x100;
    switch (type) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xca:
        return this.#view.getFloat32(this.#take(4));
      case 0xcb:
        return this.#view.getFloat64(this.#take(8));
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#unsigned(type - 0xcc);
      case 0xcf:
        return Number(this.#view.getBigUint64(this.#take(8)));
      case 0xd0:
        return this.#view.getInt8(this.#take(1));
      case 0xd1:
        return this.#view.getInt16(this.#take(2));
      case 0xd2:
        return this.#view.getInt32(this.#take(4));
      case 0xd3:
        return Number(this.#view.getBigInt64(this.#take(8)));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#unsigned(type - 0xd9));
      case 0xdc:
      case 0xdd:
        return this.#array(this.#unsigned(type - 0xdb), depth);
      case 0xde:
      case 0xdf:
        return this.#map(this.#unsigned(type - 0xdd), depth);
    }
    throw this.#corrupt(`the type 0x${type.toString(16)} has no place in metadata`);
  }

  assertEnd(): void {
    if (this.#position !== this.#bytes.length) throw this.#corrupt("bytes follow its end");
  }

  /** A number of 1, 2 or 4 bytes. */
  #unsigned(sizeLog2: number): number {
    if (sizeLog2 === 0) return this.#view.getUint8(this.#take(1));
    if (sizeLog2 === 1) return this.#view.getUint16(this.#take(2));
    return this.#view.getUint32(this.#take(4));
  }

  #text(length: number): string {
    const start = this.#take(length);
    return new TextDecoder().decode(this.#bytes.subarray(start, start + length));
  }

  #array(count: number, depth: number): Json[] {
    const values: Json[] = [];
    for (let i = 0; i < count; i++) values.push(this.value(depth + 1));
    return values;
  }

  #map(count: number, depth: number): Json {
    const entries: [string, Json][] = [];
    for (let i = 0; i < count; i++) {
      const name = this.value(depth + 1);
      if (typeof name !== "string") throw this.#corrupt("a key is not text");
      entries.push([name, this.value(depth + 1)]);
    }
    return Object.fromEntries(entries);
  }

  #take(length: number): number {
    const start = this.#position;
    if (length > this.#bytes.length - start) throw this.#corrupt("it ends too early");
    this.#position += length;
    return start;
  }

  #corrupt(what: string): CorruptDataError {
    return new CorruptDataError(`A value of the metadata in ${this.#key} is not MessagePack: ${what}.`, {
      details: { key: this.#key },
    });
  }
}
