import { Type } from 'typebox';
import { readableDatasets } from '#catalogue/catalogue.js';
import type { ReadableDataset } from '#contracts/file-task.js';
import { fileStates } from '#contracts/states.js';
import { type FileDetail, findFileDetail } from '#database/queries/file-detail.js';
import { listFiles } from '#database/queries/files.js';
import { rowsPath } from '../../datasets/describe.js';
import type { ApiDeps } from '../../deps.js';
import { discardRequested, replayRequested } from '../../files/change-state.js';
import type { App } from '../../http/app-type.js';
import { readPage, toPage } from '../../http/cursor.js';
import { notFound } from '../../http/problem.js';
import { FileId, ListQuery, namedIn, OneOrMore, PageOf, problems, RunId } from '../../http/schemas.js';
import { FileDetailSchema, FileSchema } from './file-schemas.js';

const FileQuery = ListQuery({
  state: Type.Optional(OneOrMore(fileStates, 'State of the file')),
  source: Type.Optional(Type.String({ description: 'Name of the source' })),
  code: Type.Optional(Type.String({ maxLength: 200, description: 'Kind of what is wrong with the file' })),
  waiting: Type.Optional(
    Type.Boolean({ description: 'Whether it waits for rows of other files; such files are settled' }),
  ),
  path: Type.Optional(
    Type.String({
      maxLength: 4_096,
      description: 'Start of the path, or a pattern in which * stands for any characters',
    }),
  ),
  runId: Type.Optional(RunId),
});

const IdParam = Type.Object({ id: FileId });

/** GET /api/files and /api/files/{id}, POST /api/files/{id}/replay and /discard. */
export async function fileRoutes(app: App, deps: ApiDeps): Promise<void> {
  const { pool, prisma } = deps;
  const datasets = [...readableDatasets(deps.catalogue).values()];

  app.get(
    '/api/files',
    {
      schema: {
        operationId: 'listFiles',
        tags: ['files'],
        summary: 'The ledger: files of the inbox, the last seen first',
        querystring: FileQuery,
        response: { 200: PageOf(FileSchema, 'A page of files'), ...problems(422) },
      },
    },
    async ({ query }) => {
      const { source, code, path, runId, waiting } = query;
      const filter = { states: namedIn(fileStates, query.state), source, code, path, runId, waiting };
      return toPage(await listFiles(pool, filter, readPage(FileId, query)));
    },
  );

  app.get(
    '/api/files/:id',
    {
      schema: {
        operationId: 'getFile',
        tags: ['files'],
        summary: 'One file: versions, runs, rejects, and where its rows are',
        params: IdParam,
        response: { 200: FileDetailSchema, ...problems(404) },
      },
    },
    async ({ params }) => showFile(params.id),
  );

  app.post(
    '/api/files/:id/replay',
    {
      schema: {
        operationId: 'replayFile',
        tags: ['files'],
        summary: 'Load a file once more',
        description:
          'A quarantined, duplicate or discarded file, or one that waits for rows of others, is given to the next batch; a loaded one gets a run that replaces its rows.',
        params: IdParam,
        response: { 202: FileDetailSchema, ...problems(404, 409) },
      },
    },
    async (request, reply) => {
      await replayRequested(deps, request.params.id, request);
      return reply.code(202).send(await showFile(request.params.id));
    },
  );

  app.post(
    '/api/files/:id/discard',
    {
      schema: {
        operationId: 'discardFile',
        tags: ['files'],
        summary: 'Put a file that is quarantined, or waits for rows of others, aside until somebody replays it',
        params: IdParam,
        response: { 202: FileDetailSchema, ...problems(404, 409) },
      },
    },
    async (request, reply) => {
      await discardRequested(deps, request.params.id, request);
      return reply.code(202).send(await showFile(request.params.id));
    },
  );

  async function showFile(id: string) {
    const file = await findFileDetail(pool, prisma, id);
    if (!file) throw notFound(`no file has the id ${id}`);
    const own = datasets.filter((each) => file.state === 'loaded' && each.source.name === file.source);
    return { ...file, datasets: rowsIn(own, file), links: linksOf(own, file) };
  }
}

const rowsOf = (dataset: ReadableDataset, id: string): string => `${rowsPath(dataset)}?fileId=${id}`;

/** How many rows a file has in each dataset of its source that has some. */
function rowsIn(own: readonly ReadableDataset[], { id, rows, tableRows }: FileDetail) {
  const counted = own.map((dataset) => ({
    name: dataset.name,
    rows: (tableRows === null ? rows : tableRows[dataset.name]) ?? 0,
    link: rowsOf(dataset, id),
  }));
  return counted.filter((each) => each.rows > 0);
}

function linksOf(own: readonly ReadableDataset[], { id, tableRows }: FileDetail) {
  const dataset = own.find(({ name }) => (tableRows?.[name] ?? 0) > 0) ?? own[0];
  const self = `/api/files/${id}`;
  return {
    self,
    rows: dataset === undefined ? null : rowsOf(dataset, id),
    changes: `${self}/changes`,
    content: `${self}/content`,
    preview: `${self}/preview`,
  };
}
