// @ts-nocheck: AssemblyScript, which its own compiler checks
/** From planes, or from coefficients, to interleaved samples. */
import { Component } from "./component";
import { inverseTransform } from "./inverse-transform";
import { COMPONENTS } from "./memory-map";
import { upsampledRow } from "./upsample";

// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function componentAt(index: i32): Component {
  return changetype<Component>(COMPONENTS + (<usize>index << 6));
}

/** Transform all coefficients of a progressive frame's component. */
export function transformComponent(index: i32): void {
  const component = componentAt(index);
  const stride = <usize>component.blocksAcross << 3;
  const blocksDown = (component.height + 7) >> 3;
  const blocksAcross = (component.width + 7) >> 3;
  for (let row = 0; row < blocksDown; row++) {
    let block = component.coefficients + (<usize>(row * component.blocksAcross) << 7);
    let target = component.plane + <usize>row * (stride << 3);
    for (let col = 0; col < blocksAcross; col++, block += 128, target += 8) {
      inverseTransform(block, component.quantization, isFlat(block) ? 0 : 63, target, stride);
    }
  }
}

/** Whether no coefficient but the DC is there. */
function isFlat(block: usize): bool {
  if (load<u64>(block) >> 16 != 0) return false;
  for (let at: usize = 8; at < 128; at += 8) if (load<u64>(block + at) != 0) return false;
  return true;
}

/**
 * Write `rows` rows of `cols` pixels to `target`, interleaved.
 *
 * @param isYCbCr nonzero to turn three components into red, green and blue
 */
export function render(target: usize, rows: i32, cols: i32, components: i32, isYCbCr: i32): void {
  const rowBytes = <usize>cols * <usize>components;
  for (let y = 0; y < rows; y++) {
    const out = target + <usize>y * rowBytes;
    if (isYCbCr) {
      const luma = upsampledRow(componentAt(0), y);
      const blue = upsampledRow(componentAt(1), y);
      const red = upsampledRow(componentAt(2), y);
      convertRow(luma, blue, red, cols, out);
    } else if (components == 3) {
      const first = upsampledRow(componentAt(0), y);
      const second = upsampledRow(componentAt(1), y);
      interleaveRow(first, second, upsampledRow(componentAt(2), y), cols, out);
    } else {
      for (let i = 0; i < components; i++) spreadRow(upsampledRow(componentAt(i), y), cols, components, out + i);
    }
  }
}

function spreadRow(row: usize, cols: i32, step: i32, out: usize): void {
  if (step == 1) {
    memory.copy(out, row, cols);
    return;
  }
  for (let x: usize = 0; x < <usize>cols; x++, out += step) store<u8>(out, load<u8>(row + x));
}

// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function clamped(value: i32): u8 {
  return <u8>max(0, min(255, value));
}

/** Eight pixels of three samples: the low eight bytes of `ab`, its high ones, and the low ones of `c`. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function storePixels(out: usize, ab: v128, c: v128): void {
  v128.store(out, v128.shuffle<u8>(ab, c, 0, 8, 16, 1, 9, 17, 2, 10, 18, 3, 11, 19, 4, 12, 20, 5));
  const rest = v128.shuffle<u8>(ab, c, 13, 21, 6, 14, 22, 7, 15, 23, 13, 21, 6, 14, 22, 7, 15, 23);
  v128.store64_lane(out + 16, rest, 0);
}

function interleaveRow(first: usize, second: usize, third: usize, cols: i32, out: usize): void {
  let x: usize = 0;
  for (; x + 8 <= <usize>cols; x += 8, out += 24) {
    const ab = v128.load64_lane(second + x, v128.load64_zero(first + x), 1);
    storePixels(out, ab, v128.load64_zero(third + x));
  }
  for (; x < <usize>cols; x++, out += 3) {
    store<u8>(out, load<u8>(first + x), 0);
    store<u8>(out, load<u8>(second + x), 1);
    store<u8>(out, load<u8>(third + x), 2);
  }
}

/** Eight chroma samples, centred on 0. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function chromaAt(at: usize): v128 {
  return i16x8.sub(i16x8.extend_low_i8x16_u(v128.load64_zero(at)), i16x8.splat(128));
}

/** (cb · ofBlue + cr · ofRed + 2^15) >> 16 of eight lanes, in 32 bits between. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function weighted(cb: v128, cr: v128, ofBlue: i32, ofRed: i32): v128 {
  const factors = i32x4.splat((ofBlue & 0xffff) | (ofRed << 16));
  const half = i32x4.splat(32768);
  const low = i32x4.dot_i16x8_s(v128.shuffle<i16>(cb, cr, 0, 8, 1, 9, 2, 10, 3, 11), factors);
  const high = i32x4.dot_i16x8_s(v128.shuffle<i16>(cb, cr, 4, 12, 5, 13, 6, 14, 7, 15), factors);
  return i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(low, half), 16), i32x4.shr_s(i32x4.add(high, half), 16));
}

/**
 * JFIF's full-range YCbCr to RGB with the coefficients times 2^16, rounded as libjpeg does.
 *
 * In vectors whole multiples of 2^16 stand apart, so that the rest of a factor fits 16 bits: 91881 is 2^16 + 26345,
 * −46802 is −2^16 + 18734, 116130 is 2 · 2^16 − 14942.
 */
function convertRow(luma: usize, blue: usize, red: usize, cols: i32, out: usize): void {
  let x: usize = 0;
  for (; x + 8 <= <usize>cols; x += 8, out += 24) {
    const y = i16x8.extend_low_i8x16_u(v128.load64_zero(luma + x));
    const cb = chromaAt(blue + x);
    const cr = chromaAt(red + x);
    const r = i16x8.add(i16x8.add(y, cr), weighted(cb, cr, 0, 26345));
    const g = i16x8.add(i16x8.sub(y, cr), weighted(cb, cr, -22554, 18734));
    const b = i16x8.add(i16x8.add(y, i16x8.shl(cb, 1)), weighted(cb, cr, -14942, 0));
    storePixels(out, i8x16.narrow_i16x8_u(r, g), i8x16.narrow_i16x8_u(b, b));
  }
  for (; x < <usize>cols; x++, out += 3) {
    const y = <i32>load<u8>(luma + x);
    const cb = <i32>load<u8>(blue + x) - 128;
    const cr = <i32>load<u8>(red + x) - 128;
    store<u8>(out, clamped(y + ((91881 * cr + 32768) >> 16)), 0);
    store<u8>(out, clamped(y + ((32768 - 22554 * cb - 46802 * cr) >> 16)), 1);
    store<u8>(out, clamped(y + ((116130 * cb + 32768) >> 16)), 2);
  }
}
