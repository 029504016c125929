/**
 * Band math over planes of 3519 × 874 pixels (a reach of one Landsat scene), a kernel beside numpy with temporaries and
 * numpy in strips, one thread each: nanoseconds a pixel, the best of several rounds. "mean" is that of six time steps,
 * computed and folded at once: nanoseconds a pixel of one step.
 *
 * Usage: node bench/kernel/kernel.mjs    (python3 with numpy is asked where it is there)
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const PIXELS = 3519 * 874;
const ROUNDS = 12;
const SHARES = [0, 0.01, 0.3];
const STEPS = 6;

const { outputFiles } = await build({
  stdin: {
    contents: `
      export { Kernel, STRIP } from "./src/lazy/kernel/kernel.ts";
      export { Fold } from "./src/lazy/engine/fold.ts";
      export { substitute } from "./src/lazy/expression/substitute.ts";
      export { parseExpression } from "./src/lazy/expression/parse.ts";`,
    resolveDir: fileURLToPath(new URL("../..", import.meta.url)),
  },
  bundle: true,
  format: "esm",
  platform: "node",
  write: false,
});
const source = Buffer.from(outputFiles[0].contents).toString("base64");
const { Fold, Kernel, STRIP, parseExpression, substitute } = await import(`data:text/javascript;base64,${source}`);

const questions = [
  ["NDVI", "(nir - red) / (nir + red)", { nir: "uint16", red: "uint16" }],
  ["EVI", "2.5 * (nir - red) / (nir + 6 * red - 7.5 * blue + 1)", { nir: "uint16", red: "uint16", blue: "uint16" }],
  [
    "NDVI where QA bits are clear",
    "where((qa & 8) == 0 and (qa >> 3) & 1 == 0 and (qa & 16) == 0, (nir - red) / (nir + red))",
    { nir: "uint16", red: "uint16", qa: "uint16" },
  ],
  ["NDVI of float32", "(nir - red) / (nir + red)", { nir: "float32", red: "float32" }],
];

/** Uniform in [0, 1), the same in every run. */
function uniform(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Reflectances; a share of them, scattered, are nodata (0). QA words say "clear", but where `share` says cloud. */
function makePlane(name, dtype, share, seed) {
  const random = uniform(seed);
  const data = dtype === "float32" ? new Float32Array(PIXELS) : new Uint16Array(PIXELS);
  for (let i = 0; i < PIXELS; i++) {
    const isGone = random() < share;
    data[i] = name === "qa" ? (isGone ? 22280 : 21824) : isGone ? 0 : 1 + random() * 20000;
  }
  return { data, status: null, nodata: name === "qa" ? null : 0, scale: 1, offset: 0 };
}

function measure(kernel, planes) {
  const out = new Float64Array(PIXELS);
  let best = Number.POSITIVE_INFINITY;
  let missing = 0;
  for (let round = 0; round < ROUNDS; round++) {
    missing = 0;
    const start = performance.now();
    for (let from = 0; from < PIXELS; from += STRIP) {
      const length = Math.min(STRIP, PIXELS - from);
      const result = kernel.run(
        planes,
        planes.map(() => from),
        length,
      );
      out.set(result.values, from);
      missing += result.missing;
    }
    best = Math.min(best, performance.now() - start);
  }
  return { nanoseconds: (best * 1e6) / PIXELS, missing };
}

/** @param expr its bands called by the places of their planes */
function measureMean(expr, planes) {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    const fold = new Fold({ name: "mean" }, PIXELS);
    for (let from = 0; from < PIXELS; from += STRIP) {
      const length = Math.min(STRIP, PIXELS - from);
      const math = { expr, planes, starts: planes.map(() => from) };
      for (let step = 0; step < STEPS; step++) fold.add(math, from, length, step);
      fold.settle(from, length);
    }
    fold.finish();
    best = Math.min(best, performance.now() - start);
  }
  return (best * 1e6) / PIXELS / STEPS;
}

function measureNumpy() {
  const script = fileURLToPath(new URL("kernel_numpy.py", import.meta.url));
  const { status, stdout } = spawnSync("python3", [script, String(PIXELS), String(ROUNDS), SHARES.join()], {
    encoding: "utf8",
  });
  return status === 0 ? JSON.parse(stdout) : {};
}

const numpy = measureNumpy();
const figure = (value) => (value === undefined ? "–" : value.toFixed(2)).padStart(9);
console.log(`ns a pixel                        missing   kernel   scalar     mean    numpy  numpy in strips`);
for (const [title, text, bands] of questions) {
  for (const share of SHARES) {
    const names = Object.keys(bands);
    const planes = names.map((name, i) => makePlane(name, bands[name], share, i + 1));
    const inputs = names.map((name) => ({ name, dtype: bands[name], hasStatus: false }));
    const expr = parseExpression(text, names);
    const ours = measure(Kernel.compile(expr, inputs), planes);
    const scalar = measure(Kernel.compile(expr, inputs, { simd: false }), planes);
    const byPlace = substitute(expr, (name) => ({ kind: "band", name: String(names.indexOf(name)) }));
    const typed = planes.map((plane, i) => ({ ...plane, dtype: bands[names[i]] }));
    const mean = measureMean(byPlace, typed);
    const theirs = numpy[`${title} ${share}`] ?? {};
    const part = `${((100 * ours.missing) / PIXELS).toFixed(1)} %`.padStart(8);
    const figures = [ours.nanoseconds, scalar.nanoseconds, mean, theirs.whole, theirs.strips].map(figure);
    console.log(`${title.padEnd(32)} ${part}${figures.join("")}`);
  }
}
