import { describe, expect, it } from "vitest";
import { CodeWriter, signedLeb, unsignedLeb } from "../../../src/lazy/kernel/code-writer.js";
import { op, ValueType } from "../../../src/lazy/kernel/opcodes.js";
import { assembleModule } from "../../../src/lazy/kernel/wasm-module.js";

/** Run one function of the engine's own making: it judges the bytes. */
function run(code: CodeWriter, argument: number, sin: (x: number) => number = Math.sin): number {
  const module = new WebAssembly.Module(assembleModule([{ name: "sin", arity: 1 }], code.finish()));
  const env = { memory: new WebAssembly.Memory({ initial: 1 }) };
  const { exports } = new WebAssembly.Instance(module, { env, math: { sin } });
  return (exports.run as (argument: number) => number)(argument);
}

describe("LEB128", () => {
  it.each([
    [0, [0]],
    [127, [127]],
    [128, [0x80, 1]],
    [624485, [0xe5, 0x8e, 0x26]],
    [4294967295, [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ])("writes %d without sign", (value, bytes) => expect(unsignedLeb(value)).toEqual(bytes));

  it.each([
    [0, [0]],
    [63, [63]],
    [64, [0xc0, 0]],
    [-1, [0x7f]],
    [-64, [0x40]],
    [-65, [0xbf, 0x7f]],
    [-123456, [0xc0, 0xbb, 0x78]],
    [-2147483648, [0x80, 0x80, 0x80, 0x80, 0x78]],
    [2147483647, [0xff, 0xff, 0xff, 0xff, 0x07]],
  ])("writes %d with sign", (value, bytes) => expect(signedLeb(value)).toEqual(bytes));
});

describe("CodeWriter", () => {
  it("loops, and adds a constant that is written once before the loop", () => {
    const code = new CodeWriter(1);
    const sum = code.local(ValueType.i32);
    const rest = code.local(ValueType.i32);
    code.get(0);
    code.set(rest);
    code.loop(() => {
      for (let twice = 0; twice < 2; twice++) {
        code.get(sum);
        code.get(code.hoist("300", ValueType.i32, () => code.i32(300)));
        code.op(op.i32Add);
        code.set(sum);
      }
      code.get(rest);
      code.i32(-1);
      code.op(op.i32Add);
      code.tee(rest);
      code.branchIf(0);
    });
    code.get(sum);
    expect(run(code, 7)).toBe(4200);
  });

  it("chooses, branches out of blocks, and calls imported functions", () => {
    const code = new CodeWriter(1);
    const answer = code.local(ValueType.i32);
    code.block(() => {
      code.get(0);
      code.branchIf(0);
      code.i32(5);
      code.set(answer);
    });
    code.get(answer);
    code.f64(0.25);
    code.call(0);
    code.f64(8.25);
    code.op(op.f64Eq);
    code.choose(
      ValueType.i32,
      () => code.i32(100),
      () => code.i32(-100),
    );
    code.op(op.i32Add);
    expect(run(code, 1, (x) => x + 8)).toBe(100);
    expect(run(code, 0, (x) => x + 8)).toBe(105);
    expect(run(code, 0, (x) => x + 9)).toBe(-95);
  });
});
