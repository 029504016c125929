/**
 * Kernels that turn a block's rows, interleaved by pixel, into planes: one band after another, each in C order.
 *
 * They undo predictors on the way, because each does so row by row and the bytes lie in memory anyway. `source` is the
 * first wanted row, `rowBytes` what a stored row takes, and the columns asked for are half-open.
 */

import { EIGHT_VALUES } from "./memory-map";

/** Flags of the kernels: undo horizontal differences; samples are big-endian. */
const DIFFERENCES: i32 = 1;
const BIG_ENDIAN: i32 = 2;

/** One sample out of any number, any columns: `rows` × (`colStop` − `colStart`) values at `target`. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function unpackSample<T>(
  source: usize,
  rowBytes: usize,
  rows: i32,
  samples: i32,
  sample: i32,
  colStart: i32,
  colStop: i32,
  target: usize,
  flags: i32,
): void {
  const pixelBytes = <usize>samples * sizeof<T>();
  const hasDifferences = (flags & DIFFERENCES) != 0;
  const isBigEndian = (flags & BIG_ENDIAN) != 0;
  let to = target;
  for (let row = 0; row < rows; row++) {
    let from = source + <usize>row * rowBytes + <usize>sample * sizeof<T>();
    let sum: T = 0;
    if (!hasDifferences) from += <usize>colStart * pixelBytes;
    else {
      for (let col = 0; col < colStart; col++, from += pixelBytes) {
        const value = load<T>(from);
        sum += isBigEndian ? bswap<T>(value) : value;
      }
    }
    for (let col = colStart; col < colStop; col++, from += pixelBytes, to += sizeof<T>()) {
      let value = load<T>(from);
      if (isBigEndian) value = bswap<T>(value);
      if (hasDifferences) {
        sum += value;
        value = sum;
      }
      store<T>(to, value);
    }
  }
}

// One specialized copy a width, as WebAssembly exports no generics.

export function unpack8(source: usize, rowBytes: usize, rows: i32, samples: i32, sample: i32, colStart: i32, colStop: i32, target: usize, flags: i32): void {
  unpackSample<u8>(source, rowBytes, rows, samples, sample, colStart, colStop, target, flags);
}

export function unpack16(source: usize, rowBytes: usize, rows: i32, samples: i32, sample: i32, colStart: i32, colStop: i32, target: usize, flags: i32): void {
  unpackSample<u16>(source, rowBytes, rows, samples, sample, colStart, colStop, target, flags);
}

export function unpack32(source: usize, rowBytes: usize, rows: i32, samples: i32, sample: i32, colStart: i32, colStop: i32, target: usize, flags: i32): void {
  unpackSample<u32>(source, rowBytes, rows, samples, sample, colStart, colStop, target, flags);
}

export function unpack64(source: usize, rowBytes: usize, rows: i32, samples: i32, sample: i32, colStart: i32, colStop: i32, target: usize, flags: i32): void {
  unpackSample<u64>(source, rowBytes, rows, samples, sample, colStart, colStop, target, flags);
}

// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function nativeOrder16(v: v128, isBigEndian: bool): v128 {
  return isBigEndian ? i8x16.shuffle(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14) : v;
}

/** Running sums of the pixels a vector holds two of, each pixel four 16-bit samples. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function sumPixels(v: v128, before: v128): v128 {
  const withNeighbour = i16x8.add(v, v128.shuffle<i64>(i16x8.splat(0), v, 0, 2));
  return i16x8.add(withNeighbour, v128.shuffle<i64>(before, before, 1, 1));
}

/** The sums of the first `pixels` pixels where {@link sumPixels} looks for what came before. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function sumBefore(row: usize, pixels: i32, isBigEndian: bool): v128 {
  let sums = i16x8.splat(0);
  const stop = row + <usize>pixels * 8;
  let from = row;
  for (; from + 8 < stop; from += 16) sums = i16x8.add(sums, nativeOrder16(v128.load(from), isBigEndian));
  if (from < stop) sums = i16x8.add(sums, nativeOrder16(v128.load64_zero(from), isBigEndian));
  return i16x8.add(sums, v128.shuffle<i64>(sums, sums, 1, 0));
}

// Engines have one instruction for each of these two, where others take a table that must be loaded.

// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function interleaveLow(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function interleaveHigh(a: v128, b: v128): v128 {
  return v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

/** The first `count` of eight values. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function storeSome(target: usize, values: v128, count: i32): void {
  if (count >= 8) {
    v128.store(target, values);
    return;
  }
  v128.store(EIGHT_VALUES, values);
  memory.copy(target, EIGHT_VALUES, <usize>count << 1);
}

/**
 * Four 16-bit samples a pixel: all the planes that are asked for at once. Up to 64 bytes behind a row are read.
 *
 * @param to0 where the plane of the first sample goes, and so on; 0 for none
 */
