/**
 * Does a work for every item, so many at a time. After the first failure no other item is begun, and it is thrown once all that
 * was begun has ended.
 */
export async function inLanes<T>(
  count: number,
  items: AsyncGenerator<T>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let failed = false;
  const lane = async (): Promise<void> => {
    try {
      for (;;) {
        const next = await items.next();
        if (next.done || failed) return;
        await work(next.value);
      }
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: count }, lane));
  await items.return(undefined);
  const failure = lanes.find((one) => one.status === 'rejected');
  if (failure) throw failure.reason;
}
