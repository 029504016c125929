import { InvalidInputError, type Json } from "../../errors.js";
import { flexTypes } from "./flexbuffer-decoder.js";
import { compareUtf8 } from "./object-id.js";

type Width = 1 | 2 | 4 | 8;

/** A value ready to be put into its container: a number in place, or the position of what was written before. */
interface Slot {
  type: number;
  /** In place: the value. Otherwise unused. */
  number: number;
  /** Where it was written; null for values in place. */
  position: number | null;
  /** In place: the width that holds the number. Otherwise: the width inside the target. */
  width: Width;
}

const encoder = new TextEncoder();
const widths: readonly Width[] = [1, 2, 4, 8];

/**
 * `value` as a FlexBuffers buffer. Maps are sorted by key, as readers need; `undefined` properties are left out.
 *
 * @throws InvalidInputError for integers beyond 2^53 and numbers that JSON does not have.
 */
export function encodeFlexbuffer(value: Json): Uint8Array {
  const writer = new FlexEncoder();
  return writer.finish(writer.value(value));
}

class FlexEncoder {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  value(value: Json): Slot {
    if (value === null) return inPlace(flexTypes.null, 0, 1);
    if (typeof value === "boolean") return inPlace(flexTypes.bool, value ? 1 : 0, 1);
    if (typeof value === "number") return numberSlot(value);
    if (typeof value === "string") return this.#text(value);
    if (Array.isArray(value)) return this.#vector(value.map((item) => this.value(item)));
    return this.#map(value as { readonly [key: string]: Json });
  }

  finish(root: Slot): Uint8Array {
    const width = this.#containerWidth([root], 0);
    this.#align(width);
    this.#put(root, width);
    this.#writeNumber(packedType(root, width), 1);
    this.#writeNumber(width, 1);
    return this.#bytes.slice(0, this.#length);
  }

  #text(value: string): Slot {
    const encoded = encoder.encode(value);
    const width = unsignedWidth(encoded.length);
    this.#align(width);
    this.#writeNumber(encoded.length, width);
    return { type: flexTypes.text, number: 0, position: this.#writeBytes(encoded), width };
  }

  #vector(items: readonly Slot[]): Slot {
    const width = this.#containerWidth(items, 1);
    this.#align(width);
    this.#writeNumber(items.length, width);
    return this.#elements(flexTypes.vector, items, width);
  }

  #map(value: { readonly [key: string]: Json }): Slot {
    const keys = Object.keys(value)
      .filter((key) => value[key] !== undefined)
      .sort(compareUtf8);
    const keySlots = keys.map((key): Slot => {
      if (key.includes("\0")) throw new InvalidInputError(`The key ${JSON.stringify(key)} holds a zero character.`);
      return { type: flexTypes.key, number: 0, position: this.#writeBytes(encoder.encode(key)), width: 1 };
    });
    const items = keys.map((key) => this.value(value[key]!));
    const keysWidth = this.#containerWidth(keySlots, 1);
    this.#align(keysWidth);
    this.#writeNumber(keys.length, keysWidth);
    const keysPosition = this.#length;
    for (const slot of keySlots) this.#put(slot, keysWidth);
    const keysSlot: Slot = { type: flexTypes.keyVector, number: 0, position: keysPosition, width: keysWidth };
    // Three numbers stand before the values: the offset of the keys, their width, the count.
    const width = this.#containerWidth(
      [keysSlot, inPlace(flexTypes.uint, keysWidth, 1), inPlace(0, 0, 1), ...items],
      0,
    );
    this.#align(width);
    this.#put(keysSlot, width);
    this.#writeNumber(keysWidth, width);
    this.#writeNumber(items.length, width);
    return this.#elements(flexTypes.map, items, width);
  }

  #elements(type: number, items: readonly Slot[], width: Width): Slot {
    const position = this.#length;
    for (const item of items) this.#put(item, width);
    for (const item of items) this.#writeNumber(packedType(item, width), 1);
    return { type, number: 0, position, width };
  }

  /** The smallest width that holds every number, the count, and every offset from where it would stand. */
  #containerWidth(items: readonly Slot[], before: number): Width {
    const fits = (width: Width) => {
      const start = Math.ceil(this.#length / width) * width + before * width;
      return items.every((item, i) =>
        item.position === null ? item.width <= width : start + i * width - item.position < 2 ** (8 * width),
      );
    };
    const needed = unsignedWidth(items.length);
    return widths.find((width) => width >= needed && fits(width)) ?? 8;
  }

  #put(slot: Slot, width: Width): void {
    if (slot.position !== null) this.#writeNumber(this.#length - slot.position, width);
    else if (slot.type === flexTypes.float) this.#writeFloat(slot.number);
    else this.#writeNumber(slot.number, width);
  }

  #align(width: Width): void {
    while (this.#length % width !== 0) this.#writeNumber(0, 1);
  }

  /** Bytes and the zero byte that ends them; their position. */
  #writeBytes(bytes: Uint8Array): number {
    const position = this.#length;
    this.#grow(bytes.length + 1);
    this.#bytes.set(bytes, position);
    this.#length += bytes.length + 1;
    return position;
  }

  #writeNumber(value: number, width: Width): void {
    this.#grow(width);
    if (width === 8) this.#view.setBigInt64(this.#length, BigInt(value), true);
    else if (width === 4) this.#view.setInt32(this.#length, value, true);
    else if (width === 2) this.#view.setInt16(this.#length, value, true);
    else this.#view.setInt8(this.#length, value);
    this.#length += width;
  }

  #writeFloat(value: number): void {
    this.#grow(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  #grow(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

function inPlace(type: number, number: number, width: Width): Slot {
  return { type, number, position: null, width };
}

function numberSlot(value: number): Slot {
  if (!Number.isFinite(value)) throw new InvalidInputError(`${value} cannot be stored: JSON has no such number.`);
  if (!Number.isInteger(value)) return inPlace(flexTypes.float, value, 8);
  if (!Number.isSafeInteger(value)) throw new InvalidInputError(`${value} cannot be stored exactly.`);
  const width = widths.find((candidate) => value >= -(2 ** (8 * candidate - 1)) && value < 2 ** (8 * candidate - 1));
  return inPlace(flexTypes.int, value, width ?? 8);
}

function unsignedWidth(value: number): Width {
  return widths.find((width) => value < 2 ** (8 * width)) ?? 8;
}

/** Type and, for what is pointed to, the width inside; numbers in place take the width of their container. */
function packedType(slot: Slot, containerWidth: Width): number {
  return (slot.type << 2) | Math.log2(slot.position === null ? containerWidth : slot.width);
}
