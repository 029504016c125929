import type { TypedArray } from "../ndarray/dtype.js";

/** Bytes of decoded pixels that a process keeps unless told otherwise. */
const DEFAULT_BUDGET_BYTES = 256 * 2 ** 20;

/** Decoded whole blocks by key, the least recently used dropped beyond a budget of bytes. */
export class BlockCache {
  readonly #budgetBytes: number;
  readonly #blocks = new Map<string, TypedArray>();
  #bytes = 0;

  constructor(budgetBytes = DEFAULT_BUDGET_BYTES) {
    this.#budgetBytes = budgetBytes;
  }

  /** Bytes held now. */
  get sizeBytes(): number {
    return this.#bytes;
  }

  get(key: string): TypedArray | undefined {
    const block = this.#blocks.get(key);
    if (block === undefined) return undefined;
    this.#blocks.delete(key);
    this.#blocks.set(key, block);
    return block;
  }

  /** Keep a block; one larger than the whole budget is not kept. */
  set(key: string, block: TypedArray): void {
    if (block.byteLength > this.#budgetBytes || this.#blocks.has(key)) return;
    this.#blocks.set(key, block);
    this.#bytes += block.byteLength;
    for (const [oldest, { byteLength }] of this.#blocks) {
      if (this.#bytes <= this.#budgetBytes) break;
      this.#blocks.delete(oldest);
      this.#bytes -= byteLength;
    }
  }

  clear(): void {
    this.#blocks.clear();
    this.#bytes = 0;
  }
}
