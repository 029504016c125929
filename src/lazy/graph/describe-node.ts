import type { Expr } from "../expression/expr.js";
import { formatExpression, quoteName } from "../expression/format-expression.js";
import { substitute } from "../expression/substitute.js";
import type { MathNode, Node, Reducer } from "./node.js";

/** Longer texts are cut: a name is to be read. */
const MAX_LENGTH = 200;
/** Arithmetic on arithmetic is written as one expression down to this depth. */
const MAX_DEPTH = 12;

/** An array as text: band math as it is written, reductions as calls. */
export function describeNode(node: Node): string {
  const text = describe(node, 0);
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1)}…` : text;
}

function describe(node: Node, depth: number): string {
  if (depth > MAX_DEPTH) return "…";
  const inner = (input: Node) => describe(input, depth + 1);
  switch (node.kind) {
    case "scenes":
      return quoteName(node.band);
    case "math":
      return describeMath(node, depth);
    case "reduce":
      return `${describeReducer(node.reducer)}(${inner(node.input)}, ${reducedDims(node)})`;
    case "rolling":
      return `rolling_${node.reducer.name}(${inner(node.input)}, ${node.before + node.after + 1})`;
    case "scan":
      return `${node.scan.name}(${inner(node.input)})`;
    case "take":
      return inner(node.input);
    case "stack":
      return node.inputs.map(inner).join(", ");
    case "pick":
      return `pick(${inner(node.input)}, ${inner(node.index)})`;
    case "grow":
      return `grow(${inner(node.input)}, ${node.reach.distance})`;
    case "array":
      return "array";
  }
}

function describeMath(node: MathNode, depth: number): string {
  const names: string[] = [];
  const write = (math: MathNode, level: number): Expr =>
    substitute(math.expr, (name) => {
      const input = math.inputs[Number(name)] as Node;
      if (input.kind === "math" && level < MAX_DEPTH) return write(input, level + 1);
      return { kind: "band", name: String(names.push(describe(input, level + 1)) - 1) };
    });
  return formatExpression(write(node, depth), (name) => names[Number(name)] ?? "…");
}

function describeReducer(reducer: Reducer): string {
  return reducer.name === "quantile" ? `quantile_${reducer.q.join("_")}` : reducer.name;
}

function reducedDims({ over, groups }: Node & { kind: "reduce" }): string {
  const outer = groups === null ? "time" : "groups of time";
  return [over.outer && outer, over.band && "band", over.y && "y", over.x && "x"].filter(Boolean).join(", ");
}

/** One line of a drawing for each node, inputs indented below what reads them. */
export function drawNode(node: Node): string {
  const lines: string[] = [];
  const seen = new Map<Node, number>();
  const draw = (current: Node, prefix: string, connector: string): void => {
    const known = seen.get(current);
    const label = `${titleOf(current)}  ${shapeText(current)}`;
    lines.push(`${prefix}${connector}${label}${known === undefined ? "" : "  (as above)"}`);
    if (known !== undefined) return;
    seen.set(current, lines.length);
    const inner = connector === "" ? prefix : `${prefix}${connector.startsWith("└") ? "   " : "│  "}`;
    const inputs = [...new Set(directInputs(current))];
    for (const [i, input] of inputs.entries()) draw(input, inner, i === inputs.length - 1 ? "└─ " : "├─ ");
  };
  draw(node, "", "");
  return lines.join("\n");
}

/** Inputs with the arithmetic in between taken as one. */
function directInputs(node: Node): Node[] {
  if (node.kind === "math") {
    return node.inputs.flatMap((input) => (input.kind === "math" ? directInputs(input) : [input]));
  }
  if (node.kind === "stack") return [...node.inputs];
  if (node.kind === "pick") return [node.input, node.index];
  return "input" in node ? [node.input] : [];
}

function titleOf(node: Node): string {
  switch (node.kind) {
    case "scenes":
      return `band ${node.band}`;
    case "math":
      return describeNode(node);
    case "reduce":
      return `${describeReducer(node.reducer)} over ${reducedDims(node)}`;
    case "rolling":
      return `rolling ${node.reducer.name} of ${node.before + node.after + 1}`;
    case "take":
      return `select ${node.positions.length} of ${node.dim === "outer" ? "time" : "band"}`;
    case "stack":
      return `stack along ${node.dim === "outer" ? "time" : "band"}`;
    case "grow":
      return `grow by ${node.reach.distance}`;
    case "scan":
      return node.scan.name;
    default:
      return node.kind;
  }
}

function shapeText({ shape, dtype }: Node): string {
  const dims = [
    shape.outer !== null && `time ${shape.outer}`,
    shape.band !== null && `band ${shape.band}`,
    shape.y && "y",
    shape.x && "x",
  ];
  return `(${dims.filter(Boolean).join(", ")}) ${dtype}`;
}
