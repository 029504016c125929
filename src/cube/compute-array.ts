import { BlockCache } from "../lazy/block-cache.js";
import { computeNode, computeStages } from "../lazy/engine/compute.js";
import { readyReductions, replaceNodes, splitSorting, stageQuestion } from "../lazy/engine/reduction-stages.js";
import { planTasks, prepare, type Question, type RunOptions, runBlocks } from "../lazy/engine/run-blocks.js";
import { SpatialMerge } from "../lazy/engine/spatial-merge.js";
import type { OutputFormat } from "../lazy/engine/write-output.js";
import { describeNode, drawNode } from "../lazy/graph/describe-node.js";
import type { FrameWindow, Node } from "../lazy/graph/node.js";
import { costOf } from "../lazy/plan-windows.js";
import type { ReadCost } from "../lazy/read-plan.js";
import { bytesPerSample, type DType, isFloat } from "../ndarray/dtype.js";
import type { NdArray } from "../ndarray/nd-array.js";
import { coordsOf, dimsOf, frameOf, type LazyArray, sceneNodesOf, shapeOf, sharedNodata } from "./lazy-array.js";
import { dtypeOf, holds } from "./verbs/math.js";

export interface ComputeOptions {
  /** Type of computed values. Bands by themselves, and what only chooses among their values, keep the files' type. Default `float32`. */
  dtype?: "float32" | "float64";
  /** `mark`: pixels of a block that cannot be read get status `failed`. Default `throw`. */
  onReadError?: "throw" | "mark";
  /** Decoding and computing threads; 0 for none but this one. Default: one for each core where there is enough to do. */
  threads?: number;
  /** Bytes of pixels and results under way, over all threads, beside the answer. Default 512 MiB. */
  memoryBytes?: number;
  signal?: AbortSignal;
  /** Told of blocks of files read, over all that are needed. */
  onProgress?: (done: number, total: number) => void;
}

/** What computing would cost; nothing of a source was read to find out. */
export interface Explanation extends ReadCost {
  snapshot: string;
  /** The expression, or the bands. */
  expression: string;
  dims: Readonly<Record<string, number>>;
  /** Scenes that are read. */
  scenes: number;
  /** Parts that are computed one by one, on all threads. */
  blocks: number;
  /** Bytes held while computing, at most, beside the answer: pixels and results of the blocks under way. */
  memoryBytes: number;
  /** Bytes of the answer. */
  resultBytes: number;
  /** The graph, one line for each node, inputs indented below what reads them. */
  tree: string;
}

/** A part of an answer that is too large to hold. */
export interface ComputedPart {
  /** First row and column in the whole array. */
  row: number;
  col: number;
  /** The pixels, with their own coordinates. */
  array: NdArray;
}

/** Decoded blocks shared by all small questions of this process. */
const cache = new BlockCache();

/** Type of the answer: computed values as asked for, all else as it is. */
function storedType({ node }: LazyArray, asked: ComputeOptions["dtype"]): DType {
  return node.dtype === "float32" && asked !== undefined && !isPlain(node) ? asked : node.dtype;
}

/** True for bands as the files hold them. */
function isPlain(node: Node): boolean {
  if (node.kind === "scenes") return true;
  if (node.kind === "take") return isPlain(node.input);
  return node.kind === "stack" && node.inputs.every(isPlain);
}

/** What an integer holds where it is missing: the files' own value where there is one, −1 for positions. */
function fillOf(array: LazyArray, dtype: DType): number | bigint {
  const { node } = array;
  const isBig = dtype === "int64" || dtype === "uint64";
  if (isFloat(dtype) || (node.kind === "math" && dtypeOf(node.expr, () => "float32") === "uint8")) return 0;
  if (node.kind === "reduce" && /^arg|medoid/.test(node.reducer.name)) return -1;
  const nodata = sharedNodata(array);
  if (nodata !== null && holds(dtype, Number(nodata))) return isBig ? BigInt(nodata) : Number(nodata);
  return isBig ? 0n : 0;
}

function formatOf(array: LazyArray, options: ComputeOptions): OutputFormat {
  const dtype = storedType(array, options.dtype);
  return { dtype, fill: fillOf(array, dtype) };
}

