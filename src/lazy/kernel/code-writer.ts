import type { Opcode, ValueType } from "./opcodes.js";

/** A number of a local variable. */
export type Local = number;

/** `value` as unsigned LEB128 (core specification 2.0, 5.2.2). */
export function unsignedLeb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return bytes;
}

/** A 32-bit integer as signed LEB128. */
export function signedLeb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest < -0x40 || rest > 0x3f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  bytes.push(rest & 0x7f);
  return bytes;
}

/** The eight bytes of a double, least first. */
export function doubleBytes(value: number): number[] {
  return [...new Uint8Array(Float64Array.of(value).buffer)];
}

/** The body of one function, written instruction by instruction. */
export class CodeWriter {
  readonly #parameterCount: number;
  readonly #localTypes: ValueType[] = [];
  /** Constants, computed once before everything else. */
  #prologue: number[] = [];
  #body: number[] = [];
  readonly #hoisted = new Map<string, Local>();

  constructor(parameterCount: number) {
    this.#parameterCount = parameterCount;
  }

  /** A new local variable, 0 at first. */
  local(type: ValueType): Local {
    return this.#parameterCount + this.#localTypes.push(type) - 1;
  }

  /** A new variable with what lies on the stack. */
  keep(type: ValueType): Local {
    const local = this.local(type);
    this.set(local);
    return local;
  }

  /** The variable that holds a value known before the loop: what `write` leaves on the stack, written once per key. */
  hoist(key: string, type: ValueType, write: () => void): Local {
    const known = this.#hoisted.get(key);
    if (known !== undefined) return known;
    const local = this.local(type);
    this.#hoisted.set(key, local);
    const body = this.#body;
    this.#body = this.#prologue;
    write();
    this.set(local);
    this.#body = body;
    return local;
  }

  op(opcode: Opcode, ...immediates: readonly number[]): void {
    for (const byte of opcode) this.#body.push(byte);
    for (const byte of immediates) this.#body.push(byte);
  }

  /** A load or store at the address on the stack plus `offset`; nothing is promised about alignment. */
  memory(opcode: Opcode, offset: number): void {
    this.op(opcode, 0, ...unsignedLeb(offset));
  }

  get(...locals: readonly Local[]): void {
    for (const local of locals) this.op([0x20], ...unsignedLeb(local));
  }

  set(local: Local): void {
    this.op([0x21], ...unsignedLeb(local));
  }

  tee(local: Local): void {
    this.op([0x22], ...unsignedLeb(local));
  }

  i32(value: number): void {
    this.op([0x41], ...signedLeb(value));
  }

  i64Zero(): void {
    this.op([0x42], 0);
  }

  f64(value: number): void {
    this.op([0x44], ...doubleBytes(value));
  }

  /** Runs `write` between `block` and `end`: a branch to its depth leaves it. */
  block(write: () => void): void {
    this.#nest(0x02, 0x40, write);
  }

  /** Runs `write` between `loop` and `end`: a branch to its depth starts it again. */
  loop(write: () => void): void {
    this.#nest(0x03, 0x40, write);
  }

  /** One of two ways to a value of `type`, by the condition on the stack. */
  choose(type: ValueType, yes: () => void, no: () => void): void {
    this.#nest(0x04, type, () => {
      yes();
      this.op([0x05]);
      no();
    });
  }

  branch(depth: number): void {
    this.op([0x0c], depth);
  }

  branchIf(depth: number): void {
    this.op([0x0d], depth);
  }

  call(functionIndex: number): void {
    this.op([0x10], ...unsignedLeb(functionIndex));
  }

  /** The function as its section holds it: locals, instructions, end. */
  finish(): number[] {
    const runs: [count: number, type: ValueType][] = [];
    for (const type of this.#localTypes) {
      const last = runs.at(-1);
      if (last?.[1] === type) last[0]++;
      else runs.push([1, type]);
    }
    const locals = runs.flatMap(([count, type]) => [...unsignedLeb(count), type]);
    return unsignedLeb(runs.length).concat(locals, this.#prologue, this.#body, [0x0b]);
  }

  #nest(opcode: number, type: number, write: () => void): void {
    this.op([opcode], type);
    write();
    this.op([0x0b]);
  }
}
