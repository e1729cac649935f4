import { Type } from 'typebox';
import { listFileChanges, listRunChanges } from '#database/queries/changes.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { readPage, toPage } from '../../http/cursor.js';
import { component } from '../../http/openapi/component.js';
import { notFound } from '../../http/problem.js';
import { FileId, Instant, ListQuery, Nullable, PageOf, problems, RunId } from '../../http/schemas.js';
import { FileState, RunState } from './run-schemas.js';

const Text = Type.String();
const Actor = Nullable(
  Type.String({
    description:
      'Who made it: worker:ID, watcher, api, command, bearer (a program with the token), user:NAME (a person ' +
      'who logged in by name), session:ID (with the token) or local (this machine, where nobody has to log in); null of a ' +
      'session of somebody else’s',
  }),
);

const RunChangeSchema = Type.Object(
  {
    id: Text,
    at: Instant,
    was: Nullable(RunState),
    state: RunState,
    attempt: Type.Integer({ minimum: 0, description: 'Number of the latest attempt from then on' }),
    cause: Type.String({
      description: 'recorded, begun, lost, returned, invoked, released, due, retried, or an error’s name',
    }),
    meaning: Type.String({ description: 'The cause in words' }),
    actor: Actor,
    waitedMs: Nullable(
      Type.Number({ description: 'Of an attempt that began: milliseconds for which it could have begun' }),
    ),
    ranMs: Nullable(Type.Number({ description: 'Of an attempt that ended: milliseconds that it took' })),
  },
  component('RunChange', 'A run that came to another state or attempt'),
);

export const FileChangeSchema = Type.Object(
  {
    id: Text,
    at: Instant,
    was: Nullable(FileState),
    state: FileState,
    runId: Nullable(RunId),
    code: Nullable(Type.String({ description: 'Kind of what was wrong with it' })),
    bytes: Type.Number({ description: 'Its size' }),
    rows: Nullable(Type.Number({ description: 'Rows that it had in its tables' })),
    actor: Actor,
  },
  component('FileChange', 'A file that came to another state, or was loaded once more'),
);

/** GET /api/runs/{id}/changes and /api/files/{id}/changes. */
export async function changeRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/runs/:id/changes',
    {
      schema: {
        operationId: 'listRunChanges',
        tags: ['runs'],
        summary: 'The states a run went through: when, why and by whom, oldest first',
        params: Type.Object({ id: RunId }),
        querystring: ListQuery({}),
        response: { 200: PageOf(RunChangeSchema, 'A page of changes'), ...problems(404, 422) },
      },
    },
    async ({ params, query }) => {
      const page = await listRunChanges(pool, params.id, readPage(FileId, query));
      if (!page) throw notFound(`no run has the id ${params.id}`);
      return toPage(page);
    },
  );

  app.get(
    '/api/files/:id/changes',
    {
      schema: {
        operationId: 'listFileChanges',
        tags: ['files'],
        summary: 'The states a file went through: when, by which run and by whom, oldest first',
        params: Type.Object({ id: FileId }),
        querystring: ListQuery({}),
        response: { 200: PageOf(FileChangeSchema, 'A page of changes'), ...problems(404, 422) },
      },
    },
    async ({ params, query }) => {
      const page = await listFileChanges(pool, params.id, readPage(FileId, query));
      if (!page) throw notFound(`no file has the id ${params.id}`);
      return toPage(page);
    },
  );
}
