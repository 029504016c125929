import { isPixelQueryError } from "../../errors.js";
import { FileStore } from "../../store/index.js";
import { type OpenSource, readBlock } from "../block-reader.js";
import type { PlannedRead, ReadPlan } from "../read-plan.js";
import { decoderFor } from "../shared-decoder.js";
import { type BlockProgram, type BlockTask, loadOrder } from "./block-task.js";
import { type BlockOutput, evaluateBlock } from "./evaluate-block.js";
import { SpareBuffers } from "./spare-buffers.js";
import { type BlockSource, type ReadResult, TaskLoader } from "./task-loader.js";

/** Steps asked for ahead of the one that is computed, where they come over a network. */
const DISTANT_STEPS_AHEAD = 12;

/** What the one who waits for a task can say, and hears. */
export interface TaskHooks {
  /** True once nobody wants the answer. */
  readonly isCancelled: () => boolean;
  readonly onRead?: () => void;
  /** Called between reads: a pause lets others use the thread. */
  readonly pause?: () => Promise<void>;
}

/** Memory that this thread's blocks hand on. */
const spares = new SpareBuffers();
const takeSpare = (lengthBytes: number) => spares.take(lengthBytes);

/** Thrown inside a task that nobody waits for; never leaves the library. */
class TaskCancelled extends Error {}

/** Read what a block needs, decode it here, and compute the block. */
export async function runTask(
  { program, schedule, formats, onReadError }: BlockProgram,
  task: BlockTask,
  sources: readonly (readonly OpenSource[])[],
  hooks: TaskHooks,
): Promise<BlockOutput[]> {
  const check = () => {
    if (hooks.isCancelled()) throw new TaskCancelled("cancelled");
  };
  const isLocal = sources.flat().every(({ store }) => store instanceof FileStore);
  const here: BlockSource = {
    batchBytes: 0,
    batchesAhead: isLocal ? 0 : DISTANT_STEPS_AHEAD,
    read: (source, plan, reads) => readHere(sources[source] ?? [], plan, reads, hooks, check),
  };
  const loader = new TaskLoader(program, task, loadOrder(schedule), here, onReadError === "mark");
  return evaluateBlock(program, schedule, task.block, formats, (step) => loader.load(step), check, spares);
}

async function readHere(
  sources: readonly OpenSource[],
  plan: ReadPlan,
  reads: readonly PlannedRead[],
  hooks: TaskHooks,
  check: () => void,
): Promise<ReadResult[]> {
  if (reads.length === 0) return [];
  const decoder = await decoderFor(plan.encodings);
  const readOne = async (read: PlannedRead): Promise<ReadResult> => {
    check();
    await hooks.pause?.();
    const [source, encoding] = [sources[read.source] as OpenSource, plan.encodings[read.encoding]];
    try {
      return await readBlock(decoder, source, encoding as ReadPlan["encodings"][number], read, takeSpare);
    } catch (error) {
      if (!isPixelQueryError(error)) throw error;
      return error;
    } finally {
      hooks.onRead?.();
    }
  };
  if (!sources.every(({ store }) => store instanceof FileStore)) return Promise.all(reads.map(readOne));
  const results: ReadResult[] = [];
  for (const read of reads) results.push(await readOne(read));
  return results;
}
