/** Visit every item, a few at a time; the first failure is thrown and what has not begun is left. */
export async function inTurns<T>(
  items: Iterable<T>,
  atOnce: number,
  visit: (item: T) => Promise<void> | void,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  let failed = false;
  const visitNext = async () => {
    for (let next = iterator.next(); !next.done && !failed; next = iterator.next()) {
      try {
        await visit(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, visitNext));
}
