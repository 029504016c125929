import { expressionFault } from "./expression-fault.js";

/** One word of an expression; `position` counts UTF-16 code units from 0. */
export interface Token {
  readonly kind: "number" | "name" | "quoted" | "index" | "symbol" | "end";
  /** The characters as written. */
  readonly text: string;
  readonly position: number;
  /** The value of a number; 0 for the other kinds. */
  readonly value: number;
  /** The name between the quotes of a `{"band name"}` or an `index("NDVI")`; `text` for the other kinds. */
  readonly name: string;
}

/** A name that can stand without quotes. */
const NAME = /[\p{L}_][\p{L}\p{M}\p{N}_]*/uy;
const NUMBER = /0[xX][0-9a-fA-F]+|0[bB][01]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const QUOTED = /\{\s*("(?:[^"\\\p{Cc}]|\\.)*")\s*\}/uy;
/** A spectral index by its name, whole: nowhere else does a text stand in quotes. */
const INDEX = /index\s*\(\s*(?:"[^"]*"|'[^']*')\s*\)/uy;
const SYMBOL = /\*\*|<<|>>|<=|>=|==|!=|&(?!&)|\|(?!\|)|[-+*/%<>(),]/y;
const SPACE = /\s+/y;
/** numpy's prefix, which people bring along from Python: `np.sqrt(nir)`. */
const NUMPY_PREFIX = /(?:np|numpy)\.(?=[a-z])/y;

/** What people write from other languages, and what it is called here. */
const foreign: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [/&&/y, "`&&` is written `and`"],
  [/\|\|/y, "`||` is written `or`"],
  [/!/y, "`!` is written `not`"],
  [/~/y, "`~` is written `not`"],
  [/\^/y, "`^` is written `**` for a power"],
  [/=/y, "`=` compares as `==`"],
  [/\{/y, 'an awkward band name is written `{"band name"}`'],
  [/["']/y, 'a band name in quotes is written `{"band name"}`'],
  [/\?/y, "`a ? b : c` is written `where(a, b, c)`"],
];

/** Words that are never a band unless written `{"and"}`. */
const reserved: ReadonlySet<string> = new Set(["and", "or", "not", "nan", "pi"]);

/** True for a word of the language itself, which no band can be called by. */
export function isReservedWord(word: string): boolean {
  return reserved.has(word);
}

/** True where a band of this name needs no quotes. */
export function isPlainName(name: string): boolean {
  return matchAt(NAME, name, 0) === name && !isReservedWord(name);
}

/**
 * The words of `text`, closed by one of kind `end`.
 *
 * @throws ExpressionError at the first character that begins no word.
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (position < text.length) {
    const skipped = matchAt(SPACE, text, position) ?? matchAt(NUMPY_PREFIX, text, position);
    if (skipped !== null) {
      position += skipped.length;
      continue;
    }
    const token = readToken(text, position);
    tokens.push(token);
    position += token.text.length;
  }
  tokens.push({ kind: "end", text: "", position: text.length, value: 0, name: "" });
  return tokens;
}

function matchAt(pattern: RegExp, text: string, position: number): string | null {
  pattern.lastIndex = position;
  return pattern.exec(text)?.[0] ?? null;
}

function readToken(text: string, position: number): Token {
  const index = matchAt(INDEX, text, position);
  if (index !== null) {
    return { kind: "index", text: index, position, value: 0, name: index.replace(/^[^"']*["']|["'][^"']*$/g, "") };
  }
  const name = matchAt(NAME, text, position);
  if (name !== null) return { kind: "name", text: name, position, value: 0, name };
  const number = matchAt(NUMBER, text, position);
  if (number !== null) return readNumber(text, position, number);
  const quoted = matchAt(QUOTED, text, position);
  if (quoted !== null) return readQuoted(text, position, quoted);
  const symbol = matchAt(SYMBOL, text, position);
  if (symbol !== null) return { kind: "symbol", text: symbol, position, value: 0, name: symbol };
  const advice = foreign.find(([pattern]) => matchAt(pattern, text, position) !== null)?.[1];
  const character = String.fromCodePoint(text.codePointAt(position)!);
  throw expressionFault(advice ?? `"${character}" has no meaning here`, text, position, character.length);
}

function readNumber(text: string, position: number, number: string): Token {
  const follower = matchAt(NAME, text, position + number.length);
  if (follower !== null) {
    const message = `"${number}${follower}" is neither a number nor a name; a product is written ${number} * ${follower}`;
    throw expressionFault(message, text, position, number.length + follower.length);
  }
  const value = Number(number);
  if (!Number.isFinite(value)) throw expressionFault(`${number} is too large a number`, text, position, number.length);
  return { kind: "number", text: number, position, value, name: number };
}

function readQuoted(text: string, position: number, quoted: string): Token {
  try {
    const name = JSON.parse(quoted.slice(1, -1)) as string;
    return { kind: "quoted", text: quoted, position, value: 0, name };
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw expressionFault("the name in quotes is no JSON string", text, position, quoted.length);
  }
}
