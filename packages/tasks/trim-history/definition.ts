import { Type } from 'typebox';
import { defineTask } from '#contracts/task.js';

const Days = (what: string) =>
  Type.Optional(Type.Integer({ minimum: 1, maximum: 36_500, description: `${what}; all stay if not given` }));
const Count = (description: string) => Type.Integer({ minimum: 0, description });

export const definition = defineTask({
  name: 'trim-history',
  description:
    'Takes old parts of the history away, each kind by its own age and by whole months (UTC), and writes them into the lake first. ' +
    'Files, datasets and the runs that loaded what stands in them stay.',
  // Reading a month for the lake takes minutes, and is not to hold up what people wait for.
  queue: 'exports',
  input: Type.Object(
    {
      logs: Days('Days that lines of logs are kept'),
      changes: Days('Days that changes of the states of runs and files are kept'),
      runs: Days('Days that flows are kept after they were recorded, with their attempts and steps'),
      export: Type.Optional(
        Type.Boolean({
          default: true,
          description: 'Whether what goes is written into the lake first, below history/',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    tables: Type.Array(
      Type.Object({
        table: Type.String({ description: 'logs, run_changes, file_changes or runs' }),
        before: Type.String({ format: 'date', description: 'What is older was taken away' }),
        rows: Count(
          'Rows that were taken away; of months that were dropped without being read: as the statistics have them',
        ),
        files: Count('Files that it wrote into the lake'),
        bytes: Count('Bytes of these'),
      }),
    ),
  }),
  check({ logs, changes, runs }) {
    if (logs !== undefined || changes !== undefined || runs !== undefined) return [];
    return [
      { path: '', message: 'expected at least one of logs, changes and runs, got none: nothing would be taken away' },
    ];
  },
  retry: { attempts: 3, backoffMs: 10_000, maxBackoffMs: 300_000 },
  timeoutMs: 12 * 60 * 60_000,
  concurrency: 1,
  priority: 100,
});
