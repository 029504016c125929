import { didYouMean } from "../../did-you-mean.js";
import { type ExpressionError, isPixelQueryError } from "../../errors.js";
import { type Expr, type FunctionName, functions, MAX_NODES } from "./expr.js";
import { expressionFault } from "./expression-fault.js";
import { binaryPower, comparisonPower, isBinaryOp, minusPower, notPower } from "./precedence.js";
import { isReservedWord, type Token, tokenize } from "./tokens.js";

/** Characters an expression may have. */
const MAX_LENGTH = 16_384;
/** Brackets, signs and powers inside each other: each is a level of the parser's own recursion. */
const MAX_NESTING = 100;
/** `b0`, `b1` …: a band by its place, as the Python package has it. */
const INDEXED = /^b(\d+)$/;

/** Names that numpy spells differently. */
const aliases: Readonly<Record<string, FunctionName>> = { minimum: "min", maximum: "max", absolute: "abs" };

/**
 * Band math from text: `(nir - red) / (nir + red)`.
 *
 * - Operators, loosest first, as in Python: `or`, `and`, `not`, comparisons (`< <= > >= == !=`, not chained), `|`, `&`,
 *   `<< >>`, `+ -`, `* / %`, a sign, `**` (from the right).
 * - Functions: those of {@link functions}, also with numpy's prefix (`np.sqrt`) and as `minimum`, `maximum`,
 *   `absolute`. Numbers as in Python (`1e-4`, `0xff`, `0b1010`), `pi`, and `nan` for no value.
 * - A spectral index by its name where `options` knows any: `index("NDVI")`.
 * - Bands by name; `{"band 1"}` for a name that is no word; `b0`, `b1` … by place from 0, unless a band is itself
 *   called like that, when only names count.
 *
 * Nothing is evaluated, neither as JavaScript nor otherwise.
 *
 * @param bandNames Every band that may be read, in the order that `b0`, `b1` … count.
 * @throws ExpressionError with a caret line under the fault; `details.position` is its index.
 */
export function parseExpression(text: string, bandNames: readonly string[], options: ParseOptions = {}): Expr {
  if (text.length > MAX_LENGTH) {
    throw expressionFault(`an expression may have ${MAX_LENGTH} characters, this one has ${text.length}`, text, 0, 1);
  }
  return new Parser(text, bandNames, options).parse();
}

/** What stands outside of the language itself. */
export interface ParseOptions {
  /** The expression that `index("NDVI")` stands for; without it no index is known. */
  readonly indexOf?: (name: string) => Expr;
}

/** A Pratt parser: each operator takes what binds tighter than itself. */
class Parser {
  readonly #text: string;
  readonly #bandNames: readonly string[];
  readonly #tokens: readonly Token[];
  readonly #indexOf: ParseOptions["indexOf"];
  readonly #byPlace: boolean;
  #next = 0;
  #nesting = 0;
  #nodes = 0;

  constructor(text: string, bandNames: readonly string[], { indexOf }: ParseOptions) {
    this.#text = text;
    this.#indexOf = indexOf;
    this.#bandNames = bandNames;
    this.#byPlace = !bandNames.some((name) => INDEXED.test(name));
    this.#tokens = tokenize(text);
  }

  parse(): Expr {
    if (this.#peek().kind === "end") throw this.#fault("the expression is empty", this.#peek());
    const expr = this.#parseTerm(0);
    const rest = this.#peek();
    if (rest.kind === "end") return expr;
    throw this.#fault(rest.text === ")" ? "there is no bracket to close" : "an operator is missing before this", rest);
  }

  #peek(): Token {
    return this.#tokens[this.#next]!;
  }

