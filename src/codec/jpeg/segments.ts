import { corruptJpeg, unsupportedJpeg } from "./jpeg-fault.js";
import { naturalOrder } from "./natural-order.js";

/** One component as the frame header names it. */
export interface FrameComponent {
  id: number;
  /** Sampling factors, 1 … 4. */
  across: number;
  down: number;
  /** Slot of its quantization table, 0 … 3. */
  quantization: number;
}

/** What one marker segment says (ITU-T T.81, annex B). Segments of applications and comments are passed over. */
export type Segment =
  | { kind: "start" }
  | { kind: "end" }
  | { kind: "quantization"; tables: { slot: number; values: Uint16Array }[] }
  | { kind: "huffman"; tables: HuffmanTable[] }
  | { kind: "restart-interval"; mcus: number }
  | Frame
  | ScanHeader;

/** A Huffman table: how many codes there are of each length from 1 to 16, and their symbols in the codes' order. */
export interface HuffmanTable {
  /** 0–3 for DC, 4–7 for AC. */
  slot: number;
  counts: Uint8Array;
  symbols: Uint8Array;
}

/** Frame header (B.2.2). */
export interface Frame {
  kind: "frame";
  isProgressive: boolean;
  width: number;
  height: number;
  components: FrameComponent[];
}

/** Scan header (B.2.3). */
export interface ScanHeader {
  kind: "scan";
  components: { id: number; dcSlot: number; acSlot: number }[];
  /** First and last coefficient in zigzag order, and bit positions coded before and now. */
  first: number;
  last: number;
  high: number;
  low: number;
}

/** Marker codes of table B.1. */
const RESTART_0 = 0xd0;
const START_OF_IMAGE = 0xd8;
const END_OF_IMAGE = 0xd9;
const STANDALONE = 0x01;

const unreadFrames: Readonly<Record<number, string>> = {
  195: "lossless JPEG (SOF3)",
  197: "hierarchical JPEG (SOF5)",
  198: "hierarchical JPEG (SOF6)",
  199: "hierarchical JPEG (SOF7)",
  201: "JPEG with arithmetic coding (SOF9)",
  202: "JPEG with arithmetic coding (SOF10)",
  203: "lossless JPEG with arithmetic coding (SOF11)",
  205: "hierarchical JPEG with arithmetic coding (SOF13)",
  206: "hierarchical JPEG with arithmetic coding (SOF14)",
  207: "hierarchical JPEG with arithmetic coding (SOF15)",
};

/** Reads a JPEG stream's segments one after the other. */
export class SegmentReader {
  readonly #bytes: Uint8Array;
  /** Offset of the next byte: behind a scan's header, of its entropy-coded bytes. */
  position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /**
   * The next segment; null where the bytes end without an end-of-image marker.
   *
   * @throws CorruptDataError for bytes that are no segment
   * @throws UnsupportedError for a frame that is not read
   */
  next(): Segment | null {
    for (;;) {
      const marker = this.#nextMarker();
      if (marker === null) return null;
      if (marker === START_OF_IMAGE) return { kind: "start" };
      if (marker === END_OF_IMAGE) return { kind: "end" };
      if (marker === STANDALONE) continue;
      if (marker >= RESTART_0 && marker < START_OF_IMAGE) throw corruptJpeg("a restart marker outside of a scan");
      const segment = parseSegment(marker, this.#nextBody());
      if (segment !== null) return segment;
    }
  }

  #nextMarker(): number | null {
    const bytes = this.#bytes;
    if (this.position >= bytes.length) return null;
    if (bytes[this.position] !== 0xff) throw corruptJpeg("no marker where one must be", { offset: this.position });
    let at = this.position + 1;
    while (bytes[at] === 0xff) at++;
    this.position = at + 1;
    return bytes[at] ?? null;
  }

