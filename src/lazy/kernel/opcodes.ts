/**
 * Bytes of WebAssembly: types (core specification 2.0, 5.3) and instructions (5.4), named as the text format names them.
 */

/** Types of locals, parameters and what a block leaves. */
export const ValueType = { i32: 0x7f, i64: 0x7e, f64: 0x7c, v128: 0x7b } as const;

/** One of {@link ValueType}. */
export type ValueType = (typeof ValueType)[keyof typeof ValueType];

/** The bytes of one instruction without its immediates. */
export type Opcode = readonly number[];

/** The vector instruction of a number: prefix 0xfd, then the number as LEB128. */
export function vector(number: number): Opcode {
  return number < 0x80 ? [0xfd, number] : [0xfd, (number & 0x7f) | 0x80, number >> 7];
}

/** Instructions of one value, each one byte but the saturating conversion. */
export const op = {
  select: [0x1b],
  i32Load: [0x28],
  i64Load: [0x29],
  f32Load: [0x2a],
  f64Load: [0x2b],
  i32Load8S: [0x2c],
  i32Load8U: [0x2d],
  i32Load16S: [0x2e],
  i32Load16U: [0x2f],
  i64Store: [0x37],
  f64Store: [0x39],
  i32Store8: [0x3a],
  i32Eqz: [0x45],
  i32Eq: [0x46],
  i32Ne: [0x47],
  i32LtU: [0x49],
  i64Eqz: [0x50],
  i64Eq: [0x51],
  f64Eq: [0x61],
  f64Ne: [0x62],
  f64Lt: [0x63],
  f64Gt: [0x64],
  f64Le: [0x65],
  f64Ge: [0x66],
  i32Popcnt: [0x69],
  i32Add: [0x6a],
  i32Sub: [0x6b],
  i32Mul: [0x6c],
  i32And: [0x71],
  i32Or: [0x72],
  i32Shl: [0x74],
  i32ShrU: [0x76],
  i64And: [0x83],
  i64Or: [0x84],
  f64Abs: [0x99],
  f64Neg: [0x9a],
  f64Ceil: [0x9b],
  f64Floor: [0x9c],
  f64Nearest: [0x9e],
  f64Sqrt: [0x9f],
  f64Add: [0xa0],
  f64Sub: [0xa1],
  f64Mul: [0xa2],
  f64Div: [0xa3],
  f64Min: [0xa4],
  f64Max: [0xa5],
  f64ConvertI32S: [0xb7],
  f64ConvertI32U: [0xb8],
  f64ConvertI64S: [0xb9],
  f64ConvertI64U: [0xba],
  f64PromoteF32: [0xbb],
  i64ReinterpretF64: [0xbd],
  f64ReinterpretI64: [0xbf],
  i32TruncSatF64S: [0xfc, 2],
} as const satisfies Record<string, Opcode>;

/** Instructions of 128-bit vectors. */
export const simd = {
  load: vector(0),
  load16Splat: vector(8),
  load64Splat: vector(10),
  store: vector(11),
  constant: vector(12),
  swizzle: vector(14),
  f64x2Splat: vector(20),
  f64x2ExtractLane: vector(33),
  f64x2ReplaceLane: vector(34),
  f64x2Eq: vector(71),
  f64x2Ne: vector(72),
  f64x2Lt: vector(73),
  f64x2Gt: vector(74),
  f64x2Le: vector(75),
  f64x2Ge: vector(76),
  and: vector(78),
  or: vector(80),
  bitselect: vector(82),
  anyTrue: vector(83),
  store8Lane: vector(88),
  load32Zero: vector(92),
  load64Zero: vector(93),
  f64x2PromoteLowF32x4: vector(95),
  f64x2Ceil: vector(116),
  f64x2Floor: vector(117),
  i8x16MaxU: vector(121),
  i16x8ExtendLowI8x16S: vector(135),
  i16x8ExtendLowI8x16U: vector(137),
  f64x2Nearest: vector(148),
  i32x4ExtendLowI16x8S: vector(167),
  i32x4ExtendLowI16x8U: vector(169),
  i64x2AllTrue: vector(195),
  i64x2Bitmask: vector(196),
  i64x2Eq: vector(214),
  f64x2Abs: vector(236),
  f64x2Neg: vector(237),
  f64x2Sqrt: vector(239),
  f64x2Add: vector(240),
  f64x2Sub: vector(241),
  f64x2Mul: vector(242),
  f64x2Div: vector(243),
  f64x2Min: vector(244),
  f64x2Max: vector(245),
  i32x4TruncSatF64x2SZero: vector(252),
  f64x2ConvertLowI32x4S: vector(254),
  f64x2ConvertLowI32x4U: vector(255),
} as const satisfies Record<string, Opcode>;
