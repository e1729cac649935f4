/**
 * Work whose answer is shared by all who ask while it goes on, and for a while after it has ended: however many ask, it is done once
 * in that time. A failure is shared by those who waited for it; the next one who asks has it tried again.
 * @param freshMs milliseconds for which an answer is good
 */
export function shareFor<T>(freshMs: number, work: () => Promise<T>): () => Promise<T> {
  let latest: { readonly answer: Promise<T>; endedAt: number } | undefined;
  return () => {
    if (latest && performance.now() - latest.endedAt < freshMs) return latest.answer;
    const mine = { answer: work(), endedAt: Number.POSITIVE_INFINITY };
    latest = mine;
    mine.answer.then(
      () => {
        mine.endedAt = performance.now();
      },
      () => {
        if (latest === mine) latest = undefined;
      },
    );
    return mine.answer;
  };
}
