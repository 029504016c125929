import type { ScalarMath } from "../expression/scalar-math.js";
import { unsignedLeb } from "./code-writer.js";
import { ValueType } from "./opcodes.js";

/** A function that the module asks its maker for: numbers in, one number out. */
export interface ImportedFunction {
  readonly name: ScalarMath;
  readonly arity: 1 | 2;
}

/** Sections of a module, by their numbers (core specification 2.0, 5.5). */
const Section = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;

/** Type numbers: the exported function, then the imported ones by how many numbers they take. */
const RUN_TYPE = 0;

/**
 * A module of one function `run: i32 → i32` over a memory that it is given, as bytes.
 *
 * Imports are `env.memory` and `math.<name>` for each function; those are called by their place in `imports`, `run`
 * comes after them.
 *
 * @param body What `CodeWriter.finish` returned.
 */
export function assembleModule(imports: readonly ImportedFunction[], body: readonly number[]): Uint8Array<ArrayBuffer> {
  const { f64, i32 } = ValueType;
  const types = [
    [0x60, 1, i32, 1, i32],
    [0x60, 1, f64, 1, f64],
    [0x60, 2, f64, f64, 1, f64],
  ];
  // Memory limits: at least one page, no upper end.
  const memory = [...text("env"), ...text("memory"), 0x02, 0x00, 1];
  const functions = imports.map(({ name, arity }) => [...text("math"), ...text(name), 0x00, arity]);
  return Uint8Array.from(
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0].concat(
      section(Section.type, types),
      section(Section.import, [memory, ...functions]),
      section(Section.function, [[RUN_TYPE]]),
      section(Section.export, [[...text("run"), 0x00, ...unsignedLeb(imports.length)]]),
      section(Section.code, [unsignedLeb(body.length).concat(body)]),
    ),
  );
}

function section(id: number, entries: readonly (readonly number[])[]): number[] {
  const content = unsignedLeb(entries.length).concat(...entries);
  return [id].concat(unsignedLeb(content.length), content);
}

function text(value: string): number[] {
  const bytes = [...new TextEncoder().encode(value)];
  return [...unsignedLeb(bytes.length), ...bytes];
}
