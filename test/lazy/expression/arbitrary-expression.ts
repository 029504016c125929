import fc from "fast-check";
import { type BinaryOp, type Expr, type FunctionName, functions } from "../../../src/lazy/expression/expr.js";
import { binaryPower } from "../../../src/lazy/expression/precedence.js";

const operators = Object.keys(binaryPower) as BinaryOp[];
const names = Object.keys(functions) as FunctionName[];

/** Any expression over these bands, up to a few dozen parts. */
export function expressions(bandNames: readonly string[]): fc.Arbitrary<Expr> {
  const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value));
  const { expr } = fc.letrec<{ expr: Expr }>((tie) => {
    const call = fc.constantFrom(...names).chain((name) => {
      const { least, most } = functions[name];
      const args = fc.array(tie("expr"), { minLength: least, maxLength: most ?? least + 2 });
      return args.map((list): Expr => ({ kind: "call", name, args: list }));
    });
    return {
      expr: fc.oneof(
        { maxDepth: 5, withCrossShrink: true },
        fc.constantFrom(...bandNames).map((name): Expr => ({ kind: "band", name })),
        fc.oneof(fc.integer(), finite).map((value): Expr => ({ kind: "number", value })),
        fc.constant<Expr>({ kind: "nan" }),
        fc.record({ kind: fc.constant("unary" as const), op: fc.constantFrom("-", "not"), operand: tie("expr") }),
        fc.record({
          kind: fc.constant("binary" as const),
          op: fc.constantFrom(...operators),
          left: tie("expr"),
          right: tie("expr"),
        }),
        call,
      ),
    };
  });
  return expr;
}
