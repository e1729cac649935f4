import { Type } from 'typebox';
import { searchRecord } from '#database/queries/search.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { component } from '../../http/openapi/component.js';
import { problems } from '../../http/schemas.js';
import { refuseSlowQuery } from '../../http/slow-query.js';
import { hitKinds, rankHits } from '../../search/hits.js';

const defaultHits = 5;

const SearchQuery = Type.Object(
  {
    q: Type.String({
      minLength: 1,
      maxLength: 500,
      pattern: '\\S',
      description: 'What to look for, in upper or lower case',
      examples: ['part-17', 'load-data-sample', '019ab2c4'],
    }),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 20, default: defaultHits, description: 'Most hits of each kind' }),
    ),
  },
  { additionalProperties: false },
);

const HitSchema = Type.Object(
  {
    kind: Type.Enum([...hitKinds]),
    id: Type.String({ description: 'By which the API has it: the id, or the name of a task, a dataset or a schedule' }),
    title: Type.String({ description: 'What it is called: of a run its task, of a file its path' }),
    detail: Type.String({ description: 'What else there is to say, in words for people' }),
    path: Type.String({ description: 'Of its page', examples: ['/tasks/load-data-sample'] }),
  },
  component('SearchHit'),
);
const HitsSchema = Type.Object(
  { items: Type.Array(HitSchema, { description: 'The best first' }) },
  component('SearchHits', 'What was found'),
);

/** GET /api/search. */
export async function searchRoutes(app: App, { pool, catalogue }: ApiDeps): Promise<void> {
  app.get(
    '/api/search',
    {
      schema: {
        operationId: 'searchEverything',
        tags: ['search'],
        summary: 'Runs, files, tasks, datasets, schedules and workers by id, name or description',
        description:
          'Runs: the id or its first 6 digits or more, the idempotency key, the task, and among the newest 10,000 a label’s value. ' +
          'Files: the id, the path, the beginning of the name. Tasks and datasets: words of name and description. Schedules: a part ' +
          'of the name or the task. Workers: the beginning of the id, a part of the host. First what is called so, then what begins so, ' +
          'then what has it as a part, then the rest.',
        querystring: SearchQuery,
        response: { 200: HitsSchema, ...problems(422) },
      },
    },
    async ({ query }) => {
      const text = query.q.trim();
      const limit = query.limit ?? defaultHits;
      const found = searchRecord(pool, { text, tasks: [...catalogue.keys()], limit });
      return { items: rankHits(text, catalogue, await refuseSlowQuery(found, 'ask for something else'), limit) };
    },
  );
}