  #take(): Token {
    const token = this.#peek();
    if (token.kind !== "end") this.#next++;
    return token;
  }

  #fault(message: string, token: Token): ExpressionError {
    return expressionFault(message, this.#text, token.position, token.text.length);
  }

  #node(expr: Expr, token: Token): Expr {
    if (++this.#nodes > MAX_NODES) throw this.#fault(`an expression may have ${MAX_NODES} parts`, token);
    return expr;
  }

  /** Everything from here on that binds tighter than `power`. */
  #parseTerm(power: number): Expr {
    if (++this.#nesting > MAX_NESTING) {
      throw this.#fault(`brackets, signs and powers may be nested ${MAX_NESTING} deep`, this.#peek());
    }
    let left = this.#parsePrefix(power);
    for (let token = this.#peek(); isBinaryOp(token.text); token = this.#peek()) {
      const own = binaryPower[token.text];
      if (own <= power) break;
      left = this.#parseBinary(left, this.#take());
    }
    this.#nesting--;
    return left;
  }

  #parseBinary(left: Expr, token: Token): Expr {
    const op = token.text;
    if (!isBinaryOp(op)) throw this.#fault(`"${op}" is no operator`, token);
    const own = binaryPower[op];
    // `a ** b ** c` is `a ** (b ** c)`, and a sign may follow `**` at once: 2 ** -1.
    const right = this.#parseTerm(op === "**" ? minusPower - 1 : own);
    const follower = this.#peek();
    if (own === comparisonPower && isBinaryOp(follower.text) && binaryPower[follower.text] === comparisonPower) {
      const message = "comparisons do not chain: write a < b and b < c, and brackets around each side of & and |";
      throw this.#fault(message, follower);
    }
    return this.#node({ kind: "binary", op, left, right }, token);
  }

  #parsePrefix(power: number): Expr {
    const token = this.#take();
    if (token.kind === "number") return this.#node({ kind: "number", value: token.value }, token);
    if (token.kind === "quoted") return this.#parseBand(token);
    if (token.kind === "index") return this.#parseIndex(token);
    if (token.text === "not" && power >= notPower)
      throw this.#fault("put brackets around this not and its term", token);
    if (token.kind === "name") return this.#parseName(token);
    if (token.text === "(") return this.#parseBracket(token);
    if (token.text === "-") return this.#parseMinus(token);
    if (token.text === "+") return this.#parseTerm(minusPower - 1);
    if (token.kind === "end") throw this.#fault("the expression ends where a band, a number or ( should follow", token);
    throw this.#fault(`a band, a number or ( should stand here, not ${token.text}`, token);
  }

  #parseBracket(open: Token): Expr {
    const inner = this.#parseTerm(0);
    if (this.#peek().text !== ")") throw this.#unclosed(open);
    this.#take();
    return inner;
  }

  #unclosed(open: Token): ExpressionError {
    const token = this.#peek();
    return token.kind === "end"
      ? this.#fault("this bracket is never closed", open)
      : this.#fault("an operator or ) should stand here", token);
  }

  #parseMinus(token: Token): Expr {
    const literal = this.#peek();
    const operand = this.#parseTerm(minusPower - 1);
    // -3 is a number and not the negation of one; JSON has no -0.
    const isLiteral = literal.kind === "number" && operand.kind === "number";
    if (isLiteral) return { kind: "number", value: operand.value === 0 ? 0 : -operand.value };
    return this.#node({ kind: "unary", op: "-", operand }, token);
  }

  #parseName(token: Token): Expr {
    if (this.#peek().text === "(" && !isReservedWord(token.text)) return this.#parseCall(token);
    switch (token.text) {
      case "not":
        return this.#node({ kind: "unary", op: "not", operand: this.#parseTerm(notPower - 1) }, token);
      case "nan":
        return this.#node({ kind: "nan" }, token);
      case "pi":
        return this.#node({ kind: "number", value: Math.PI }, token);
      case "and":
      case "or":
        throw this.#fault(`a band, a number or ( should stand before "${token.text}"`, token);
      default:
        return this.#parseBand(token);
    }
  }

  #parseBand(token: Token): Expr {
    const names = this.#bandNames;
    if (names.includes(token.name)) return this.#node({ kind: "band", name: token.name }, token);
    const place = token.kind === "name" && this.#byPlace ? INDEXED.exec(token.name)?.[1] : undefined;
    if (place !== undefined) {
      const name = names[Number(place)];
      if (name !== undefined) return this.#node({ kind: "band", name }, token);
      const range = names.length === 0 ? "no band" : names.length === 1 ? "only b0" : `b0 to b${names.length - 1}`;
      throw this.#fault(`there is no band ${token.name}: there is ${range}`, token);
    }
    const advice = didYouMean(token.name, names) || `; there is ${listed(names)}`;
    throw this.#fault(`unknown band "${token.name}"${advice}`, token);
  }

  #parseIndex(token: Token): Expr {
    if (this.#indexOf === undefined) throw this.#fault("no spectral index is known here", token);
    try {
      return this.#node(this.#indexOf(token.name), token);
    } catch (cause) {
      if (!isPixelQueryError(cause, "ExpressionError")) throw cause;
      throw this.#fault(cause.message, token);
    }
  }

  #parseCall(token: Token): Expr {
    const name = Object.hasOwn(aliases, token.text) ? aliases[token.text]! : token.text;
    if (!isFunctionName(name)) {
      const known = [...Object.keys(functions), ...Object.keys(aliases)];
      const advice = didYouMean(name, known) || `; there is ${listed(Object.keys(functions))}`;
      throw this.#fault(`unknown function "${token.text}"${advice}`, token);
    }
    const args = this.#parseArguments();
    const { least, most } = functions[name];
    if (args.length < least || (most !== null && args.length > most)) {
      const wanted = most === null ? `at least ${least}` : most === least ? `${least}` : `${least} or ${most}`;
      const noun = wanted === "1" ? "argument" : "arguments";
      throw this.#fault(`${token.text}() takes ${wanted} ${noun}, here it has ${args.length}`, token);
    }
    return this.#node({ kind: "call", name, args }, token);
  }

  #parseArguments(): Expr[] {
    const open = this.#take();
    const args: Expr[] = [];
    if (this.#peek().text === ")") {
      this.#take();
      return args;
    }
    for (;;) {
      args.push(this.#parseTerm(0));
      const token = this.#peek();
      if (token.text !== "," && token.text !== ")") throw this.#unclosed(open);
      this.#take();
      if (token.text === ")") return args;
    }
  }
}

function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(functions, name);
}

/** The first names of a list as text, so that a message stays one line. */
function listed(names: readonly string[]): string {
  if (names.length === 0) return "none";
  const shown = names.slice(0, 12).join(", ");
  return names.length > 12 ? `${shown} … (${names.length} in all)` : shown;
}
