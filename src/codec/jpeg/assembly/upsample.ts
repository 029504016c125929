// @ts-nocheck: AssemblyScript, which its own compiler checks
/**
 * Rows of a component at the image's full width.
 *
 * Half as many samples, across or down, are interpolated: three quarters of the nearer and one quarter of the farther
 * sample, with the roundings of libjpeg's "fancy" upsampling. All other ratios repeat the nearest sample.
 */
import { Component } from "./component";

/** Address of row `y` of the image: in the plane itself where nothing has to be done. */
export function upsampledRow(component: Component, y: i32): usize {
  const stretchAcross = component.stretchAcross;
  const stretchDown = component.stretchDown;
  const inner = y / stretchDown;
  const near = rowAt(component, inner);
  if (stretchAcross == 1 && stretchDown == 1) return near;
  // Rows outside of the plane repeat its first and last.
  const isUpper = y % stretchDown == 0;
  const other = isUpper ? max(inner - 1, 0) : min(inner + 1, component.height - 1);
  if (stretchAcross == 1 && stretchDown == 2) {
    return blendRows(near, rowAt(component, other), component.width, isUpper ? 1 : 2, component.row);
  }
  // Too narrow to interpolate.
  const isWide = component.width > 2;
  if (stretchAcross == 2 && stretchDown == 1 && isWide) return widenRow(near, component.width, component.row);
  if (stretchAcross == 2 && stretchDown == 2 && isWide) {
    return widenRows(near, rowAt(component, other), component.width, component.row);
  }
  return repeatSamples(near, component.width, stretchAcross, component.row);
}

// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function rowAt(component: Component, row: i32): usize {
  return component.plane + <usize>row * (<usize>component.blocksAcross << 3);
}

function blendRows(near: usize, far: usize, width: i32, bias: i32, out: usize): usize {
  for (let x: usize = 0; x < <usize>width; x++) {
    store<u8>(out + x, <u8>((<i32>load<u8>(near + x) * 3 + <i32>load<u8>(far + x) + bias) >> 2));
  }
  return out;
}

/** Eight samples as 16-bit lanes. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function eightAt(at: usize): v128 {
  return i16x8.extend_low_i8x16_u(v128.load64_zero(at));
}

/** Sixteen samples: eight between `left` and `middle`, by turns with eight between `middle` and `right`. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function storeBetween(
  target: usize,
  left: v128,
  middle: v128,
  right: v128,
  roundLeft: i16,
  roundRight: i16,
  bits: i32,
): void {
  const threefold = i16x8.mul(middle, i16x8.splat(3));
  const before = i16x8.shr_u(i16x8.add(i16x8.add(threefold, left), i16x8.splat(roundLeft)), bits);
  const after = i16x8.shr_u(i16x8.add(i16x8.add(threefold, right), i16x8.splat(roundRight)), bits);
  v128.store(target, v128.or(before, i16x8.shl(after, 8)));
}

function widenRow(row: usize, width: i32, out: usize): usize {
  const last = <usize>width - 1;
  let before = <i32>load<u8>(row);
  let here = before;
  let target = out;
  let x: usize = 0;
  if (last > 8) {
    store<u8>(target, <u8>here);
    store<u8>(target, <u8>((3 * here + <i32>load<u8>(row, 1) + 2) >> 2), 1);
    target += 2;
    for (x = 1; x + 8 <= last; x += 8, target += 16) {
      storeBetween(target, eightAt(row + x - 1), eightAt(row + x), eightAt(row + x + 1), 1, 2, 2);
    }
    before = <i32>load<u8>(row + x - 1);
    here = <i32>load<u8>(row + x);
  }
  for (; x < last; x++, target += 2) {
    const after = <i32>load<u8>(row + x, 1);
    store<u8>(target, <u8>((3 * here + before + 1) >> 2));
    store<u8>(target, <u8>((3 * here + after + 2) >> 2), 1);
    before = here;
    here = after;
  }
  store<u8>(target, <u8>((3 * here + before + 1) >> 2));
  store<u8>(target, <u8>here, 1);
  return out;
}

/** A column of both rows: three parts of the near one, one of the far. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function columnSum(near: usize, far: usize, x: usize): i32 {
  return <i32>load<u8>(near + x) * 3 + <i32>load<u8>(far + x);
}

/** The same of eight columns. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function columnSums(near: usize, far: usize): v128 {
  return i16x8.add(i16x8.mul(eightAt(near), i16x8.splat(3)), eightAt(far));
}

function widenRows(near: usize, far: usize, width: i32, out: usize): usize {
  const last = <usize>width - 1;
  let before = columnSum(near, far, 0);
  let here = before;
  let target = out;
  let x: usize = 0;
  if (last > 8) {
    store<u8>(target, <u8>((4 * here + 8) >> 4));
    store<u8>(target, <u8>((3 * here + columnSum(near, far, 1) + 7) >> 4), 1);
    target += 2;
    for (x = 1; x + 8 <= last; x += 8, target += 16) {
      const left = columnSums(near + x - 1, far + x - 1);
      const middle = columnSums(near + x, far + x);
      storeBetween(target, left, middle, columnSums(near + x + 1, far + x + 1), 8, 7, 4);
    }
    before = columnSum(near, far, x - 1);
    here = columnSum(near, far, x);
  }
  for (; x < last; x++, target += 2) {
    const after = columnSum(near, far, x + 1);
    store<u8>(target, <u8>((3 * here + before + 8) >> 4));
    store<u8>(target, <u8>((3 * here + after + 7) >> 4), 1);
    before = here;
    here = after;
  }
  store<u8>(target, <u8>((3 * here + before + 8) >> 4));
  store<u8>(target, <u8>((4 * here + 7) >> 4), 1);
  return out;
}

function repeatSamples(row: usize, width: i32, times: i32, out: usize): usize {
  let target = out;
  for (let x: usize = 0; x < <usize>width; x++, target += times) memory.fill(target, load<u8>(row + x), times);
  return out;
}
