import { Type } from 'typebox';
import { readableDatasets } from '#catalogue/catalogue.js';
import type { ReadableDataset } from '#contracts/file-task.js';
import { readDatasetFigures } from '#database/queries/dataset-figures.js';
import { readDatasetLoads } from '#database/queries/dataset-loads.js';
import { CompletenessSchema } from '../../datasets/completeness-schema.js';
import { describeDataset, describeDatasetFully, type KnownOfDatasets } from '../../datasets/describe.js';
import { DatasetDetailSchema, DatasetSchema } from '../../datasets/schemas.js';
import { DatasetStatsSchema } from '../../datasets/stats-schema.js';
import { createStorageReader } from '../../datasets/storage.js';
import type { ApiDeps } from '../../deps.js';
import { exportFormats, exportResponses } from '../../export/send-export.js';
import type { App } from '../../http/app-type.js';
import { component } from '../../http/openapi/component.js';
import { type HttpProblem, notFound } from '../../http/problem.js';
import { FileId, Nullable, PageOf, problems, RunId } from '../../http/schemas.js';
import { refuseSlowQuery } from '../../http/slow-query.js';

const advice = 'ask again when the database has less to do';

/** A row of any dataset. */
export const AnyRow = Type.Object(
  {
    fileId: FileId,
    ordinal: Type.Integer({ description: 'Position of the row in its file, from 0' }),
    runId: Nullable(RunId),
  },
  { ...component('DatasetRow', 'A row of any dataset, with a field per column'), additionalProperties: true },
);

const rowsRoutes = [
  { ending: '', operationId: 'listRows', what: '', answer: { 200: PageOf(AnyRow, 'A page of rows') } },
  ...exportFormats.map((format) => ({
    ending: `.${format.extension}`,
    operationId: `exportRowsAs${format.extension}`,
    what: `, as ${format.extension.toUpperCase()}`,
    answer: exportResponses(format),
  })),
];

const figureRoutes = [
  {
    path: 'stats',
    operationId: 'getDatasetStats',
    summary: 'Figures of a dataset that has a summary',
    answer: DatasetStatsSchema,
  },
  {
    path: 'completeness',
    operationId: 'getDatasetCompleteness',
    summary: 'Which minutes have rows, of a dataset that has a summary',
    answer: CompletenessSchema,
  },
];

/** GET /api/datasets and /api/datasets/{name}. */
export async function datasetRoutes(app: App, { pool, catalogue }: ApiDeps): Promise<void> {
  const datasets = readableDatasets(catalogue);
  const readStorage = createStorageReader(pool, [...datasets.values()]);
  const readKnown = async (list: readonly ReadableDataset[]): Promise<KnownOfDatasets> => {
    const [figures, loads, storage] = await refuseSlowQuery(
      Promise.all([readDatasetFigures(pool, list), readDatasetLoads(pool, list), readStorage()]),
      advice,
    );
    return { figures, loads, storage };
  };

  app.get(
    '/api/datasets',
    {
      schema: {
        operationId: 'listDatasets',
        tags: ['datasets'],
        summary: 'What files become: tables, their columns, how many rows they have and when one was loaded last',
        response: {
          200: Type.Object({ items: Type.Array(DatasetSchema) }, component('DatasetPage', 'All datasets')),
          ...problems(),
        },
      },
    },
    async () => {
      const all = [...datasets.values()];
      const known = await readKnown(all);
      return { items: all.map((each) => describeDataset(each, known)) };
    },
  );

  app.get(
    '/api/datasets/:name',
    {
      schema: {
        operationId: 'getDataset',
        tags: ['datasets'],
        summary: 'One dataset: its columns, indexes and partitions, and what its rows can be filtered and sorted by',
        params: Type.Object({ name: Type.String() }),
        response: { 200: DatasetDetailSchema, ...problems(404) },
      },
    },
    async ({ params: { name } }) => {
      const readable = datasets.get(name);
      if (readable === undefined) throw unknownDataset(name, datasets);
      return describeDatasetFully(readable, await readKnown([readable]));
    },
  );

  // The rows of each dataset have routes of their own, which go first; what is left is a name that there is not.
  for (const { ending, operationId, what, answer } of rowsRoutes) {
    app.get(
      `/api/datasets/:name/rows${ending}`,
      {
        schema: {
          operationId,
          tags: ['datasets'],
          summary: `Rows of any dataset${what}`,
          description: 'Each dataset has a path of its own that says its parameters and its fields.',
          params: Type.Object({ name: Type.String() }),
          response: { ...answer, ...problems(404) },
        },
      },
      async ({ params: { name } }) => {
        throw unknownDataset(name, datasets);
      },
    );
  }

  for (const { path, operationId, summary, answer } of figureRoutes) {
    app.get(
      `/api/datasets/:name/${path}`,
      {
        schema: {
          operationId,
          tags: ['datasets'],
          summary,
          description: 'Each of them has a path of its own that says its parameters and its fields.',
          params: Type.Object({ name: Type.String() }),
          response: { 200: answer, ...problems(404) },
        },
      },
      async ({ params: { name } }) => {
        if (datasets.get(name) === undefined) throw unknownDataset(name, datasets);
        throw notFound(`the dataset ${name} keeps no figures; its declaration has to have a "summary"`);
      },
    );
  }
}

/** 404: no dataset has this name. */
export function unknownDataset(name: string, datasets: ReadonlyMap<string, unknown>): HttpProblem {
  const known = [...datasets.keys()].join(', ') || 'none';
  return notFound(`no dataset is named ${JSON.stringify(name)}; there are ${known}`);
}
