import { parentPort } from "node:worker_threads";
import { errorFromJson, errorToJson, InvalidInputError, NotFoundError } from "../errors.js";
import { type ByteStore, FileStore } from "../store/index.js";
import { type OpenSource, readBlock } from "./block-reader.js";
import type { BlockProgram } from "./engine/block-task.js";
import type { BlockOutput } from "./engine/evaluate-block.js";
import { runTask } from "./engine/run-task.js";
import { decoderFor } from "./shared-decoder.js";
import type {
  BlockJob,
  DecodeJob,
  DecodeResult,
  FromThread,
  SourcePlace,
  StoreAnswer,
  ToThread,
} from "./thread-messages.js";

// A thread: reads and decodes blocks, and computes with them. It holds no session and decides nothing.

/** Reads between two reports of progress. */
const REPORT_EVERY = 16;

const files = new Map<string, FileStore>();
const programs = new Map<number, BlockProgram>();
const asked = new Map<number, (answer: StoreAnswer) => void>();
let nextCall = 0;
let last: Promise<void> = Promise.resolve();

function say(message: FromThread, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}

function ask(question: Omit<FromThread & { kind: "ask" }, "kind" | "call">): Promise<StoreAnswer> {
  const call = nextCall++;
  return new Promise((resolve) => {
    asked.set(call, resolve);
    say({ kind: "ask", call, ...question });
  });
}

/** A store of the thread that gave the job, which is asked for every byte. */
function distantStore(id: number, { store, described }: SourcePlace): Pick<ByteStore, "url" | "get" | "head"> {
  const answered = async (key: string, range: { offset: number; length: number } | null) => {
    const answer = await ask({ id, store, key, range });
    if ("error" in answer) throw errorFromJson(answer.error);
    return answer;
  };
  return {
    ...described,
    async get(key, range) {
      if (range === undefined) throw new InvalidInputError("a thread reads ranges alone");
      const answer = await answered(key, range);
      return "data" in answer ? answer : null;
    },
    async head(key) {
      const answer = await answered(key, null);
      return "head" in answer ? answer.head : null;
    },
  };
}

function openSource(id: number, place: SourcePlace): OpenSource {
  const { folder, key, planned } = place;
  if (folder === null) return { store: distantStore(id, place) as ByteStore, key, planned };
  let store = files.get(folder);
  if (store === undefined) {
    store = new FileStore(folder);
    files.set(folder, store);
  }
  return { store, key, planned };
}

async function decode(id: number, job: DecodeJob): Promise<void> {
  const results: DecodeResult[] = [];
  const decoder = await decoderFor(job.encodings);
  const sources = job.sources.map((place) => openSource(id, place));
  for (const read of job.reads) {
    try {
      const [source, encoding] = [sources[read.source], job.encodings[read.encoding]];
      if (source === undefined || encoding === undefined) {
        throw new InvalidInputError("a read names a source or an encoding that its plan does not have");
      }
      results.push({ values: await readBlock(decoder, source, encoding, read) });
    } catch (error) {
      results.push({ error: errorToJson(error) });
    }
  }
  const buffers = results.flatMap((result) => ("values" in result ? [result.values.buffer as ArrayBuffer] : []));
  say({ kind: "decoded", id, results }, buffers);
}

async function compute(id: number, job: BlockJob): Promise<void> {
  const program = programs.get(job.program);
  if (program === undefined) throw new NotFoundError(`program ${job.program} was not given to this thread`);
  let reads = 0;
  const outputs = await runTask(
    program,
    job.task,
    job.sources.map((places) => places.map((place) => openSource(id, place))),
    {
      isCancelled: () => Atomics.load(job.cancelled, 0) !== 0,
      onRead() {
        if (++reads % REPORT_EVERY === 0) say({ kind: "progress", id, reads: REPORT_EVERY });
      },
    },
  );
  if (reads % REPORT_EVERY !== 0) say({ kind: "progress", id, reads: reads % REPORT_EVERY });
  const buffers = outputs.flatMap(buffersOf).map(({ buffer }) => buffer as ArrayBuffer);
  say({ kind: "computed", id, outputs }, [...new Set(buffers)]);
}

/** What is large in an output: it is moved, not copied. */
function buffersOf(output: BlockOutput): readonly ArrayBufferView[] {
  if (output.kind === "cells") return output.partial.values;
  return output.status === null ? [output.data] : [output.data, output.status];
}

parentPort?.on("message", (message: ToThread) => {
  switch (message.kind) {
    case "program":
      programs.set(message.program, message.value);
      break;
    case "forget":
      programs.delete(message.program);
      break;
    case "bytes":
      asked.get(message.call)?.(message.answer);
      asked.delete(message.call);
      break;
    case "job": {
      const { id, job } = message;
      // One after the other: two blocks at once would take twice the memory.
      last = last
        .then(() => (job.kind === "decode" ? decode(id, job) : compute(id, job)))
        .catch((error) => say({ kind: "failed", id, error: errorToJson(error) }));
    }
  }
});