export function unpack4x16(
  source: usize,
  rowBytes: usize,
  rows: i32,
  colStart: i32,
  colStop: i32,
  to0: usize,
  to1: usize,
  to2: usize,
  to3: usize,
  flags: i32,
): void {
  const hasDifferences = (flags & DIFFERENCES) != 0;
  const isBigEndian = (flags & BIG_ENDIAN) != 0;
  const lineBytes = <usize>(colStop - colStart) << 1;
  let line: usize = 0;
  for (let row = 0; row < rows; row++, line += lineBytes) {
    const start = source + <usize>row * rowBytes;
    let before = hasDifferences ? sumBefore(start, colStart, isBigEndian) : i16x8.splat(0);
    let from = start + <usize>colStart * 8;
    let to = line;
    // What is written behind a row is written anew with the next one; behind the plane another one may lie.
    let left = (rows - row) * (colStop - colStart);
    for (const stop = start + <usize>colStop * 8; from < stop; from += 64, to += 16, left -= 8) {
      let a = nativeOrder16(v128.load(from), isBigEndian);
      let b = nativeOrder16(v128.load(from, 16), isBigEndian);
      let c = nativeOrder16(v128.load(from, 32), isBigEndian);
      let d = nativeOrder16(v128.load(from, 48), isBigEndian);
      if (hasDifferences) {
        a = sumPixels(a, before);
        b = sumPixels(b, a);
        c = sumPixels(c, b);
        d = sumPixels(d, c);
        before = d;
      }
      const even = interleaveLow(a, b);
      const odd = interleaveHigh(a, b);
      const evenNext = interleaveLow(c, d);
      const oddNext = interleaveHigh(c, d);
      if (to0 | to1) {
        const ab = interleaveLow(even, odd);
        const cd = interleaveLow(evenNext, oddNext);
        if (to0) storeSome(to0 + to, v128.shuffle<i64>(ab, cd, 0, 2), left);
        if (to1) storeSome(to1 + to, v128.shuffle<i64>(ab, cd, 1, 3), left);
      }
      if (to2 | to3) {
        const ab = interleaveHigh(even, odd);
        const cd = interleaveHigh(evenNext, oddNext);
        if (to2) storeSome(to2 + to, v128.shuffle<i64>(ab, cd, 0, 2), left);
        if (to3) storeSome(to3 + to, v128.shuffle<i64>(ab, cd, 1, 3), left);
      }
    }
  }
}

/** Running sums of 16 bytes, carried on from the last lane of `before`. */
// @ts-ignore: a decorator on a function is AssemblyScript's
@inline
function sumBytes(v: v128, before: v128): v128 {
  const zero = i8x16.splat(0);
  let s = i8x16.add(v, i8x16.shuffle(zero, v, 0, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30));
  s = i8x16.add(s, i8x16.shuffle(zero, s, 0, 0, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29));
  s = i8x16.add(s, i8x16.shuffle(zero, s, 0, 0, 0, 0, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27));
  s = i8x16.add(s, i8x16.shuffle(zero, s, 0, 0, 0, 0, 0, 0, 0, 0, 16, 17, 18, 19, 20, 21, 22, 23));
  return i8x16.add(s, i8x16.swizzle(before, i8x16.splat(15)));
}

/** First half of the floating point predictor, in place: byte differences, `samples` bytes apart, along each row. */
export function sumFloatBytes(source: usize, rowBytes: usize, rows: i32, samples: usize): void {
  for (let row = 0; row < rows; row++) {
    let p = source + <usize>row * rowBytes;
    const stop = p + rowBytes;
    if (samples == 1) {
      let before = i8x16.splat(0);
      for (; p + 16 <= stop; p += 16) {
        before = sumBytes(v128.load(p), before);
        v128.store(p, before);
      }
      let last: u8 = i8x16.extract_lane_u(before, 15);
      for (; p < stop; p++) {
        last += load<u8>(p);
        store<u8>(p, last);
      }
    } else {
      for (p += samples; p < stop; p++) store<u8>(p, load<u8>(p) + load<u8>(p - samples));
    }
  }
}

/**
 * Second half: a row holds the most significant bytes of all its samples, then the next ones; gather one sample.
 *
 * @param width bytes of a sample
 */
export function gatherFloat(source: usize, rowBytes: usize, rows: i32, samples: usize, sample: usize, colStart: usize, colStop: usize, target: usize, width: usize): void {
  const planeBytes = rowBytes / width;
  let to = target;
  for (let row = 0; row < rows; row++) {
    // Little-endian: the last stored byte plane comes first.
    const lowest = source + <usize>(row + 1) * rowBytes - planeBytes + sample;
    let col = colStart;
    if (width == 4 && samples == 1) {
      for (; col + 16 <= colStop; col += 16, to += 64) {
        const b0 = v128.load(lowest + col);
        const b1 = v128.load(lowest + col - planeBytes);
        const b2 = v128.load(lowest + col - planeBytes * 2);
        const b3 = v128.load(lowest + col - planeBytes * 3);
        const low01 = i8x16.shuffle(b0, b1, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        const high01 = i8x16.shuffle(b0, b1, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        const low23 = i8x16.shuffle(b2, b3, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        const high23 = i8x16.shuffle(b2, b3, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        v128.store(to, v128.shuffle<i16>(low01, low23, 0, 8, 1, 9, 2, 10, 3, 11));
        v128.store(to, v128.shuffle<i16>(low01, low23, 4, 12, 5, 13, 6, 14, 7, 15), 16);
        v128.store(to, v128.shuffle<i16>(high01, high23, 0, 8, 1, 9, 2, 10, 3, 11), 32);
        v128.store(to, v128.shuffle<i16>(high01, high23, 4, 12, 5, 13, 6, 14, 7, 15), 48);
      }
    }
    for (; col < colStop; col++) {
      let from = lowest + col * samples;
      for (let byte: usize = 0; byte < width; byte++, from -= planeBytes) store<u8>(to++, load<u8>(from));
    }
  }
}
