/** Something did not answer in its time. */
export class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError';
}

/** Waits for `work`, but not longer than `ms` milliseconds. @throws TimeLimitError when the time is up; the work itself goes on */
export async function withTimeLimit<T>(work: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TimeLimitError(`${what} did not answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
    // When the limit won, a later failure of the work has no listener left.
    work.catch(() => {});
  }
}
