import { describe, it } from "vitest";
import type { ComputeOptions, DataArray } from "../../src/index.js";
import { answerSteps } from "./apply-step.js";
import { expectAnswer, type OracleCase, type SeriesOracle, titleOf } from "./xarray-oracle.js";

const titled = (cases: readonly OracleCase[]) => cases.map((asked) => [titleOf(asked), asked] as const);
const verbOf = ({ steps }: OracleCase) => steps.map(({ verb, reduce = "" }) => `${verb} ${reduce}`).join();

/** The last case of each verb and each way of reducing. */
const oneOfEach = (cases: readonly OracleCase[]) =>
  cases.filter((asked, i) => cases.findLastIndex((other) => verbOf(other) === verbOf(asked)) === i);

/** True for a median or quantile over y or x: all of its values must fit in memory, and it is refused where they do not. */
const sortsPixels = ({ steps }: OracleCase) =>
  steps.some(({ verb, dims = [] }) => /median|quantile/.test(verb) && (dims.includes("y") || dims.includes("x")));

/** Ask all with one thread, and some of each kind with two and with so little memory that blocks are cut. */
export function describeCases(series: SeriesOracle, arrayOf: (asked: OracleCase) => DataArray | Promise<DataArray>) {
  const some = oneOfEach(series.cases);
  const runs: [string, readonly OracleCase[], ComputeOptions][] = [
    ["with one thread", series.cases, { threads: 0 }],
    ["with two threads", some, { threads: 2 }],
    ["with memory for some rows", some.filter((asked) => !sortsPixels(asked)), { threads: 0, memoryBytes: 2 ** 20 }],
  ];
  describe.each(runs)("%s", (_, cases, options) => {
    it.each(titled(cases))("%s", async (_, asked) => {
      const steps = asked.steps.filter(({ verb }) => verb !== "solarDay");
      expectAnswer(await answerSteps(await arrayOf(asked), steps, options), asked);
    });
  });
}