/** Pixels of the answer, or of the one that there is along a dimension that was reduced. */
function windowOf(array: LazyArray): FrameWindow {
  const { shape } = array.node;
  if (shape.y || shape.x) frameOf(array);
  return { ...array.window, rows: shape.y ? array.window.rows : 1, cols: shape.x ? array.window.cols : 1 };
}

/** Read and compute. The answer is held in memory whole; what it is made from takes no more than the budget. */
export async function computeArray(array: LazyArray, options: ComputeOptions): Promise<NdArray> {
  const format = formatOf(array, options);
  const shape = shapeOf(array);
  const { data, status } = await computeNode(array.node, windowOf(array), format, { cache, ...options });
  return { dims: dimsOf(array), shape, dtype: format.dtype, data, status, coords: coordsOf(array) };
}

/** The answer part by part, in any order, for results that never fit: memory is that of a few parts. */
export async function* computeParts(array: LazyArray, options: ComputeOptions): AsyncGenerator<ComputedPart> {
  const format = formatOf(array, options);
  const window = windowOf(array);
  const [root] = (await computeStages([array.node], options)) as [Node];
  for await (const { block, outputs } of runBlocks({ outputs: [root], formats: [format], window }, options)) {
    const [output] = outputs;
    if (output?.kind !== "pixels") continue;
    const part: LazyArray = { ...array, window: block };
    const { data, status } = output;
    yield {
      row: block.row - window.row,
      col: block.col - window.col,
      array: { dims: dimsOf(part), shape: shapeOf(part), dtype: format.dtype, data, status, coords: coordsOf(part) },
    };
  }
}

/** What {@link computeArray} would read. Only references are looked up. */
export async function explainArray(array: LazyArray, options: ComputeOptions): Promise<Explanation> {
  const shape = shapeOf(array);
  const dims = dimsOf(array);
  const format = formatOf(array, options);
  const tally = new Tally(options);
  let roots = splitSorting([array.node], options);
  for (let stage = readyReductions(roots, options); stage.length > 0; stage = readyReductions(roots, options)) {
    const question = stageQuestion(stage);
    await tally.add(question);
    // Their values change nothing of what is read.
    roots = replaceNodes(roots, new Map(stage.map((node) => [node, new SpatialMerge(node, question.window).finish()])));
  }
  await tally.add({ outputs: roots, formats: [format], window: windowOf(array) });
  const [first] = sceneNodesOf(array);
  return {
    snapshot: first?.source.warehouse.snapshot ?? "",
    expression: array.name === "" ? describeNode(array.node) : array.name,
    dims: Object.fromEntries(dims.map((dim, i) => [dim, shape[i] ?? 0])),
    ...tally.cost(),
    resultBytes: shape.reduce((product, size) => product * size, 1) * bytesPerSample(format.dtype),
    tree: drawNode(array.node),
  };
}

/** Adds up what questions read. */
class Tally {
  readonly #options: RunOptions;
  readonly #files = new Set<string>();
  readonly #scenes = new Set<string>();
  #blocks = 0;
  #memoryBytes = 0;
  #cost = { requests: 0, bytes: 0, decodedBytes: 0 };

  constructor(options: RunOptions) {
    this.#options = options;
  }

  async add(question: Question): Promise<void> {
    const prepared = prepare(question, this.#options);
    this.#blocks += prepared.blocks.length;
    this.#memoryBytes = Math.max(this.#memoryBytes, prepared.memoryBytes);
    for await (const { sources } of planTasks(prepared)) {
      for (const { plan } of sources) {
        const { requests, bytes, decodedBytes } = costOf(plan);
        this.#cost.requests += requests;
        this.#cost.bytes += bytes;
        this.#cost.decodedBytes += decodedBytes;
        for (const { location } of plan.sources) this.#files.add(location);
        for (const { scene } of plan.targets) this.#scenes.add(`${plan.snapshot} ${scene}`);
      }
    }
  }

  cost() {
    return {
      ...this.#cost,
      files: this.#files.size,
      scenes: this.#scenes.size,
      blocks: this.#blocks,
      memoryBytes: this.#memoryBytes,
    };
  }
}
