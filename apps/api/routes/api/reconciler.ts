import { Type } from 'typebox';
import { mendKinds, mends } from '#contracts/mends.js';
import { listMends } from '#database/runs/mends.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { component } from '../../http/openapi/component.js';
import { Instant, Nullable, problems } from '../../http/schemas.js';

const MendSchema = Type.Object(
  {
    kind: Type.Enum([...mendKinds]),
    meaning: Type.String({ description: 'What was found, and what was done about it' }),
    count: Type.Integer({ minimum: 0, description: 'How often so far' }),
    lastAt: Nullable(Instant),
  },
  component('Mend', 'A kind of thing that is mended'),
);

const MendsSchema = Type.Object(
  { items: Type.Array(MendSchema), nextCursor: Type.Null() },
  component('MendPage', 'All kinds of what the reconciler mends'),
);

/** GET /api/reconciler: what was mended so far. */
export async function reconcilerRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/reconciler',
    {
      schema: {
        operationId: 'listMends',
        tags: ['runs'],
        summary: 'What the reconciler has mended, by its kind',
        description:
          'One worker compares the record of runs with the jobs of the carrier every few seconds. What it finds apart it ' +
          'mends and counts. Counts that grow without a crash or a flushed carrier are worth a look at the logs.',
        response: { 200: MendsSchema, ...problems() },
      },
    },
    async () => ({
      items: (await listMends(pool)).map((mend) => ({ ...mend, meaning: mends[mend.kind] })),
      nextCursor: null,
    }),
  );
}
