import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import type { NdArray } from "../../src/ndarray/nd-array.js";
import { Status } from "../../src/ndarray/status.js";

/** One rule that takes pixels away: where a mask band has any of these bits, or one of these values. */
export interface OracleMask {
  band: string;
  bits?: readonly number[];
  bitRange?: readonly [low: number, high: number];
  values?: readonly number[];
  /** The rule holds also within this distance of where it holds. */
  growMetres?: number;
}

/** One verb of a question with its arguments, as `scripts/oracle/cube_verbs.py` reads it. */
export interface OracleStep {
  verb: string;
  dims?: readonly string[];
  skipna?: false;
  minCount?: number;
  q?: number | readonly number[];
  time?: string;
  group?: string;
  reduce?: string;
  window?: number;
  center?: boolean;
  minPeriods?: number | null;
  method?: "linear" | "nearest";
  limit?: number;
  maxGapDays?: number;
  start?: number;
  stop?: number;
  value?: number;
  values?: readonly number[];
  min?: number;
  max?: number;
  scale?: number;
  offset?: number;
}

/** What xarray answers; `scripts/oracle/cube.py` says what each field is. */
export interface OracleAnswer {
  dims: readonly string[];
  shape: readonly number[];
  coords?: Readonly<Record<string, readonly (string | number)[]>>;
  values?: readonly (number | null)[];
  sample?: readonly number[];
  stride?: number;
  sum: number;
  absSum: number;
  valid: number;
  missing: number;
  missingSha256: string;
}

/** A question with its answer. */
export interface OracleCase extends OracleAnswer {
  /** Band math, or `bands` for the first six stacked. */
  of: string;
  mask: readonly OracleMask[];
  steps: readonly OracleStep[];
}

/** The scenes of a series and what xarray says of them. */
export interface SeriesOracle {
  files: readonly string[];
  times: readonly string[];
  size: readonly [rows: number, cols: number];
  cases: readonly OracleCase[];
}

/** The oracle of a series. */
export function readSeriesOracle(name: "landsat" | "slovenia" | "slovenia-68"): SeriesOracle {
  return JSON.parse(readFileSync(new URL(`./oracle/${name}.json`, import.meta.url), "utf8")) as SeriesOracle;
}

/** A case in words, for a test's title. */
export function titleOf({ of, mask, steps }: OracleCase): string {
  const verbs = steps.map(({ verb, ...rest }) => `${verb} ${Object.values(rest).join(" ")}`.trim());
  const rules = mask.map((rule) => Object.values(rule).join(" "));
  return [of, ...verbs, ...(rules.length > 0 ? [`without ${rules.join(" and ")}`] : [])].join(", ");
}

/**
 * The band math of a question in which every band is first masked by its rules, none of which grows.
 *
 * @param bands Names of all bands that the expression may have.
 */
export function maskedExpression({ of, mask }: Pick<OracleCase, "of" | "mask">, bands: readonly string[]): string {
  const conditions = mask.map(conditionOf).join(" or ");
  if (conditions === "") return of;
  const names = new RegExp(`\\b(${bands.join("|")})\\b`, "g");
  return of.replace(names, (band) => `where(${conditions}, nan, ${band})`);
}

function conditionOf({ band, bits, bitRange, values = [] }: OracleMask): string {
  if (bits !== undefined) return `(${band} & ${bits.reduce((mask, bit) => mask | (1 << bit), 0)}) != 0`;
  const field =
    bitRange === undefined ? band : `(${band} >> ${bitRange[0]} & ${2 ** (bitRange[1] - bitRange[0] + 1) - 1})`;
  return `(${values.map((value) => `${field} == ${value}`).join(" or ")})`;
}

/**
 * Expect what xarray has: the same dimensions and labels, missing in the very same pixels, and values within `rtol` of what
 * is sampled and of the sum.
 */
export function expectAnswer(actual: NdArray, expected: OracleAnswer, rtol = 1e-5): void {
  const { data, status, dims, shape } = actual;
  expect({ dims, shape }).toEqual({ dims: expected.dims, shape: expected.shape });
  for (const [dim, labels] of Object.entries(expected.coords ?? {})) {
    const wanted = dim === "time" ? labels.map((label) => new Date(label)) : labels;
    expect([...(actual.coords[dim]?.values ?? [])], dim).toEqual(wanted);
  }
  const missing = new Uint8Array(data.length);
  const found: number[] = [];
  for (let at = 0; at < data.length; at++) {
    if (status !== null && status[at] !== Status.valid) missing[at] = 1;
    else found.push(Number(data[at]));
  }
  expect({ valid: found.length, missing: data.length - found.length }).toEqual({
    valid: expected.valid,
    missing: expected.missing,
  });
  expect(createHash("sha256").update(missing).digest("hex")).toBe(expected.missingSha256);
  let sum = 0;
  for (const value of found) sum += value;
  expectClose([sum], [expected.sum], rtol * expected.absSum);
  const { sample = (expected.values ?? []).filter((value) => value !== null), stride = 1 } = expected;
  const sampled = sample.map((_, place) => found[place * stride]!);
  // Where values cancel, such as an anomaly of nothing, a relative difference means nothing.
  expectClose(sampled, sample, (1e-9 * expected.absSum) / Math.max(1, expected.valid), rtol);
}

function expectClose(actual: readonly number[], expected: readonly number[], atol: number, rtol = 0): void {
  expect(actual.length).toBe(expected.length);
  const far = expected.findIndex((value, at) => !(Math.abs(actual[at]! - value) <= atol + rtol * Math.abs(value)));
  if (far >= 0) expect({ at: far, value: actual[far] }).toEqual({ at: far, value: expected[far] });
}
