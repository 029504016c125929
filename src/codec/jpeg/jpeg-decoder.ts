import { InvalidInputError } from "../../errors.js";
import type { BlockEncoding } from "../block-encoding.js";
import type { SampleDecoder } from "../sample-decoder.js";
import { FrameDecoder } from "./frame-decoder.js";
import { corruptJpeg, unsupportedJpeg } from "./jpeg-fault.js";
import { JpegModule } from "./jpeg-module.js";
import { type Frame, SegmentReader } from "./segments.js";

/** As many as libtiff reads of a block. */
const MAX_SCANS = 100;

/**
 * Decodes JPEG blocks (ITU-T T.81, Huffman coding, 8 bits, sequential or progressive) to libjpeg-turbo's samples.
 *
 * YCbCr becomes RGB where the encoding says `ycbcr`, whatever the stream's markers say; else components are samples. A
 * stream without an end marker is read; one with fewer pixels than it promises is not, where libjpeg fills in grey.
 */
export class JpegDecoder implements SampleDecoder {
  readonly #module: JpegModule;
  #tables: { base64: string; bytes: Uint8Array } = { base64: "", bytes: new Uint8Array() };

  private constructor(module: JpegModule) {
    this.#module = module;
  }

  static async load(): Promise<JpegDecoder> {
    return new JpegDecoder(await JpegModule.load());
  }

  decode(input: Uint8Array, encoding: BlockEncoding, storedRows: number): Uint8Array {
    if (encoding.dtype !== "uint8") throw unsupportedJpeg(`JPEG of ${encoding.dtype} samples`);
    if (encoding.ycbcr !== undefined && encoding.samples !== 3) {
      throw unsupportedJpeg(`YCbCr of ${encoding.samples} samples a pixel`);
    }
    this.#module.trim();
    const decoder = new FrameDecoder(this.#module, input);
    this.#readTables(decoder, encoding.jpegTables ?? "");
    readImage(decoder, input, (frame) => assertExpected(frame, encoding, storedRows));
    return decoder.render(storedRows, encoding.ycbcr !== undefined);
  }

  #readTables(decoder: FrameDecoder, base64: string): void {
    if (this.#tables.base64 !== base64) this.#tables = { base64, bytes: decodeBase64(base64) };
    const reader = new SegmentReader(this.#tables.bytes);
    for (let segment = reader.next(); segment !== null && segment.kind !== "end"; segment = reader.next()) {
      if (segment.kind === "frame" || segment.kind === "scan") throw corruptJpeg("an image among the shared tables");
      if (segment.kind === "quantization" || segment.kind === "huffman") decoder.setTables(segment);
    }
  }
}

function readImage(decoder: FrameDecoder, input: Uint8Array, assertFrame: (frame: Frame) => void): void {
  const reader = new SegmentReader(input);
  if (input[0] !== 0xff || input[1] !== 0xd8) throw corruptJpeg("no JPEG stream");
  reader.position = 2;
  for (let scans = 0; ; ) {
    const segment = reader.next();
    if (segment === null || segment.kind === "end") {
      decoder.assertComplete(segment !== null);
      return;
    }
    switch (segment.kind) {
      case "start":
        throw corruptJpeg("a second image inside the first");
      case "frame":
        assertFrame(segment);
        decoder.startFrame(segment);
        break;
      case "scan":
        if (++scans > MAX_SCANS) throw corruptJpeg(`more than ${MAX_SCANS} scans`);
        reader.position += decoder.decodeScan(segment, reader.position);
        // Whatever follows a sequential frame's last scan changes no pixel.
        if (decoder.isFinal) return;
        break;
      case "restart-interval":
        decoder.restartInterval = segment.mcus;
        break;
      default:
        decoder.setTables(segment);
    }
  }
}

/** An image's last strip may be stored as a whole one: libtiff reads it, and so do we. */
function assertExpected(frame: Frame, encoding: BlockEncoding, storedRows: number): void {
  const { cols, rows, samples } = encoding;
  const isWholeStrip = frame.height > storedRows && frame.height <= rows;
  if (frame.width !== cols || (frame.height !== storedRows && !isWholeStrip)) {
    throw corruptJpeg(`it holds ${frame.width} × ${frame.height} pixels, expected ${cols} × ${storedRows}`, {
      cols: frame.width,
      rows: frame.height,
      expectedCols: cols,
      expectedRows: storedRows,
    });
  }
  if (frame.components.length === samples) return;
  throw corruptJpeg(`it holds ${frame.components.length} components, expected ${samples}`, {
    components: frame.components.length,
    expectedComponents: samples,
  });
}

function decodeBase64(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch (cause) {
    throw new InvalidInputError("The encoding's JPEG tables are not base64", { cause });
  }
}
