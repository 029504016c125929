import { defaultHuffmanTables } from "./default-huffman.js";
import { type FrameLayout, layOutFrame, type MemoryPlan, planMemory } from "./frame-layout.js";
import { corruptJpeg } from "./jpeg-fault.js";
import type { JpegModule } from "./jpeg-module.js";
import { Progression } from "./progression.js";
import type { Frame, HuffmanTable, ScanHeader, Segment } from "./segments.js";

/** `Component` of assembly/component.ts, in words. */
const COMPONENT_WORDS = 16;
const QUANTIZATION = 2;
const DC_TABLE = 3;
const AC_TABLE = 4;
/** Blocks of an MCU of an interleaved scan, at most (ITU-T T.81, B.2.3). */
const MAX_MCU_BLOCKS = 10;
const AC_SLOTS = 4;

/** By the numbers of assembly/status.ts. */
const faults: Readonly<Record<number, string>> = {
  [-1]: "the entropy-coded bytes end too early",
  [-2]: "bits that are no Huffman code",
  [-3]: "a run of zeros reaches behind the last coefficient",
  [-4]: "a restart marker is missing or out of turn",
  [-5]: "entropy-coded bytes are left over",
  [-6]: "a coefficient out of range",
};

/** A frame that is being decoded. */
interface OpenFrame {
  frame: Frame;
  layout: FrameLayout;
  plan: MemoryPlan;
  /** Null for a sequential frame. */
  progression: Progression | null;
  /** Components that a scan has coded. */
  seen: Set<number>;
}

/** Decodes one JPEG frame, scan by scan, in the module's memory. */
export class FrameDecoder {
  readonly #module: JpegModule;
  readonly #input: Uint8Array;
  readonly #quantization = new Map<number, Uint16Array>();
  readonly #huffman = new Map<number, HuffmanTable>(defaultHuffmanTables.map((table) => [table.slot, table]));
  /** Tables that are built in the module's memory. */
  readonly #built = new Set<number>();
  #open: OpenFrame | null = null;
  /** MCUs between restart markers; 0 for none. */
  restartInterval = 0;

  constructor(module: JpegModule, input: Uint8Array) {
    this.#module = module;
    this.#input = input;
  }

  setTables(segment: Extract<Segment, { kind: "quantization" | "huffman" }>): void {
    if (segment.kind === "quantization") {
      for (const { slot, values } of segment.tables) this.#quantization.set(slot, values);
      return;
    }
    for (const table of segment.tables) {
      this.#huffman.set(table.slot, table);
      this.#built.delete(table.slot);
    }
  }

