import { parentPort } from "node:worker_threads";
import { BlockDecoder } from "../codec/block-decoder.js";
import { errorToJson, InvalidInputError } from "../errors.js";
import { FileStore } from "../store/index.js";
import { readBlock } from "./block-reader.js";
import type { DecodeAnswer, DecodeRequest, DecodeResult } from "./decode-messages.js";

// A decoding thread: reads blocks of local files and answers with pixels. It holds no session and decides nothing.

const stores = new Map<string, FileStore>();
const decoders = new Map<string, Promise<BlockDecoder>>();

function storeOf(folder: string): FileStore {
  let store = stores.get(folder);
  if (store === undefined) {
    store = new FileStore(folder);
    stores.set(folder, store);
  }
  return store;
}

function decoderFor(request: DecodeRequest): Promise<BlockDecoder> {
  const compressions = [...new Set(request.encodings.map((encoding) => encoding.compression))].sort();
  const key = compressions.join();
  let decoder = decoders.get(key);
  if (decoder === undefined) {
    decoder = BlockDecoder.load(compressions);
    decoders.set(key, decoder);
  }
  return decoder;
}

async function readOne(decoder: BlockDecoder, request: DecodeRequest, index: number): Promise<DecodeResult> {
  try {
    const read = request.reads[index];
    const source = read && request.sources[read.source];
    const encoding = read && request.encodings[read.encoding];
    if (read === undefined || source === undefined || encoding === undefined) {
      throw new InvalidInputError("a read names a source or an encoding that its plan does not have");
    }
    const open = { store: storeOf(source.folder), key: source.key, planned: source.planned };
    return { values: await readBlock(decoder, open, encoding, read) };
  } catch (error) {
    return { error: errorToJson(error) };
  }
}

async function answer(request: DecodeRequest): Promise<DecodeAnswer> {
  const results: DecodeResult[] = [];
  try {
    const decoder = await decoderFor(request);
    for (let index = 0; index < request.reads.length; index++) results.push(await readOne(decoder, request, index));
  } catch (error) {
    const failed = { error: errorToJson(error) };
    return { id: request.id, results: request.reads.map(() => failed) };
  }
  return { id: request.id, results };
}

parentPort?.on("message", async (request: DecodeRequest) => {
  const done = await answer(request);
  const buffers = done.results.flatMap((result) => ("values" in result ? [result.values.buffer as ArrayBuffer] : []));
  parentPort?.postMessage(done, buffers);
});
