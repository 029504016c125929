// @ts-nocheck: AssemblyScript, which its own compiler checks
/** A scan: its MCUs in turn, with a restart between intervals (T.81, E.2). */
import { Bits, closeInterval, openInterval } from "./bits";
import { decodeProgressiveBlock, Scan } from "./block-progressive";
import { decodeSequentialBlock } from "./block-sequential";
import { Component } from "./component";
import { SCAN_COMPONENTS } from "./memory-map";
import { BAD_RESTART, OK, TRUNCATED } from "./status";

const RESTART_0: u8 = 0xd0;

// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function scanComponent(index: i32): Component {
  return changetype<Component>(load<u32>(SCAN_COMPONENTS + (<usize>index << 2)));
}

/**
 * Decode the scan whose entropy-coded bytes start at `source`.
 *
 * @param scratch room for those bytes and 1024 more
 * @param mcusAcross, mcusDown of an interleaved scan; blocks of the component itself where there is only one
 * @param restartInterval MCUs, 0 for none
 * @returns bytes up to the marker behind the scan, or a status below 0
 */
export function decodeScan(
  source: usize,
  sourceEnd: usize,
  scratch: usize,
  components: i32,
  mcusAcross: i32,
  mcusDown: i32,
  restartInterval: i32,
): i32 {
  let at = openInterval(source, sourceEnd, scratch);
  startInterval(components);
  let untilRestart = restartInterval > 0 ? restartInterval : -1;
  let restarts: u8 = 0;
  for (let row = 0; row < mcusDown; row++) {
    for (let col = 0; col < mcusAcross; col++) {
      if (untilRestart == 0) {
        const closed = closeInterval();
        if (closed != OK) return closed;
        if (at >= sourceEnd) return TRUNCATED;
        if (load<u8>(at + 1) != RESTART_0 + restarts) return BAD_RESTART;
        restarts = (restarts + 1) & 7;
        at = openInterval(at + 2, sourceEnd, scratch);
        startInterval(components);
        untilRestart = restartInterval;
      }
      const status = components == 1 ? decodeBlock(scanComponent(0), col, row) : decodeMcu(components, col, row);
      // Behind its end an interval reads as zeros, which may be no code: it is too short first of all.
      if (Bits.position > Bits.end) return TRUNCATED;
      if (status != OK) return status;
      untilRestart--;
    }
  }
  const closed = closeInterval();
  return closed != OK ? closed : <i32>(at - source);
}

function startInterval(components: i32): void {
  for (let i = 0; i < components; i++) scanComponent(i).predictor = 0;
  Scan.endOfBand = 0;
}

function decodeMcu(components: i32, col: i32, row: i32): i32 {
  for (let i = 0; i < components; i++) {
    const component = scanComponent(i);
    const across = component.across;
    const down = component.down;
    for (let y = 0; y < down; y++) {
      for (let x = 0; x < across; x++) {
        const status = decodeBlock(component, col * across + x, row * down + y);
        if (status != OK) return status;
      }
    }
  }
  return OK;
}

// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function decodeBlock(component: Component, col: i32, row: i32): i32 {
  const blocksAcross = component.blocksAcross;
  if (component.coefficients != 0) {
    return decodeProgressiveBlock(component, component.coefficients + (<usize>(row * blocksAcross + col) << 7));
  }
  const stride = <usize>blocksAcross << 3;
  const target = component.plane + <usize>row * (stride << 3) + (<usize>col << 3);
  return decodeSequentialBlock(component, target, stride);
}
