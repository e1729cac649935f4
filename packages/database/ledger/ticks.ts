/**
 * A moment by the watcher's own clock: the term of its leadership above, the milliseconds since that began below. It only
 * goes forward, whatever happens to the wall clocks of the database and of the machines, and moments of an earlier term
 * come before all of a later one. Kept with a file that arrives, so that tens of thousands can stand still without
 * anybody keeping them in mind.
 */
export type Tick = bigint;

/** 34 years of milliseconds, and 8 million terms. */
const termBits = 40n;

/** @param sinceMs milliseconds since the term began */
export const tickOf = (term: bigint, sinceMs: number): Tick => (term << termBits) + BigInt(Math.floor(sinceMs));

/**
 * The latest tick of what has stood still for `stillMs` now. What was noted in an earlier term has stood still since
 * this one began at least.
 * @returns undefined when the term is younger than that: nothing has
 */
export const stillSince = (term: bigint, sinceMs: number, stillMs: number): Tick | undefined =>
  sinceMs < stillMs ? undefined : tickOf(term, sinceMs - stillMs);
