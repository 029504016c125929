/** Files under way at once: enough to hide a network's latency, few enough for any limit on open files. */
const FILES_AT_ONCE = 64;

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
  await Promise.all(Array.from({ length: Math.min(FILES_AT_ONCE, files.length) }, worker));
}
