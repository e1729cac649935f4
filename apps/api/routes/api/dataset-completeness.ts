import { Type } from 'typebox';
import { readableDatasets } from '#catalogue/catalogue.js';
import { isDatasetTask } from '#contracts/file-task.js';
import { hasSummary, type SummarizedDataset } from '#database/datasets/summary.js';
import { type DayMinutes, readDatasetMinutes } from '#database/queries/dataset-minutes.js';
import { CompletenessSchema } from '../../datasets/completeness-schema.js';
import { dayRange, readDays } from '../../datasets/days.js';
import { datasetPath } from '../../datasets/describe.js';
import { operationName } from '../../datasets/rows.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { problems } from '../../http/schemas.js';
import { refuseSlowQuery } from '../../http/slow-query.js';

/** Most days in an answer: some 9,000 hours, or some 45,000 minutes. */
const maxDays = { hour: 366, minute: 31 } as const;

const CompletenessQuery = Type.Object(
  {
    ...dayRange,
    grain: Type.Optional(
      Type.Enum(['hour', 'minute'], {
        default: 'hour',
        description: `Whether each day has a number for each hour (at most ${maxDays.hour} days) or also a mark for each minute (at most ${maxDays.minute})`,
      }),
    ),
  },
  { additionalProperties: false },
);

/** GET /api/datasets/{name}/completeness of each dataset with a summary. */
export async function datasetCompletenessRoutes(app: App, { pool, catalogue }: ApiDeps): Promise<void> {
  for (const { name, task } of readableDatasets(catalogue).values()) {
    if (isDatasetTask(task) && hasSummary(task.dataset)) addRoute(name, task.dataset);
  }

  function addRoute(name: string, dataset: SummarizedDataset): void {
    app.get(
      `${datasetPath(name)}/completeness`,
      {
        schema: {
          operationId: `get${operationName(name)}Completeness`,
          tags: ['datasets'],
          summary: `Which minutes of which days have rows in ${dataset.table}`,
          description:
            'Answered from figures that each load keeps in its own transaction. Without a last day it is the last one that ' +
            'has rows; without a first day, as many days before it as one answer may have.',
          querystring: CompletenessQuery,
          response: { 200: CompletenessSchema, ...problems(422) },
        },
      },
      async ({ query: { grain = 'hour', ...range } }) => {
        const asked = readDatasetMinutes(pool, dataset, readDays(range, maxDays[grain]), maxDays[grain]);
        const { days, ...span } = await refuseSlowQuery(asked, 'ask for fewer days (from, to)');
        return { dataset: name, grain, ...span, days: days.map((day) => describeDay(day, grain)) };
      },
    );
  }
}

const minutesPerHour = 60;

function describeDay({ day, minutes, marks }: DayMinutes, grain: 'hour' | 'minute') {
  const hours = Array.from({ length: 24 }, (_, hour) => {
    const ofHour = marks.slice(hour * minutesPerHour, (hour + 1) * minutesPerHour);
    return ofHour.replaceAll('0', '').length;
  });
  return { day, minutes, hours, marks: grain === 'minute' ? marks : null };
}
