/** What may be asked of a run beside its input, in the words of the API (`NewRun` of the OpenAPI document). */
export const runOptions = {
  type: 'object',
  additionalProperties: false,
  properties: {
    labels: {
      type: 'object',
      description: 'Names and values by which people find and count runs',
      additionalProperties: { type: 'string', maxLength: 200 },
    },
    delayMs: {
      type: 'integer',
      minimum: 0,
      maximum: 31_622_400_000,
      title: 'delay (ms)',
      description: 'Milliseconds before which it is not started',
    },
    priority: {
      type: 'integer',
      minimum: 0,
      maximum: 2_097_152,
      description: '1 first, higher later; 0 before all numbers',
    },
    timeoutMs: {
      type: 'integer',
      minimum: 1,
      maximum: 2_147_483_647,
      title: 'timeout (ms)',
      description: 'Milliseconds after which an attempt is aborted',
    },
    retry: {
      type: 'object',
      additionalProperties: false,
      description: 'How it is tried again',
      properties: {
        attempts: { type: 'integer', minimum: 1, maximum: 1_000, description: 'Tries in all' },
        backoff: {
          type: 'string',
          enum: ['fixed', 'exponential'],
          description: 'Whether the wait between tries stays the same or doubles',
        },
        backoffMs: {
          type: 'integer',
          minimum: 0,
          maximum: 2_592_000_000,
          title: 'backoff (ms)',
          description: 'Milliseconds until the second try',
        },
        maxBackoffMs: {
          type: 'integer',
          minimum: 0,
          maximum: 2_592_000_000,
          title: 'longest backoff (ms)',
          description: 'The longest wait, where it doubles',
        },
      },
    },
    idempotencyKey: {
      type: 'string',
      pattern: '^[\\x20-\\x7e]{1,200}$',
      title: 'idempotency key',
      description: 'The same key with the same input gives the run that is there already, not a second one',
    },
  },
} as const;
