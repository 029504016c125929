import { type CodeWriter, doubleBytes, type Local } from "./code-writer.js";
import { type Lanes, pushAddress } from "./lanes.js";
import { type InputPlace, Param, type SampleType, sampleShift } from "./memory-layout.js";
import { type Opcode, op, simd, ValueType } from "./opcodes.js";
import { rankOfStatus, statusOfRank } from "./reasons.js";

/** An index that takes no byte in `i8x16.swizzle`. */
const NO_BYTE = 0x80;

/** Push a vector that never changes. */
function constantVector(code: CodeWriter, bytes: readonly number[]): void {
  const write = () => code.op(simd.constant, ...bytes);
  code.get(code.hoist(`vector ${bytes.join()}`, ValueType.v128, write));
}

/** A number below 256 in the low byte of each half. */
function constantRank(code: CodeWriter, rank: number): void {
  const half = [rank, 0, 0, 0, 0, 0, 0, 0];
  constantVector(code, [...half, ...half]);
}

/** A table for `i8x16.swizzle`, filled up with zeros. */
function table(entries: readonly number[]): number[] {
  return Array.from({ length: 16 }, (_, i) => entries[i] ?? 0);
}

/** How two samples become two 32-bit integers or singles in the low half, and those two doubles. */
const loads: Readonly<Record<Exclude<SampleType, "int64" | "uint64">, readonly [load: Opcode, ...widen: Opcode[]]>> = {
  // Four bytes are read where two or four are wanted: there is slack behind every plane.
  uint8: [simd.load32Zero, simd.i16x8ExtendLowI8x16U, simd.i32x4ExtendLowI16x8U, simd.f64x2ConvertLowI32x4S],
  int8: [simd.load32Zero, simd.i16x8ExtendLowI8x16S, simd.i32x4ExtendLowI16x8S, simd.f64x2ConvertLowI32x4S],
  uint16: [simd.load32Zero, simd.i32x4ExtendLowI16x8U, simd.f64x2ConvertLowI32x4S],
  int16: [simd.load32Zero, simd.i32x4ExtendLowI16x8S, simd.f64x2ConvertLowI32x4S],
  uint32: [simd.load64Zero, simd.f64x2ConvertLowI32x4U],
  int32: [simd.load64Zero, simd.f64x2ConvertLowI32x4S],
  float32: [simd.load64Zero, simd.f64x2PromoteLowF32x4],
  float64: [simd.load],
};

/** There is no vector conversion from 64-bit integers. */
function load64(code: CodeWriter, input: InputPlace, at: Local): void {
  const convert = input.dtype === "int64" ? op.f64ConvertI64S : op.f64ConvertI64U;
  pushAddress(code, at, 3);
  code.memory(op.i64Load, input.data);
  code.op(convert);
  code.op(simd.f64x2Splat);
  pushAddress(code, at, 3);
  code.memory(op.i64Load, input.data + 8);
  code.op(convert);
  code.op(simd.f64x2ReplaceLane, 1);
}

function param(code: CodeWriter, address: number): void {
  const write = () => {
    code.i32(address);
    code.memory(simd.load64Splat, 0);
  };
  code.get(code.hoist(`param ${address}`, ValueType.v128, write));
}

/**
 * Two pixels at a time, in vectors of 128 bits. Masks have all bits of a pixel's half set, or none. A reason is a rank in
 * the low byte of each half: the higher of two is the byte-wise maximum.
 */
