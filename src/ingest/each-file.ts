import { isBucket } from "../store/index.js";

/** Files under way at once: few enough for any limit on open files, and for a server that has not said that it bears more. */
const FILES_AT_ONCE = 16;

/** Objects of buckets under way at once: enough to hide their latency. */
const OBJECTS_AT_ONCE = 64;

/** How many files of these places {@link eachFile} should have under way. */
export function atOnceIn(places: readonly string[]): number {
  return places.every(isBucket) ? OBJECTS_AT_ONCE : FILES_AT_ONCE;
}

/** A warm disk answers without ever leaving the thread; this often the thread is given back for signals and timers. */
const YIELD_EVERY_MS = 40;

/**
 * Do `work` for each file, several at once, in no particular order of completion.
 *
 * @throws what `work` throws, at the first such file; the signal's reason once it is aborted.
 */
export async function eachFile<File>(
  files: readonly File[],
  signal: AbortSignal | undefined,
  work: (file: File, index: number) => Promise<void>,
  atOnce: number = FILES_AT_ONCE,
): Promise<void> {
  let next = 0;
  let yielded = performance.now();
  const worker = async () => {
    for (let index = next++; index < files.length; index = next++) {
      signal?.throwIfAborted();
      if (performance.now() - yielded > YIELD_EVERY_MS) {
        await new Promise((resolve) => setImmediate(resolve));
        yielded = performance.now();
        signal?.throwIfAborted();
      }
      await work(files[index] as File, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, files.length) }, worker));
}
