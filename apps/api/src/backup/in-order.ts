/**
 * Does the work on several pieces at once and gives the results in the order of the pieces. Reads ahead no further than
 * that; what fails is thrown in its turn, and nothing new is begun after it.
 */
export async function* inOrder<T, R>(
  pieces: AsyncIterable<T> | Iterable<T>,
  atOnce: number,
  work: (piece: T) => Promise<R>,
): AsyncGenerator<R> {
  const underWay: Promise<R>[] = [];
  try {
    for await (const piece of pieces) {
      const result = work(piece);
      // It may fail before its turn; it is thrown then.
      result.catch(() => undefined);
      underWay.push(result);
      if (underWay.length >= atOnce) yield await (underWay.shift() as Promise<R>);
    }
    while (underWay.length > 0) yield await (underWay.shift() as Promise<R>);
  } finally {
    await Promise.allSettled(underWay);
  }
}
