import { Type } from 'typebox';
import { mendKinds, mends } from '#contracts/mends.js';
import { listMends } from '#database/runs/mends.js';
import { readScheduleFigures } from '#database/schedules/views.js';
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

const Count = (description: string) => Type.Integer({ minimum: 0, description });

const SchedulesSchema = Type.Object(
  {
    schedules: Count('Schedules'),
    paused: Count('Those that are paused'),
    overdue: Count('Those whose slot has been due for half a minute: nobody seems to fire'),
    pending: Count('Slots that wait for runs of earlier ones'),
    fired: Count('Slots that have fired'),
    late: Count('Those that fired well after their time'),
    caughtUp: Count('Those that had been missed and were caught up'),
    backfilled: Count('Slots that were backfilled'),
    skipped: Count('Slots that were skipped because the run of an earlier one had not ended'),
    failed: Count('Slots that could record no run'),
    missed: Count('Slots that were missed, at least'),
  },
  component('ScheduleFigures', 'What became of the slots of all schedules'),
);

const ReconcilerSchema = Type.Object(
  { mends: Type.Array(MendSchema), schedules: SchedulesSchema },
  component('Reconciler', 'What was mended so far'),
);

/** GET /api/reconciler: what was mended so far, and what became of schedules' slots. */
export async function reconcilerRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/reconciler',
    {
      schema: {
        operationId: 'getReconciler',
        tags: ['runs'],
        summary: 'What was mended, by its kind, and what became of schedules’ slots',
        description:
          'One worker compares the record of runs with the jobs of the carrier every few seconds. What it finds apart it ' +
          'mends and counts. Counts that grow without a crash or a flushed carrier are worth a look at the logs.',
        response: { 200: ReconcilerSchema, ...problems() },
      },
    },
    async () => {
      const [mended, schedules] = await Promise.all([listMends(pool), readScheduleFigures(pool)]);
      return { mends: mended.map((mend) => ({ ...mend, meaning: mends[mend.kind] })), schedules };
    },
  );
}
