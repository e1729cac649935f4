import { Type } from 'typebox';
import { component } from '../http/openapi/component.js';
import { Nullable } from '../http/schemas.js';

const Day = (description: string) => Type.String({ description, examples: ['2023-01-01'] });

/** What GET /api/datasets/{name}/completeness answers. */
export const CompletenessSchema = Type.Object(
  {
    dataset: Type.String({ description: 'Its name, as in /api/datasets/{name}' }),
    grain: Type.Enum(['hour', 'minute']),
    first: Nullable(Day('The first day that has rows, whatever days are asked for; null without rows')),
    last: Nullable(Day('The last one')),
    from: Nullable(Day('The first day of `days`; null when no days are asked for and there are no rows')),
    to: Nullable(Day('The last one')),
    days: Type.Array(
      Type.Object({
        day: Day('The day'),
        minutes: Type.Integer({ minimum: 0, maximum: 1_440, description: 'Minutes that have a row' }),
        hours: Type.Array(Type.Integer({ minimum: 0, maximum: 60 }), {
          minItems: 24,
          maxItems: 24,
          description: 'Of these, how many are in each hour',
        }),
        marks: Nullable(
          Type.String({
            description: 'With grain=minute, 1 for each minute that has a row and 0 for each other one, 1,440 of them',
          }),
        ),
      }),
      { description: 'Each day from `from` to `to`, those without rows as well' },
    ),
  },
  component('DatasetCompleteness', 'Which minutes have rows'),
);
