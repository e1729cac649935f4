import { defineTask, Type } from 'millrace';

export const definition = defineTask({
  name: 'summarise-weather',
  description: 'Counts the measurements of a station and gives their mean.',
  queue: 'reports',
  input: Type.Object({ station: Type.String({ maxLength: 16 }) }, { additionalProperties: false }),
  output: Type.Object({ measurements: Type.Integer(), celsius: Type.Union([Type.Number(), Type.Null()]) }),
  retry: { attempts: 3, backoffMs: 1_000, maxBackoffMs: 10_000 },
  timeoutMs: 60_000,
  concurrency: 1,
  priority: 0,
});
