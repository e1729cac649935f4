import { type Static, Type } from 'typebox';
import { listFileReasons } from '#database/queries/file-reasons.js';
import { originOf } from '../../auth/client.js';
import type { ApiDeps } from '../../deps.js';
import { changeFiles, type FileChange } from '../../files/change-many.js';
import { acting } from '../../http/acting.js';
import type { App } from '../../http/app-type.js';
import { component } from '../../http/openapi/component.js';
import { unprocessable } from '../../http/problem.js';
import { FileId, Instant, Nullable, problems } from '../../http/schemas.js';
import { refuseSlowQuery } from '../../http/slow-query.js';

const Count = (description: string) => Type.Integer({ minimum: 0, description });

const ReasonSchema = Type.Object(
  {
    source: Type.String(),
    code: Nullable(Type.String({ description: 'Kind of what is wrong with them' })),
    count: Count('How many files'),
    bytes: Type.Number({ description: 'Bytes of all of them' }),
    lastAt: Instant,
    example: Type.Object(
      { fileId: FileId, path: Type.String(), reason: Nullable(Type.String()) },
      { description: 'The file that was seen last' },
    ),
  },
  component('FileReason', 'Quarantined files of one source with the same kind of fault'),
);
const ReasonsSchema = Type.Object(
  { items: Type.Array(ReasonSchema, { description: 'The most frequent first, at most 500' }) },
  component('FileReasons', 'Why files are in quarantine'),
);

const bodyFields = {
  state: Type.Optional(
    Type.Enum(['quarantined'], { description: 'No others are changed; alone, it means all of them' }),
  ),
  source: Type.Optional(Type.String({ maxLength: 200, description: 'Name of the source' })),
  code: Type.Optional(Type.String({ maxLength: 200, description: 'Kind of what is wrong with them' })),
  path: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 4_096,
      description: 'Start of the path, or a pattern in which * stands for any characters',
    }),
  ),
};
const ChangeBody = Type.Object(
  { ...bodyFields, dryRun: Type.Optional(Type.Boolean({ description: 'Only says how many files there are' })) },
  { additionalProperties: false },
);
const ManySchema = Type.Object(
  {
    matched: Count('Quarantined files that the filter finds'),
    changed: Count('Files that it was done to'),
    remaining: Count('Files that are left for another request, because one takes at most 10,000'),
    refused: Type.Array(Type.Object({ fileId: FileId, reason: Type.String() }), {
      description: 'Files that were no longer quarantined when it was their turn, the first 100 of them',
    }),
  },
  component('ChangedFiles', 'What was done to files, and what is left'),
);

/** GET /api/files/reasons, POST /api/files/replay and /api/files/discard. */
export async function quarantineRoutes(app: App, deps: ApiDeps): Promise<void> {
  app.get(
    '/api/files/reasons',
    {
      schema: {
        operationId: 'listFileReasons',
        tags: ['files'],
        summary: 'Quarantined files, grouped by source and kind of fault',
        description: 'Old versions of a path are left out: nothing can be done to them.',
        response: { 200: ReasonsSchema, ...problems() },
      },
    },
    async () => ({ items: await refuseSlowQuery(listFileReasons(deps.pool), 'list them with GET /api/files') }),
  );

  for (const kind of ['replay', 'discard'] as const) {
    app.post(
      `/api/files/${kind}`,
      {
        schema: {
          operationId: `${kind}Files`,
          tags: ['files'],
          summary: `${kind === 'replay' ? 'Load all quarantined files once more' : 'Put all quarantined files aside'} that a filter finds`,
          description: filterWords,
          body: ChangeBody,
          response: { 200: ManySchema, ...problems(422) },
        },
      },
      async (request) => await changeMany(request, request.body, kind),
    );
  }

  async function changeMany(
    request: Parameters<typeof acting>[1],
    { dryRun, ...filter }: Static<typeof ChangeBody>,
    kind: FileChange['kind'],
  ) {
    if (Object.keys(filter).length === 0) {
      const message = `must name at least one of ${Object.keys(bodyFields).join(', ')}; "state": "quarantined" means all`;
      throw unprocessable([{ path: '', message }]);
    }
    const advice = 'ask for less: a source, a code, or a path';
    if (dryRun === true) return await refuseSlowQuery(changeFiles(deps, filter, { kind, dryRun }), advice);
    return await acting(
      deps,
      request,
      { action: `${kind}-files`, subject: 'files', detail: { filter } },
      () => refuseSlowQuery(changeFiles(deps, filter, { kind }, originOf(request).actor), advice),
      ({ matched, changed, remaining }) => ({ matched, changed, remaining }),
    );
  }
}

const filterWords =
  'The body has at least one of state, source, code and path; only the current versions of their paths are changed. Look first ' +
  'with dryRun how many there are. One request takes at most 10,000 files and says how many remain.';
