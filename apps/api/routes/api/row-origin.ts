import { Type } from 'typebox';
import { readableDatasets } from '#catalogue/catalogue.js';
import { listFileChanges } from '#database/queries/changes.js';
import { findFile } from '#database/queries/files.js';
import { findRow } from '#database/queries/rows/find-row.js';
import { findAttempt } from '#database/queries/run-detail.js';
import { findRunNow } from '#database/queries/runs.js';
import { toItem } from '../../datasets/rows.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { component } from '../../http/openapi/component.js';
import { notFound } from '../../http/problem.js';
import { FileId, Nullable, problems } from '../../http/schemas.js';
import { refuseSlowQuery } from '../../http/slow-query.js';
import { showRun } from '../../runs/show-run.js';
import { FileChangeSchema } from './changes.js';
import { AnyRow, unknownDataset } from './datasets.js';
import { FileSchema } from './file-schemas.js';
import { AttemptSchema, RunSummarySchema } from './run-schemas.js';

/** No list in the answer is longer than this. */
const maxShown = 100;

const OriginSchema = Type.Object(
  {
    row: AnyRow,
    file: FileSchema,
    run: Nullable(RunSummarySchema),
    attempt: Nullable(AttemptSchema),
    changes: Type.Array(FileChangeSchema, { description: 'The file’s states, oldest first, at most 100' }),
    links: Type.Object({
      file: Type.String({ description: 'The file, with the versions of its path' }),
      content: Type.String({ description: 'Its bytes' }),
      run: Nullable(Type.String({ description: 'The run, with its input and output' })),
      logs: Nullable(Type.String({ description: 'The lines of the attempt' })),
    }),
  },
  component('RowOrigin', 'A row, and what brought it: file, run, and attempt with its worker'),
);

/** GET /api/datasets/{name}/rows/origin. */
export async function rowOriginRoutes(app: App, deps: ApiDeps): Promise<void> {
  const { pool, prisma, catalogue } = deps;
  const datasets = readableDatasets(catalogue);

  app.get(
    '/api/datasets/:name/rows/origin',
    {
      schema: {
        operationId: 'getRowOrigin',
        tags: ['datasets'],
        summary: 'Why a row is here: its file, the run and the attempt that loaded it, and the worker',
        description:
          'A row is named by its file and its ordinal, which every list of rows has. Run and attempt are null when the ' +
          'history does not have them any more.',
        params: Type.Object({ name: Type.String() }),
        querystring: Type.Object(
          {
            fileId: FileId,
            ordinal: Type.Integer({
              minimum: 0,
              maximum: 2_147_483_647,
              description: 'Position of the row in its file, from 0',
            }),
          },
          { additionalProperties: false },
        ),
        response: { 200: OriginSchema, ...problems(404, 422) },
      },
    },
    async ({ params: { name }, query: { fileId, ordinal } }) => {
      const readable = datasets.get(name);
      if (readable === undefined) throw unknownDataset(name, datasets);
      const { dataset, source } = readable;
      const found = findRow(pool, { table: dataset, source: source.name, fileId, ordinal });
      const row = await refuseSlowQuery(found, 'ask again when the database has less to do');
      const file = row && (await findFile(pool, fileId));
      if (!row || !file) throw notFound(`the dataset ${name} has no row ${ordinal} of file ${fileId}`);
      return { row: toItem(dataset, row), file, ...(await originOf(file)) };
    },
  );

  async function originOf({
    id,
    runId,
    attempt: number,
  }: {
    id: string;
    runId: string | null;
    attempt: number | null;
  }) {
    const [run, attempt, changes] = await Promise.all([
      runId === null ? undefined : findRunNow(pool, runId),
      runId === null || number === null ? undefined : findAttempt(prisma, runId, number),
      listFileChanges(pool, id, { after: undefined, limit: maxShown }),
    ]);
    const self = `/api/files/${id}`;
    const runPath = run && `/api/runs/${run.run.id}`;
    return {
      run: run ? showRun(deps, run.run) : null,
      attempt: attempt ?? null,
      changes: changes?.items ?? [],
      links: {
        file: self,
        content: `${self}/content`,
        run: runPath ?? null,
        logs: runPath && attempt ? `${runPath}/logs?attempt=${attempt.number}` : null,
      },
    };
  }
}