  #nextBody(): Uint8Array {
    const at = this.position;
    const length = ((this.#bytes[at] ?? 0) << 8) | (this.#bytes[at + 1] ?? 0);
    this.position = at + length;
    if (length < 2 || this.position > this.#bytes.length) {
      throw corruptJpeg("a segment is cut off", { offset: at, lengthBytes: length });
    }
    return this.#bytes.subarray(at + 2, this.position);
  }
}

function parseSegment(marker: number, body: Uint8Array): Segment | null {
  switch (marker) {
    case 0xc0:
    case 0xc1:
      return parseFrame(body, false);
    case 0xc2:
      return parseFrame(body, true);
    case 0xc4:
      return { kind: "huffman", tables: parseHuffmanTables(body) };
    case 0xda:
      return parseScan(body);
    case 0xdb:
      return { kind: "quantization", tables: parseQuantizationTables(body) };
    case 0xdd:
      if (body.length !== 2) throw corruptJpeg("a restart interval of a wrong length");
      return { kind: "restart-interval", mcus: (body[0]! << 8) | body[1]! };
    default: {
      const unread = unreadFrames[marker];
      if (unread !== undefined) throw unsupportedJpeg(unread);
      return null;
    }
  }
}

function parseFrame(body: Uint8Array, isProgressive: boolean): Frame {
  const [precision = 0, heightHigh = 0, heightLow = 0, widthHigh = 0, widthLow = 0, count = 0] = body;
  if (precision === 12) throw unsupportedJpeg("12-bit JPEG");
  if (precision !== 8) throw corruptJpeg(`${precision} bits per sample`);
  if (count === 0 || body.length !== 6 + 3 * count) throw corruptJpeg("a frame header of a wrong length");
  const components: FrameComponent[] = [];
  for (let at = 6; at < body.length; at += 3) {
    const [id = 0, sampling = 0, quantization = 0] = body.subarray(at, at + 3);
    components.push({ id, across: sampling >> 4, down: sampling & 15, quantization });
  }
  const isValid = components.every(
    ({ across, down, quantization }) => across >= 1 && across <= 4 && down >= 1 && down <= 4 && quantization < 4,
  );
  if (!isValid) throw corruptJpeg("sampling factors or a table's number out of range in the frame header");
  if (new Set(components.map(({ id }) => id)).size < count) throw corruptJpeg("two components of one name");
  return {
    kind: "frame",
    isProgressive,
    width: (widthHigh << 8) | widthLow,
    height: (heightHigh << 8) | heightLow,
    components,
  };
}

function parseScan(body: Uint8Array): ScanHeader {
  const count = body[0] ?? 0;
  if (count < 1 || count > 4 || body.length !== 4 + 2 * count) throw corruptJpeg("a scan header of a wrong length");
  const components: ScanHeader["components"] = [];
  for (let at = 1; at <= 2 * count; at += 2) {
    const slots = body[at + 1]!;
    components.push({ id: body[at]!, dcSlot: slots >> 4, acSlot: slots & 15 });
  }
  if (components.some(({ dcSlot, acSlot }) => dcSlot > 3 || acSlot > 3)) {
    throw corruptJpeg("a scan header names a Huffman table that cannot be");
  }
  const [first = 0, last = 0, approximation = 0] = body.subarray(1 + 2 * count);
  return { kind: "scan", components, first, last, high: approximation >> 4, low: approximation & 15 };
}

function parseQuantizationTables(body: Uint8Array): { slot: number; values: Uint16Array }[] {
  const tables: { slot: number; values: Uint16Array }[] = [];
  let at = 0;
  while (at < body.length) {
    const slot = body[at]! & 15;
    const bytes = body[at]! >> 4 === 0 ? 1 : 2;
    if (slot > 3 || body[at]! > 0x1f || at + 1 + 64 * bytes > body.length) {
      throw corruptJpeg("a quantization table that cannot be");
    }
    const values = new Uint16Array(64);
    for (let k = 0; k < 64; k++) {
      const from = at + 1 + k * bytes;
      values[naturalOrder[k]!] = bytes === 1 ? body[from]! : (body[from]! << 8) | body[from + 1]!;
    }
    tables.push({ slot, values });
    at += 1 + 64 * bytes;
  }
  return tables;
}

function parseHuffmanTables(body: Uint8Array): HuffmanTable[] {
  const tables: HuffmanTable[] = [];
  let at = 0;
  while (at < body.length) {
    const name = body[at]!;
    const counts = body.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const end = at + 17 + total;
    if ((name & 15) > 3 || name > 0x1f || total > 256 || end > body.length) {
      throw corruptJpeg("a Huffman table that cannot be");
    }
    tables.push({ slot: (name >> 4) * 4 + (name & 15), counts, symbols: body.subarray(at + 17, end) });
    at = end;
  }
  return tables;
}
