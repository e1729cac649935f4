import { Type } from 'typebox';
import { component } from '../http/openapi/component.js';
import { Nullable } from '../http/schemas.js';

const Count = (description: string) => Type.Integer({ minimum: 0, description });
const Time = (description: string) =>
  Type.String({
    description: `${description}; without an offset where the column has no zone`,
    examples: ['2023-01-01T00:00:00'],
  });
const Distinct = Type.Record(Type.String(), Type.Integer({ minimum: 0 }), {
  description: 'By field: how many distinct values occur, those that lack one not counted',
});

const counts = {
  rows: Count('Rows'),
  minutes: Count('Minutes that have a row'),
  distinct: Distinct,
};

/** What GET /api/datasets/{name}/stats answers. */
export const DatasetStatsSchema = Type.Object(
  {
    dataset: Type.String({ description: 'Its name, as in /api/datasets/{name}' }),
    complete: Type.Boolean({ description: 'Whether all loaded files are counted' }),
    files: Count('Loaded files, whatever the range'),
    missingFiles: Count('Of those, the ones that are not counted yet; the task refresh-summary does it'),
    ...counts,
    days: Type.Array(
      Type.Object({
        day: Type.String({ examples: ['2023-01-01'] }),
        files: Count('Files that have rows of the day'),
        ...counts,
      }),
      { description: 'The days that have rows, ascending' },
    ),
    omittedDays: Count('Days that are left out there, as there are too many; ask for fewer'),
    missing: Type.Object({
      from: Nullable(Time('The first minute that was looked at')),
      to: Nullable(Time('The last one')),
      minutes: Count('Minutes between them without a row'),
      ranges: Type.Array(
        Type.Object({
          from: Time('The first minute without a row'),
          to: Time('The last one'),
          minutes: Count('How many these are'),
        }),
        { description: 'Those minutes as ranges, ascending; the first 100' },
      ),
      omitted: Count('Ranges that are left out there'),
    }),
    differences: Type.Array(
      Type.Object({
        from: Type.String({ description: 'Field of the earlier time', examples: ['createAt'] }),
        to: Type.String({ description: 'Field of the later time', examples: ['productExpire'] }),
        unit: Type.Enum(['day']),
        byDays: Type.Array(Type.Object({ days: Type.Integer(), rows: Count('Rows') }), {
          description: 'Rows by whole days from one to the other, rounded down, ascending; the first 1,000',
        }),
        omitted: Count('Numbers of days that are left out there'),
        earliest: Nullable(Time('The least of the later times')),
        latest: Nullable(Time('The greatest of them')),
      }),
    ),
  },
  component('DatasetStats', 'Figures of a dataset, as of one moment'),
);