  /** @throws CorruptDataError, UnsupportedError: see {@link layOutFrame} and {@link planMemory} */
  startFrame(frame: Frame): void {
    if (this.#open !== null) throw corruptJpeg("a second frame");
    const layout = layOutFrame(frame, this.#input.length);
    const plan = planMemory(this.#module.heap, this.#input.length, frame, layout);
    this.#module.reserve(plan.end);
    this.#module.bytes(plan.input, this.#input.length).set(this.#input);
    layout.components.forEach((component, index) => {
      const { plane, coefficients, row } = plan.components[index]!;
      const { across, down, width, height, blocksAcross, blocksDown, stretchAcross, stretchDown } = component;
      const words = this.#componentWords(index);
      words.set([across, down, 0, 0, 0, width, height, blocksAcross, plane, coefficients, 0]);
      words.set([stretchAcross, stretchDown, row], 11);
      if (coefficients !== 0) this.#module.bytes(coefficients, blocksAcross * blocksDown * 128).fill(0);
    });
    const progression = frame.isProgressive ? new Progression(frame.components.length) : null;
    this.#open = { frame, layout, plan, progression, seen: new Set() };
  }

  /**
   * Decode the scan whose entropy-coded bytes start at `offset` of the input.
   *
   * @returns how many bytes they are
   * @throws CorruptDataError where they are damaged
   */
  decodeScan(scan: ScanHeader, offset: number): number {
    const { frame, layout, plan, progression, seen } = this.#opened();
    const indices = scan.components.map(({ id }) => frame.components.findIndex((component) => component.id === id));
    if (indices.includes(-1) || new Set(indices).size < indices.length) {
      throw corruptJpeg("a scan of components that the frame does not have");
    }
    if (progression === null) assertSequential(indices, seen);
    else progression.advance(scan, indices);
    for (const [i, index] of indices.entries()) this.#prepare(index, scan, scan.components[i]!);
    const { exports } = this.#module;
    const single = indices.length === 1 ? layout.components[indices[0]!]! : null;
    if (single === null) assertMcu(indices, layout);
    const addresses = indices.map((index) => this.#componentAddress(index));
    this.#module.words(exports.SCAN_COMPONENTS.value as number, 4).set(addresses);
    exports.setProgression(scan.first, scan.last, scan.high, scan.low);
    const result = exports.decodeScan(
      plan.input + offset,
      plan.input + this.#input.length,
      plan.scratch,
      indices.length,
      single?.blocksWide ?? layout.mcusAcross,
      single?.blocksHigh ?? layout.mcusDown,
      this.restartInterval,
    );
    if (result < 0) throw corruptJpeg(faults[result]!, { scanOffset: offset });
    return result;
  }

  /** True when all components of a sequential frame are there. */
  get isFinal(): boolean {
    return (
      this.#open !== null &&
      this.#open.progression === null &&
      this.#open.seen.size === this.#open.frame.components.length
    );
  }

  /**
   * @param isEnded whether the stream has its end marker
   * @throws CorruptDataError where pixels are missing
   * @throws UnsupportedError where a progressive stream ends on purpose before it is complete
   */
  assertComplete(isEnded: boolean): void {
    if (this.#open === null) throw corruptJpeg("there is no frame");
    const { frame, progression, seen } = this.#open;
    if (seen.size < frame.components.length) throw corruptJpeg("the bytes end before all components are there");
    if (progression !== null && !progression.isComplete) throw progression.incompleteError(isEnded);
  }

  /** The samples of the first `rows` rows, interleaved. Valid until the next frame. */
  render(rows: number, isYCbCr: boolean): Uint8Array {
    const { frame, plan, progression } = this.#opened();
    const { exports } = this.#module;
    const components = frame.components.length;
    if (progression !== null) for (let index = 0; index < components; index++) exports.transformComponent(index);
    exports.render(plan.samples, rows, frame.width, components, isYCbCr ? 1 : 0);
    return this.#module.bytes(plan.samples, rows * frame.width * components);
  }

  #opened(): OpenFrame {
    if (this.#open === null) throw corruptJpeg("a scan before the frame");
    return this.#open;
  }

  /** Give a component the tables of its next scan. */
  #prepare(index: number, scan: ScanHeader, { dcSlot, acSlot }: ScanHeader["components"][number]): void {
    const { frame, progression, seen } = this.#opened();
    const words = this.#componentWords(index);
    if (!seen.has(index)) {
      // Taken over at a component's first scan: its number may mean another table later on.
      const values = this.#quantization.get(frame.components[index]!.quantization);
      if (values === undefined) throw corruptJpeg("a quantization table is missing");
      const address = (this.#module.exports.QUANTIZATION.value as number) + index * 128;
      new Uint16Array(this.#module.exports.memory.buffer, address, 64).set(values);
      words[QUANTIZATION] = address;
      seen.add(index);
    }
    if (scan.first === 0 && scan.high === 0) words[DC_TABLE] = this.#huffmanAddress(dcSlot);
    if (progression === null || scan.first > 0) words[AC_TABLE] = this.#huffmanAddress(AC_SLOTS + acSlot);
  }

  #huffmanAddress(slot: number): number {
    const { exports } = this.#module;
    if (!this.#built.has(slot)) {
      const table = this.#huffman.get(slot);
      if (table === undefined) throw corruptJpeg("a Huffman table is missing");
      const bytes = this.#module.bytes(exports.HUFFMAN_COUNTS.value as number, 16 + 256);
      bytes.fill(0).set(table.counts);
      bytes.set(table.symbols, 16);
      if (exports.buildHuffman(slot) < 0) throw corruptJpeg("a Huffman table that cannot be");
      this.#built.add(slot);
    }
    return (exports.HUFFMAN.value as number) + slot * (exports.HUFFMAN_BYTES.value as number);
  }

  #componentAddress(index: number): number {
    return (this.#module.exports.COMPONENTS.value as number) + index * COMPONENT_WORDS * 4;
  }

  #componentWords(index: number): Int32Array {
    return this.#module.words(this.#componentAddress(index), COMPONENT_WORDS);
  }
}

function assertSequential(indices: readonly number[], seen: ReadonlySet<number>): void {
  if (indices.some((index) => seen.has(index))) throw corruptJpeg("a component is there twice");
}

function assertMcu(indices: readonly number[], layout: FrameLayout): void {
  const blocks = indices.reduce((sum, index) => {
    const { across, down } = layout.components[index]!;
    return sum + across * down;
  }, 0);
  if (blocks > MAX_MCU_BLOCKS) throw corruptJpeg(`${blocks} blocks in one MCU`, { blocks });
}
