import { Type } from 'typebox';
import { datasetsOfTask } from '#contracts/file-task.js';
import { defineTask } from '#contracts/task.js';

const Count = (description: string) => Type.Integer({ minimum: 0, description });
const Layer = Type.Enum(['ods', 'dwd']);
const Day = (description: string) => Type.Optional(Type.String({ format: 'date', description }));

export const definition = defineTask({
  name: 'export',
  description:
    'Writes a dataset into the lake: a parquet file per layer and day, each replaced as a whole, with a manifest. Goes on ' +
    'where it was when it starts again.',
  // Exports of large datasets take minutes, and are not to hold up what people wait for.
  queue: 'exports',
  input: Type.Object(
    {
      dataset: Type.String({ minLength: 1, maxLength: 200, description: 'As GET /api/datasets names it: images' }),
      layers: Type.Optional(
        Type.Array(Layer, {
          minItems: 1,
          uniqueItems: true,
          description: 'ods: each record as one JSON text; dwd: typed columns. Both if not given',
        }),
      ),
      from: Day('The first day (imp_date); from the first one on if not given'),
      to: Day('The last day (imp_date)'),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    dataset: Type.String(),
    layers: Type.Array(
      Type.Object({
        layer: Layer,
        partitions: Count('Partitions that were written'),
        removed: Count('Partitions without rows any more, which were taken away'),
        rows: Count('Rows that were written'),
        bytes: Count('Bytes of their files'),
      }),
    ),
  }),
  check({ dataset, from, to }, catalogue) {
    const names = [...catalogue.values()].flatMap(datasetsOfTask).map(({ name }) => name);
    const faults = [];
    if (!names.includes(dataset)) {
      faults.push({ path: '/dataset', message: `expected one of ${names.join(', ')}, got ${JSON.stringify(dataset)}` });
    }
    if (from !== undefined && to !== undefined && from > to) {
      faults.push({ path: '/to', message: `expected a day that is not before from (${from}), got ${to}` });
    }
    return faults;
  },
  retry: { attempts: 3, backoffMs: 5_000, maxBackoffMs: 60_000 },
  timeoutMs: 6 * 60 * 60_000,
  concurrency: 1,
  priority: 0,
});
