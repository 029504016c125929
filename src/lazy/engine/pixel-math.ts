import type { Expr } from "../expression/expr.js";
import { FoldKernel, type FoldName, Kernel, type KernelInput } from "../kernel/kernel.js";
import type { LoadedPlane } from "./loaded-plane.js";

/** What a run of pixels is computed from: an expression over planes, each from some pixel on. */
export interface PixelMath {
  readonly expr: Expr;
  /** The expression calls them "0", "1", … */
  readonly planes: readonly LoadedPlane[];
  readonly starts: readonly number[];
}

/** An expression that only converts its one plane. */
export const ONLY_INPUT: Expr = { kind: "band", name: "0" };

/** Kernels by expression and by the kinds of planes they read: found again for every run of every block. */
const kernels = new WeakMap<Expr, Map<string, Kernel>>();
const foldKernels = new WeakMap<Expr, Map<string, FoldKernel>>();

/** The kernel that computes an expression over such planes. */
export function kernelFor({ expr, planes }: PixelMath): Kernel {
  return found(kernels, expr, kindsOf(planes), () => Kernel.compile(expr, inputsOf(planes)));
}

/** The kernel that folds it. */
export function foldKernelFor(fold: FoldName, { expr, planes }: PixelMath): FoldKernel {
  return found(foldKernels, expr, `${fold} ${kindsOf(planes)}`, () => FoldKernel.compile(fold, expr, inputsOf(planes)));
}

function found<K>(known: WeakMap<Expr, Map<string, K>>, expr: Expr, key: string, compile: () => K): K {
  let own = known.get(expr);
  if (own === undefined) {
    own = new Map();
    known.set(expr, own);
  }
  let kernel = own.get(key);
  if (kernel === undefined) {
    kernel = compile();
    own.set(key, kernel);
  }
  return kernel;
}

function kindsOf(planes: readonly LoadedPlane[]): string {
  let kinds = "";
  for (const { dtype, status } of planes) kinds += status === null ? dtype : `${dtype}?`;
  return kinds;
}

function inputsOf(planes: readonly LoadedPlane[]): KernelInput[] {
  return planes.map(({ dtype, status }, i) => ({ name: String(i), dtype, hasStatus: status !== null }));
}
