// @ts-nocheck: AssemblyScript, which its own compiler checks
/** One component of the frame, laid out by the host: {@link COMPONENTS} holds up to ten. */
// @ts-ignore: a decorator on a class is AssemblyScript's
@unmanaged
export class Component {
  /** Blocks to an interleaved MCU, across and down. */
  across: i32;
  down: i32;
  /** Address of its quantization table, taken over when its first scan starts. */
  quantization: usize;
  /** Addresses of the Huffman tables of its current scan. */
  dcTable: usize;
  acTable: usize;
  /** Size in samples, without padding. */
  width: i32;
  height: i32;
  /** Blocks in a row of the plane, padded to whole MCUs. */
  blocksAcross: i32;
  /** Address of the samples, `blocksAcross * 8` to a row. */
  plane: usize;
  /** Address of the coefficients, 64 × i16 a block in natural order; progressive frames alone have them. */
  coefficients: usize;
  /** The last DC coefficient of the scan. */
  predictor: i32;
  /** Output samples to one sample, across and down. */
  stretchAcross: i32;
  stretchDown: i32;
  /** Address of a row of upsampled samples. */
  row: usize;
}
