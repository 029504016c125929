/** Logarithm of base 2 of a positive number, to a hundredth: enough to compare costs. */
export function log2(value: u32): f32 {
  const whole = 31 - clz(value);
  const rest = <f32>value / <f32>(1 << whole) - 1;
  return <f32>whole + rest * (1.34 - 0.34 * rest);
}
