import { Type } from 'typebox';
import { defineTask } from '#contracts/task.js';

const Count = (description: string) => Type.Integer({ minimum: 0, description });
const Day = (description: string) => Type.Optional(Type.String({ format: 'date', description }));

export const definition = defineTask({
  name: 'count-rows',
  description:
    'The check queries of a dataset whose rows belong to days: per day how many times occur and how many rows there are; in all ' +
    'the rows, and how many departments, sensors and products. Every figure is exact.',
  queue: 'general',
  input: Type.Object(
    {
      source: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 200,
          description: 'A source whose rows belong to days; data-sample if not given',
        }),
      ),
      day: Day('Only this day, in UTC for times with a zone'),
      from: Day('Instead of day: from this day on'),
      to: Day('Instead of day: up to this day'),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    rows: Count('Rows of these days'),
    days: Type.Array(
      Type.Object({
        day: Type.String({ description: '2023-01-01' }),
        times: Count('Different times of its rows: distinct create_at in the data sample'),
        rows: Count('Rows'),
      }),
      { maxItems: 366, description: 'The first 366 days that have rows' },
    ),
    moreDays: Count('Days with rows beyond those'),
    distinct: Type.Record(Type.String(), Count('Different values, null not counted'), {
      description:
        'Of the columns that the star of the dataset has tables for: department_name, sensor_serial, product_name',
    }),
    by: Type.Object(
      {
        rows: Type.Literal('table', { description: 'Counted in the table' }),
        distinct: Type.Union([Type.Literal('star'), Type.Literal('table')], {
          description:
            'star: the members of its tables, of which each was found in a row; the star has the files of the ledger, and the ' +
            'table as many rows. table: counted in the table',
        }),
      },
      { description: 'Where the figures are from; they are exact either way' },
    ),
  }),
  check: ({ day, from, to }) =>
    day !== undefined && (from !== undefined || to !== undefined)
      ? [{ path: '/day', message: 'expected either day or from and to, got both; leave one of them out' }]
      : [],
  retry: { attempts: 3, backoffMs: 2_000, maxBackoffMs: 60_000 },
  timeoutMs: 30 * 60_000,
  concurrency: 2,
  priority: 0,
});
