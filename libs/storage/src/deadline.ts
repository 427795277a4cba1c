/** A call that was given up: whether it has been done over there is not known. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';

  constructor(ms: number) {
    super(`no answer within ${ms} ms`);
  }
}

/**
 * Waits for a deed no longer than so many milliseconds, and tells it to stop then.
 *
 * @throws DeadlineError
 */
export async function within<T>(ms: number, deed: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = new DeadlineError(ms);
      reject(error);
      stop.abort(error);
    }, ms);
  });
  try {
    return await Promise.race([deed(stop.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
