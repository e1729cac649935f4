import { Type } from 'typebox';
import { maxChoices, recordingChoices } from '#database/queries/recordings/choices.js';
import type { ApiDeps } from '../../../deps.js';
import type { App } from '../../../http/app-type.js';
import { component } from '../../../http/openapi/component.js';
import { Instant, Nullable, problems } from '../../../http/schemas.js';
import { refuseSlowQuery } from '../../../http/slow-query.js';

const first = `the first ${maxChoices} of them`;

const ChoicesSchema = Type.Object(
  {
    locations: Type.Array(Type.Object({ location: Type.String(), recordings: Type.Integer() }), {
      description: `By name, ${first}`,
    }),
    footageTypes: Type.Array(Type.Object({ footageType: Type.String(), footages: Type.Integer() }), {
      description: `Which cameras, by name, ${first}`,
    }),
    metrics: Type.Array(Type.Object({ metric: Type.String(), min: Type.Number(), max: Type.Number() }), {
      description: `By name, with their smallest and largest values, ${first}`,
    }),
    labels: Type.Array(Type.Object({ label: Type.String(), labels: Type.Integer(), bestCertainty: Type.Number() }), {
      description: `Classes of labels, the most frequent first, ${first}`,
    }),
    from: Nullable(Type.String({ ...Instant, description: 'When the first label or value was' })),
    to: Nullable(Type.String({ ...Instant, description: 'When the last one was' })),
  },
  component('RecordingChoices', 'What questions about recordings can name'),
);

/** GET /api/recordings/questions/choices. */
export async function recordingChoiceRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/recordings/questions/choices',
    {
      schema: {
        operationId: 'getRecordingChoices',
        tags: ['recordings'],
        summary: 'What questions about recordings can name: locations, cameras, metrics, labels, times',
        response: { 200: ChoicesSchema, ...problems() },
      },
    },
    () => refuseSlowQuery(recordingChoices(pool), 'ask again when less is being loaded'),
  );
}
