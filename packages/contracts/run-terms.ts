import { type Static, Type } from 'typebox';

/** Names and values by which people find and count runs, for example `{ "team": "fleet" }`. */
export const Labels = Type.Record(
  Type.String({ pattern: '^[a-zA-Z0-9][a-zA-Z0-9._/-]{0,62}$' }),
  Type.String({ maxLength: 200 }),
  { maxProperties: 32, additionalProperties: false },
);
export type Labels = Static<typeof Labels>;

/**
 * What happens after a passing fault: `attempts` tries in all, and between them a wait. With the backoff `exponential`,
 * the default, that is `backoffMs · 2^(n−1)` after the n-th failure, at most `maxBackoffMs`, spread over its upper half so
 * that many do not come at once; with `fixed` it is `backoffMs`.
 */
export interface RetryPolicy {
  readonly attempts: number;
  readonly backoff?: 'fixed' | 'exponential';
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
}

/** What a request may say about how its run is tried; what is left out is as the task says. */
export const RetryRequest = Type.Object(
  {
    attempts: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'Tries in all' })),
    backoff: Type.Optional(
      Type.Enum(['fixed', 'exponential'], { description: 'Whether the wait between tries stays the same or doubles' }),
    ),
    backoffMs: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 30 * 86_400_000, description: 'Milliseconds until the second try' }),
    ),
    maxBackoffMs: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 30 * 86_400_000, description: 'The longest wait, where it doubles' }),
    ),
  },
  { additionalProperties: false },
);
export type RetryRequest = Static<typeof RetryRequest>;

/** What may be asked of a run beside its input; what is left out is as the task says. */
export interface AskedTerms {
  /** 1 (first) to 2,097,152 (last); 0 means none, which goes before all numbers. */
  readonly priority?: number | undefined;
  /** Milliseconds before which it is not started. */
  readonly delayMs?: number | undefined;
  /** Milliseconds after which an attempt is aborted. */
  readonly timeoutMs?: number | undefined;
  readonly retry?: RetryRequest | undefined;
  /** Added to those of the task and of the invoking run, whose values they replace. */
  readonly labels?: Labels | undefined;
}

/** What holds for a run whatever its input. */
export interface RunTerms {
  readonly task: string;
  readonly queue: string;
  readonly priority: number;
  readonly maxAttempts: number;
  readonly delayMs?: number;
  /** Where they are not as the task says. */
  readonly timeoutMs?: number;
  readonly retry?: RetryPolicy;
  readonly labels?: Labels;
}

/** What a task's definition says of its runs. */
export interface TaskTerms {
  readonly name: string;
  readonly queue: string;
  readonly priority: number;
  readonly retry: RetryPolicy;
  readonly labels?: Labels;
}

/** The terms of a run of a task. */
export function termsOf({ name, queue, priority, retry, labels }: TaskTerms, asked: AskedTerms = {}): RunTerms {
  const policy = asked.retry && retryOf(retry, asked.retry);
  return {
    task: name,
    queue,
    priority: asked.priority ?? priority,
    maxAttempts: policy?.attempts ?? retry.attempts,
    labels: { ...labels, ...asked.labels },
    ...(asked.delayMs === undefined ? {} : { delayMs: asked.delayMs }),
    ...(asked.timeoutMs === undefined ? {} : { timeoutMs: asked.timeoutMs }),
    ...(policy === undefined ? {} : { retry: policy }),
  };
}

/** A policy with some values of another. A longest wait that is not among these leaves room for the first one that is. */
export const retryOf = (
  own: RetryPolicy,
  { attempts, backoff, backoffMs, maxBackoffMs }: RetryRequest,
): RetryPolicy => ({
  attempts: attempts ?? own.attempts,
  backoff: backoff ?? own.backoff ?? 'exponential',
  backoffMs: backoffMs ?? own.backoffMs,
  maxBackoffMs: maxBackoffMs ?? Math.max(own.maxBackoffMs, backoffMs ?? 0),
});
