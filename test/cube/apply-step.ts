import type { ComputeOptions, DataArray, GroupedArray, NdArray } from "../../src/index.js";
import type { OracleStep } from "./xarray-oracle.js";

const DAY_MS = 86_400_000;

/**
 * The array after one verb of a question, by methods alone.
 *
 * What people rely on differs from xarray in two places, which are put right here, in the open: the sum of nothing is
 * missing and not 0, and a count is never missing, also in a period without any scene, where xarray has NaN.
 */
export function applyStep(array: DataArray, step: OracleStep): DataArray {
  switch (step.verb) {
    case "isel":
      return array.isel({ time: { start: step.start!, stop: step.stop! } });
    case "resample":
      return resampled(array, step);
    case "groupby":
      return grouped(array.groupby(step.group!), step);
    case "anomaly": {
      const groups = array.groupby(step.group!);
      return groups.sub(groups.mean());
    }
    case "rolling":
      return rolled(array, step);
    case "diff":
      return array.diff();
    case "cumsum":
      return array.cumsum();
    case "ffill":
      return array.ffill("time", step.limit);
    case "bfill":
      return array.bfill("time", step.limit);
    case "interpolate": {
      const maxGap = step.maxGapDays === undefined ? {} : { maxGapMs: step.maxGapDays * DAY_MS };
      return array.interpolateNa("time", { method: step.method!, ...maxGap });
    }
    case "fillna":
      return array.fillna(step.value!);
    case "clip":
      return array.clip(step.min, step.max);
    case "isin":
      return array.isin(step.values!);
    case "scale":
      return array.mul(step.scale!).add(step.offset!);
    default:
      return reduced(array, step);
  }
}

function reduced(array: DataArray, step: OracleStep): DataArray {
  const { dims = [], q = 0.5, skipna, minCount } = step;
  const options = { ...(skipna === false && { skipna }), ...(minCount !== undefined && { minCount }) };
  switch (step.verb) {
    case "mean":
    case "min":
    case "max":
    case "std":
    case "variance":
    case "median":
      return array[step.verb](dims, options);
    case "sum":
      return minCount === undefined ? array.sum(dims).fillna(0) : array.sum(dims, options);
    case "quantile":
      return array.quantile(q, dims, options);
    case "count":
    case "first":
    case "last":
      return array[step.verb](dims);
    case "argmin":
    case "argmax":
      return array[step.verb](dims[0]);
    default:
      throw new TypeError(`no verb ${step.verb}`);
  }
}

function grouped(groups: GroupedArray, { reduce, q, minCount }: OracleStep): DataArray {
  switch (reduce) {
    case "mean":
    case "min":
    case "max":
    case "std":
    case "median":
    case "count":
    case "first":
    case "last":
      return groups[reduce]();
    case "sum":
      return minCount === undefined ? groups.sum().fillna(0) : groups.sum();
    case "quantile":
      return groups.quantile(q as number);
    default:
      throw new TypeError(`no reduction ${reduce}`);
  }
}

function resampled(array: DataArray, step: OracleStep): DataArray {
  const periods = { time: step.time! };
  const answer = grouped(array.resample(periods), step);
  const saysNothing = step.reduce === "count" || (step.reduce === "sum" && step.minCount === undefined);
  if (!saysNothing) return answer;
  const scenes = array.isnull().resample(periods).count();
  return answer.where(scenes.gt(0));
}

function rolled(array: DataArray, { window, center, minPeriods, reduce }: OracleStep): DataArray {
  const options = { center: center === true, ...(minPeriods != null && { minPeriods }) };
  const windows = array.rolling({ time: window! }, options);
  switch (reduce) {
    case "mean":
    case "max":
    case "median":
    case "sum":
    case "std":
    case "count":
      return windows[reduce]();
    default:
      throw new TypeError(`no reduction ${reduce}`);
  }
}

/**
 * The answer to a question's verbs. Several quantiles that leave the outermost dimension are asked one by one, which is
 * what the error of asking them at once says.
 */
export async function answerSteps(
  array: DataArray,
  steps: readonly OracleStep[],
  options: ComputeOptions,
): Promise<NdArray> {
  const last = steps[steps.length - 1];
  if (last?.verb !== "quantile" || !Array.isArray(last.q) || last.dims?.includes("time") === true) {
    return steps.reduce(applyStep, array).compute(options);
  }
  const before = steps.slice(0, -1).reduce(applyStep, array);
  const parts: NdArray[] = [];
  for (const q of last.q as number[]) parts.push(await applyStep(before, { ...last, q }).compute(options));
  return stackParts(parts, last.q as number[]);
}

function stackParts(parts: readonly NdArray[], q: readonly number[]): NdArray {
  const [first] = parts as [NdArray];
  return {
    ...first,
    dims: ["quantile", ...first.dims],
    shape: [parts.length, ...first.shape],
    data: Float32Array.from(parts.flatMap(({ data }) => [...(data as Float32Array)])),
    status: Uint8Array.from(parts.flatMap(({ data, status }) => [...(status ?? new Uint8Array(data.length))])),
    coords: { ...first.coords, quantile: { dims: ["quantile"], values: Float64Array.from(q) } },
  };
}