export const vectorLanes: Lanes = {
  width: 2,
  value: ValueType.v128,
  mask: ValueType.v128,
  op: {
    add: simd.f64x2Add,
    sub: simd.f64x2Sub,
    mul: simd.f64x2Mul,
    div: simd.f64x2Div,
    min: simd.f64x2Min,
    max: simd.f64x2Max,
    negate: simd.f64x2Neg,
    abs: simd.f64x2Abs,
    sqrt: simd.f64x2Sqrt,
    floor: simd.f64x2Floor,
    ceil: simd.f64x2Ceil,
    round: simd.f64x2Nearest,
    eq: simd.f64x2Eq,
    ne: simd.f64x2Ne,
    lt: simd.f64x2Lt,
    le: simd.f64x2Le,
    gt: simd.f64x2Gt,
    ge: simd.f64x2Ge,
    both: simd.and,
    either: simd.or,
    select: simd.bitselect,
    combine: simd.i8x16MaxU,
    sameReason: simd.i64x2Eq,
    toInt: simd.i32x4TruncSatF64x2SZero,
    fromInt: simd.f64x2ConvertLowI32x4S,
    "&": simd.and,
    "|": simd.or,
    // A vector is its own bits.
    toBits: [],
    fromBits: [],
    bothBits: simd.and,
    eitherBits: simd.or,
    all: simd.i64x2AllTrue,
    any: simd.anyTrue,
  },
  constant(code, value) {
    constantVector(code, [...doubleBytes(value), ...doubleBytes(value)]);
  },
  int(code, value) {
    const bytes = [...new Uint8Array(Int32Array.of(value, value, 0, 0).buffer)];
    constantVector(code, bytes);
  },
  reason(code, status) {
    constantRank(code, rankOfStatus[status] ?? 0);
  },
  reasonWhere(code, status) {
    constantRank(code, rankOfStatus[status] ?? 0);
    code.op(simd.and);
  },
  truth(code) {
    vectorLanes.constant(code, 1);
    code.op(simd.and);
  },
  nonFinite(code, local) {
    // x - x is 0 for every finite x and NaN for the rest.
    code.get(local, local);
    code.op(simd.f64x2Sub);
    vectorLanes.constant(code, 0);
    code.op(simd.f64x2Ne);
  },
  load(code, input, at) {
    if (input.dtype === "int64" || input.dtype === "uint64") {
      load64(code, input, at);
      return;
    }
    const [load, ...widen] = loads[input.dtype];
    pushAddress(code, at, sampleShift(input.dtype));
    code.memory(load, input.data);
    for (const opcode of widen) code.op(opcode);
  },
  isNodata(code, input, at, samples) {
    if (input.dtype === "int64" || input.dtype === "uint64") {
      pushAddress(code, at, 3);
      code.memory(simd.load, input.data);
      param(code, input.params + Param.nodata);
      code.op(simd.i64x2Eq);
      param(code, input.params + Param.hasNodata);
      code.op(simd.and);
    } else {
      code.get(samples);
      param(code, input.params + Param.nodata);
      code.op(simd.f64x2Eq);
    }
  },
  param,
  loadStatus(code, base, at) {
    constantVector(code, table(rankOfStatus));
    code.get(at);
    code.memory(simd.load16Splat, base);
    const apart = Array.from({ length: 16 }, (_, i) => (i === 0 ? 0 : i === 8 ? 1 : NO_BYTE));
    constantVector(code, apart);
    code.op(simd.swizzle);
    code.op(simd.swizzle);
  },
  loadValue(code, base, at) {
    pushAddress(code, at, 3);
    code.memory(simd.load, base);
  },
  storeValue(code, base, at, value) {
    pushAddress(code, at, 3);
    code.get(value);
    code.memory(simd.store, base);
  },
  storeStatus(code, base, at, reason) {
    const status = code.hoist("status of two", ValueType.v128, () => code.op(simd.constant, ...table([])));
    constantVector(code, table(statusOfRank));
    code.get(reason);
    code.op(simd.swizzle);
    code.set(status);
    for (const [pixel, lane] of [0, 8].entries()) {
      code.get(at, status);
      code.memory(simd.store8Lane, base + pixel);
      code.op([lane]);
    }
  },
  count(code) {
    code.op(simd.i64x2Bitmask);
    code.op(op.i32Popcnt);
  },
  call(code, functionIndex, operands) {
    const callLane = (lane: number) => {
      for (const operand of operands) {
        code.get(operand);
        code.op(simd.f64x2ExtractLane, lane);
      }
      code.call(functionIndex);
    };
    callLane(0);
    code.op(simd.f64x2Splat);
    callLane(1);
    code.op(simd.f64x2ReplaceLane, 1);
  },
};
