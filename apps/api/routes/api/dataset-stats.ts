import { Type } from 'typebox';
import { readableDatasets } from '#catalogue/catalogue.js';
import { fieldOf } from '#contracts/dataset-parameters.js';
import { isDatasetTask, type ReadableDataset } from '#contracts/file-task.js';
import { hasSummary, type SummarizedDataset } from '#database/datasets/summary.js';
import { type DatasetStats, readDatasetStats } from '#database/queries/dataset-stats.js';
import { dayRange, readDays } from '../../datasets/days.js';
import { datasetPath } from '../../datasets/describe.js';
import { operationName } from '../../datasets/rows.js';
import { DatasetStatsSchema } from '../../datasets/stats-schema.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { problems } from '../../http/schemas.js';
import { refuseSlowQuery } from '../../http/slow-query.js';

const StatsQuery = Type.Object(dayRange, { additionalProperties: false });

/** GET /api/datasets/{name}/stats of each dataset with a summary, and beside the route of its own that it may have. */
export async function datasetStatsRoutes(app: App, { pool, catalogue }: ApiDeps): Promise<void> {
  for (const readable of readableDatasets(catalogue).values()) {
    const { name, task, dataset } = readable;
    if (!isDatasetTask(task) || !hasSummary(task.dataset)) continue;
    const operation = operationName(name);
    addRoute(`${datasetPath(name)}/stats`, `get${operation}DatasetStats`, readable, task.dataset);
    if (dataset.route !== undefined) addRoute(`${dataset.route}/stats`, `get${operation}Stats`, readable, task.dataset);
  }

  function addRoute(path: string, operationId: string, readable: ReadableDataset, dataset: SummarizedDataset): void {
    const { name, source } = readable;
    app.get(
      path,
      {
        schema: {
          operationId,
          tags: ['datasets'],
          summary: `Figures of ${dataset.table}: rows, minutes, distinct values, missing minutes, differences`,
          description:
            'Answered from figures that each load keeps in its own transaction, so its time does not depend on the number of rows.',
          querystring: StatsQuery,
          response: { 200: DatasetStatsSchema, ...problems(422) },
        },
      },
      async ({ query }) => {
        const stats = readDatasetStats(pool, dataset, source.name, readDays(query));
        return describeStats(name, await refuseSlowQuery(stats, 'ask for fewer days (from, to)'));
      },
    );
  }
}

function describeStats(
  dataset: string,
  { missingFiles, days, distinct, missing, differences, ...stats }: DatasetStats,
) {
  return {
    dataset,
    complete: missingFiles === 0,
    missingFiles,
    ...stats,
    distinct: byField(distinct),
    days: days.map((day) => ({ ...day, distinct: byField(day.distinct) })),
    missing: { ...missing, ranges: [...missing.ranges] },
    differences: differences.map(({ difference, byDays, ...bounds }) => ({
      from: fieldOf(difference.from),
      to: fieldOf(difference.to),
      unit: difference.unit,
      byDays: [...byDays],
      ...bounds,
    })),
  };
}

const byField = (values: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).map(([column, count]) => [fieldOf(column), count]));
