import type { Local } from "./code-writer.js";
import { pushIsThere } from "./emit-mixed.js";
import type { Emission } from "./emit-value.js";
import { Accumulators } from "./memory-layout.js";
import type { Sink } from "./sink.js";

/** What values are folded to, pixel by pixel. `moments` is Welford's method, which stays exact where values are large and close. */
export type FoldName = "sum" | "count" | "min" | "max" | "argmin" | "argmax" | "first" | "last" | "moments";

interface FoldForm {
  /** What the planes of accumulators hold before any value, one number for each. */
  readonly initial: readonly number[];
  /** True where one more plane counts the missing values: every pixel is given equally often, and most are there. */
  readonly countsMissing: boolean;
  /** The planes after one more value that is there. */
  next(emission: Emission, known: readonly Local[], value: Local): Local[];
}

/** Of equal values the first stays; NaN, which is none, gives way to all. */
function extreme(order: "le" | "ge"): FoldForm["next"] {
  return ({ code, lanes }, known, value) => {
    const best = known[known.length - 1]!;
    code.get(value, best);
    code.op(lanes.op[order]);
    const stays = code.keep(lanes.mask);
    const choose = (old: Local, write: () => void) => {
      code.get(old);
      write();
      code.get(stays);
      code.op(lanes.op.select);
      return code.keep(lanes.value);
    };
    const next = choose(best, () => code.get(value));
    if (known.length === 1) return [next];
    return [choose(known[0]!, () => lanes.param(code, Accumulators.position)), next];
  };
}

const forms: Readonly<Record<FoldName, FoldForm>> = {
  sum: {
    initial: [0],
    countsMissing: true,
    next({ code, lanes }, [sum], value) {
      code.get(sum!, value);
      code.op(lanes.op.add);
      return [code.keep(lanes.value)];
    },
  },
  count: { initial: [], countsMissing: true, next: () => [] },
  min: { initial: [Number.NaN], countsMissing: false, next: extreme("ge") },
  max: { initial: [Number.NaN], countsMissing: false, next: extreme("le") },
  // The position, and the value there.
  argmin: { initial: [Number.NaN, Number.NaN], countsMissing: false, next: extreme("ge") },
  argmax: { initial: [Number.NaN, Number.NaN], countsMissing: false, next: extreme("le") },
  first: {
    initial: [Number.NaN],
    countsMissing: false,
    next({ code, lanes }, [known], value) {
      code.get(known!, value, known!, known!);
      code.op(lanes.op.eq);
      code.op(lanes.op.select);
      return [code.keep(lanes.value)];
    },
  },
  last: { initial: [Number.NaN], countsMissing: false, next: (_, __, value) => [value] },
  // Sum of squared differences from the mean so far, that mean, and the number of values.
  moments: {
    initial: [0, 0, 0],
    countsMissing: false,
    next({ code, lanes }, known, value) {
      const [squares, mean, count] = known as [Local, Local, Local];
      const binary = (op: "add" | "sub" | "mul" | "div", a: Local, b: Local) => {
        code.get(a, b);
        code.op(lanes.op[op]);
        return code.keep(lanes.value);
      };
      lanes.constant(code, 1);
      const counted = binary("add", count, code.keep(lanes.value));
      const before = binary("sub", value, mean);
      const moved = binary("add", mean, binary("div", before, counted));
      const spread = binary("mul", before, binary("sub", value, moved));
      return [binary("add", squares, spread), moved, counted];
    },
  },
};

/** A fold's planes of accumulators: what they hold before any value, and whether the last only counts missing ones. */
export function accumulatorsOf(name: FoldName): Pick<FoldForm, "initial" | "countsMissing"> {
  const { initial, countsMissing } = forms[name];
  return { initial: countsMissing ? [...initial, 0] : initial, countsMissing };
}

/** Takes values into the accumulators of their pixels. */
export function foldSink(name: FoldName): Sink {
  const form = forms[name];
  const load = ({ code, lanes, at }: Emission) =>
    form.initial.map((_, plane) => {
      lanes.loadValue(code, Accumulators.planes[plane]!, at);
      return code.keep(lanes.value);
    });
  return {
    clean(emission, _, loop) {
      const { code, lanes, layout, at } = emission;
      if (form.initial.length === 0) return;
      loop(() => {
        lanes.loadValue(code, layout.values, at);
        const next = form.next(emission, load(emission), code.keep(lanes.value));
        for (const [plane, value] of next.entries()) lanes.storeValue(code, Accumulators.planes[plane]!, at, value);
      });
    },
    mixed(emission, value, reason) {
      const { code, lanes, at } = emission;
      const known = load(emission);
      pushIsThere(emission, reason);
      const isThere = code.keep(lanes.mask);
      form.next(emission, known, value).forEach((next, plane) => {
        code.get(next, known[plane]!, isThere);
        code.op(lanes.op.select);
        lanes.storeValue(code, Accumulators.planes[plane]!, at, code.keep(lanes.value));
      });
      if (form.countsMissing) countMissing(emission, Accumulators.planes[form.initial.length]!, isThere);
      lanes.loadStatus(code, Accumulators.why, at);
      code.get(reason);
      code.op(lanes.op.combine);
      lanes.storeStatus(code, Accumulators.why, at, code.keep(lanes.mask));
    },
  };
}

function countMissing({ code, lanes, at }: Emission, plane: number, isThere: Local): void {
  lanes.loadValue(code, plane, at);
  lanes.constant(code, 0);
  lanes.constant(code, 1);
  code.get(isThere);
  code.op(lanes.op.select);
  code.op(lanes.op.add);
  lanes.storeValue(code, plane, at, code.keep(lanes.value));
}
