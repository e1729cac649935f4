import { defineTask, Type } from 'millrace';

export const definition = defineTask({
  name: 'report-weather',
  description: 'Names the day that a report of a station is about.',
  queue: 'reports',
  input: Type.Object({ station: Type.String({ maxLength: 16 }) }, { additionalProperties: false }),
  output: Type.Object({ station: Type.String(), before: Type.String() }),
  retry: { attempts: 3, backoffMs: 1_000, maxBackoffMs: 10_000 },
  timeoutMs: 60_000,
  concurrency: 1,
  priority: 0,
  schedules: [
    {
      name: 'report-north',
      cron: '10 1 * * *',
      timezone: 'Asia/Shanghai',
      input: { station: 'north' },
      overlap: 'queue',
      catchUp: 'all',
      labels: { team: 'weather' },
    },
  ],
});
