/** Do `work` for each item, at most `limit` at once; answers come in the items' order. */
export async function* inOrder<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const pending: Promise<R>[] = [];
  let next = 0;
  try {
    while (next < items.length || pending.length > 0) {
      while (pending.length < limit && next < items.length) pending.push(work(items[next++] as T));
      yield (await pending[0]) as R;
      pending.shift();
    }
  } finally {
    // Whoever stops early, or met a failure, is not told of those that follow.
    for (const promise of pending) promise.catch(() => undefined);
  }
}
