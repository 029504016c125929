import { corruptJpeg, unsupportedJpeg } from "./jpeg-fault.js";
import type { Frame } from "./segments.js";

/** No more than this is held of one frame: its bytes, planes, coefficients and samples. */
const MAX_BYTES = 1.5 * 2 ** 30;
/** Positions in a scan are counted in bits, in 32 of them. */
const MAX_INPUT_BYTES = 2 ** 28;
/** As many as libjpeg reads. */
const MAX_COMPONENTS = 10;
/** 64 coefficients of two bytes. */
const BLOCK_BYTES = 128;

/** One component: how its samples and blocks lie. */
export interface ComponentLayout {
  /** Blocks to an MCU of an interleaved scan. */
  across: number;
  down: number;
  /** Size in samples, without padding; and in blocks, as a scan of this component alone has them. */
  width: number;
  height: number;
  blocksWide: number;
  blocksHigh: number;
  /** Blocks that are kept, padded to whole MCUs. */
  blocksAcross: number;
  blocksDown: number;
  /** Output samples to one of its own. */
  stretchAcross: number;
  stretchDown: number;
}

/** A frame's components, and the MCUs of an interleaved scan (ITU-T T.81, A.1 and A.2). */
export interface FrameLayout {
  mcusAcross: number;
  mcusDown: number;
  components: ComponentLayout[];
}

/**
 * Where a frame's blocks lie. Nothing is allocated here.
 *
 * @throws CorruptDataError where `lengthBytes` cannot hold so many blocks
 * @throws UnsupportedError for more than ten components, or sampling factors that do not divide the largest
 */
export function layOutFrame(frame: Frame, lengthBytes: number): FrameLayout {
  const { width, height } = frame;
  if (frame.components.length > MAX_COMPONENTS) throw unsupportedJpeg(`${frame.components.length} components`);
  const mostAcross = Math.max(...frame.components.map(({ across }) => across));
  const mostDown = Math.max(...frame.components.map(({ down }) => down));
  const mcusAcross = Math.ceil(width / (8 * mostAcross));
  const mcusDown = Math.ceil(height / (8 * mostDown));
  const components = frame.components.map(({ across, down }) => {
    if (mostAcross % across !== 0 || mostDown % down !== 0) {
      throw unsupportedJpeg(`subsampling by ${mostAcross}:${across} across and ${mostDown}:${down} down`);
    }
    const own = { width: Math.ceil((width * across) / mostAcross), height: Math.ceil((height * down) / mostDown) };
    return {
      across,
      down,
      ...own,
      blocksWide: Math.ceil(own.width / 8),
      blocksHigh: Math.ceil(own.height / 8),
      blocksAcross: mcusAcross * across,
      blocksDown: mcusDown * down,
      stretchAcross: mostAcross / across,
      stretchDown: mostDown / down,
    };
  });
  assertEnoughBits(components, frame.isProgressive, lengthBytes);
  return { mcusAcross, mcusDown, components };
}

/** A code has at least one bit; a block takes two codes, and in a progressive frame at least that of its DC. */
function assertEnoughBits(components: readonly ComponentLayout[], isProgressive: boolean, lengthBytes: number): void {
  const blocks = components.reduce((sum, { blocksWide, blocksHigh }) => sum + blocksWide * blocksHigh, 0);
  if (blocks * (isProgressive ? 1 : 2) <= lengthBytes * 8) return;
  throw corruptJpeg(`${lengthBytes} bytes are too few for ${blocks} blocks of 8 × 8 samples`, { lengthBytes, blocks });
}

/** Addresses in the decoder's memory. */
export interface MemoryPlan {
  input: number;
  /** For a scan's bytes without stuffing. */
  scratch: number;
  components: { plane: number; coefficients: number; row: number }[];
  samples: number;
  /** End of all that. */
  end: number;
}

/** What the scratch has more than the input: see `assembly/scan.ts`. */
const SCRATCH_SLACK = 1024;

/**
 * Lay a frame out in memory from `start` on.
 *
 * @throws UnsupportedError for more than 1.5 GiB, or 256 MiB of input
 */
export function planMemory(start: number, inputBytes: number, frame: Frame, layout: FrameLayout): MemoryPlan {
  if (inputBytes > MAX_INPUT_BYTES)
    throw unsupportedJpeg(`a stream of ${inputBytes} bytes, more than ${MAX_INPUT_BYTES},`);
  let end = start;
  const take = (lengthBytes: number) => {
    const at = end;
    end = Math.ceil((at + lengthBytes) / 16) * 16;
    return at;
  };
  const plan = {
    input: take(inputBytes + 16),
    scratch: take(inputBytes + SCRATCH_SLACK),
    components: layout.components.map(({ blocksAcross, blocksDown, stretchAcross, width }) => ({
      plane: take(blocksAcross * blocksDown * 64),
      coefficients: frame.isProgressive ? take(blocksAcross * blocksDown * BLOCK_BYTES) : 0,
      row: take(width * stretchAcross + 16),
    })),
    samples: take(frame.width * frame.height * frame.components.length),
    end: 0,
  };
  plan.end = end;
  if (end > MAX_BYTES) throw unsupportedJpeg(`a frame that takes ${end} bytes to decode, more than ${MAX_BYTES},`);
  return plan;
}
