import type { CodeWriter } from "./code-writer.js";
import { type Lanes, pushAddress } from "./lanes.js";
import { Param, type SampleType, sampleShift } from "./memory-layout.js";
import { type Opcode, op, ValueType } from "./opcodes.js";
import { rankOfStatus, statusOfRank } from "./reasons.js";

/** A reason here has as many low bits set as its rank: there is no maximum of integers, but `or` gives that of these. */
const reasonOfStatus = rankOfStatus.map((rank) => 2 ** rank - 1);

/** Both look-ups fit in one integer: five bits for each status, three for each rank. */
const REASON_BITS = 5;
const STATUS_BITS = 3;
const packedReasons = pack(reasonOfStatus, REASON_BITS);
const packedStatus = pack(statusOfRank, STATUS_BITS);

function pack(entries: readonly number[], bits: number): number {
  return entries.reduce((packed, entry, i) => packed | (entry << (i * bits)), 0);
}

/** index → the entry of a packed table. */
function lookUp(code: CodeWriter, packed: number, index: () => void, bits: number): void {
  code.i32(packed);
  index();
  code.i32(bits);
  code.op(op.i32Mul);
  code.op(op.i32ShrU);
  code.i32(2 ** bits - 1);
  code.op(op.i32And);
}

const loads: Readonly<Record<SampleType, readonly [load: Opcode, ...convert: Opcode[]]>> = {
  uint8: [op.i32Load8U, op.f64ConvertI32S],
  int8: [op.i32Load8S, op.f64ConvertI32S],
  uint16: [op.i32Load16U, op.f64ConvertI32S],
  int16: [op.i32Load16S, op.f64ConvertI32S],
  uint32: [op.i32Load, op.f64ConvertI32U],
  int32: [op.i32Load, op.f64ConvertI32S],
  uint64: [op.i64Load, op.f64ConvertI64U],
  int64: [op.i64Load, op.f64ConvertI64S],
  float32: [op.f32Load, op.f64PromoteF32],
  float64: [op.f64Load],
};

function hoistParam(code: CodeWriter, address: number, type: ValueType, load: Opcode): void {
  const write = () => {
    code.i32(address);
    code.memory(load, 0);
  };
  code.get(code.hoist(`param ${address}`, type, write));
}

/** One pixel at a time, for engines without vectors. Masks are 1 or 0. */
export const scalarLanes: Lanes = {
  width: 1,
  value: ValueType.f64,
  mask: ValueType.i32,
  op: {
    add: op.f64Add,
    sub: op.f64Sub,
    mul: op.f64Mul,
    div: op.f64Div,
    min: op.f64Min,
    max: op.f64Max,
    negate: op.f64Neg,
    abs: op.f64Abs,
    sqrt: op.f64Sqrt,
    floor: op.f64Floor,
    ceil: op.f64Ceil,
    round: op.f64Nearest,
    eq: op.f64Eq,
    ne: op.f64Ne,
    lt: op.f64Lt,
    le: op.f64Le,
    gt: op.f64Gt,
    ge: op.f64Ge,
    both: op.i32And,
    either: op.i32Or,
    select: op.select,
    combine: op.i32Or,
    sameReason: op.i32Eq,
    toInt: op.i32TruncSatF64S,
    fromInt: op.f64ConvertI32S,
    "&": op.i32And,
    "|": op.i32Or,
    toBits: op.i64ReinterpretF64,
    fromBits: op.f64ReinterpretI64,
    bothBits: op.i64And,
    eitherBits: op.i64Or,
    // A mask of one pixel is its own answer.
    all: [],
    any: [],
  },
  constant(code, value) {
    code.f64(value);
  },
  int(code, value) {
    code.i32(value);
  },
  reason(code, status) {
    code.i32(reasonOfStatus[status] ?? 0);
  },
  reasonWhere(code, status) {
    code.i32(reasonOfStatus[status] ?? 0);
    code.op(op.i32Mul);
  },
  truth(code) {
    code.op(op.f64ConvertI32S);
  },
  nonFinite(code, local) {
    code.get(local, local);
    code.op(op.f64Sub);
    code.f64(0);
    code.op(op.f64Ne);
  },
  load(code, input, at) {
    const [load, ...convert] = loads[input.dtype];
    pushAddress(code, at, sampleShift(input.dtype));
    code.memory(load, input.data);
    for (const opcode of convert) code.op(opcode);
  },
  isNodata(code, input, at, samples) {
    if (input.dtype === "int64" || input.dtype === "uint64") {
      pushAddress(code, at, 3);
      code.memory(op.i64Load, input.data);
      hoistParam(code, input.params + Param.nodata, ValueType.i64, op.i64Load);
      code.op(op.i64Eq);
      hoistParam(code, input.params + Param.hasNodata, ValueType.i32, op.i32Load);
      code.op(op.i32And);
    } else {
      code.get(samples);
      scalarLanes.param(code, input.params + Param.nodata);
      code.op(op.f64Eq);
    }
  },
  param(code, address) {
    hoistParam(code, address, ValueType.f64, op.f64Load);
  },
  loadStatus(code, base, at) {
    const index = () => {
      code.get(at);
      code.memory(op.i32Load8U, base);
    };
    lookUp(code, packedReasons, index, REASON_BITS);
  },
  loadValue(code, base, at) {
    pushAddress(code, at, 3);
    code.memory(op.f64Load, base);
  },
  storeValue(code, base, at, value) {
    pushAddress(code, at, 3);
    code.get(value);
    code.memory(op.f64Store, base);
  },
  storeStatus(code, base, at, reason) {
    code.get(at);
    const rank = () => {
      code.get(reason);
      code.op(op.i32Popcnt);
    };
    lookUp(code, packedStatus, rank, STATUS_BITS);
    code.memory(op.i32Store8, base);
  },
  count() {
    // A mask of one pixel is its own number.
  },
  call(code, functionIndex, operands) {
    code.get(...operands);
    code.call(functionIndex);
  },
};
