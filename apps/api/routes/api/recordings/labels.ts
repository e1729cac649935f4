import { Type } from 'typebox';
import { rankRecordings, topLabels } from '#database/queries/recordings/labels.js';
import type { ApiDeps } from '../../../deps.js';
import { footageLink, frameLink, recordingLink } from '../../../footage/links.js';
import type { App } from '../../../http/app-type.js';
import { readPage, toPage } from '../../../http/cursor.js';
import { Instant, ListQuery, PageOf, problems } from '../../../http/schemas.js';
import { refuseSlowQuery } from '../../../http/slow-query.js';

const Location = Type.Optional(Type.String({ description: 'Only recordings made there' }));

const TopQuery = ListQuery({
  recording: Type.Optional(Type.String({ description: 'Only this recording' })),
  location: Location,
  classes: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 100, default: 5, description: 'Most classes of labels per recording' }),
  ),
});

const RankQuery = ListQuery({
  minCertainty: Type.Optional(
    Type.String({
      pattern: '^(0(\\.[0-9]{1,2})?|1(\\.0{1,2})?)$',
      default: '0.6',
      description: 'Labels of at least this certainty count: 0 to 1, with at most two decimals',
    }),
  ),
  label: Type.Optional(Type.String({ description: 'Only labels of this class count' })),
  location: Location,
});

const TopLabelSchema = Type.Object({
  label: Type.String({ description: 'The class', examples: ['pedestrian'] }),
  certainty: Type.Number({ description: 'The highest that the class has in this recording' }),
  footage: Type.String(),
  second: Type.Integer({ description: 'Since the recording began; the index of the frame' }),
  timestamp: Instant,
  links: Type.Object({ footage: Type.String(), frame: Type.String({ description: 'The image' }) }),
});

const RecordingLinks = Type.Object({ recording: Type.String() });

const TopSchema = Type.Object({
  recording: Type.String(),
  location: Type.String(),
  labels: Type.Array(TopLabelSchema, {
    description: 'Of each class the label with its highest certainty, the highest first',
  }),
  links: RecordingLinks,
});

const RankSchema = Type.Object({
  recording: Type.String(),
  location: Type.String(),
  labels: Type.Integer({ description: 'How many labels count' }),
  links: RecordingLinks,
});

const advice = 'ask for fewer recordings (limit, location)';

/** GET /api/recordings/labels/top and GET /api/recordings/labels/ranking. */
export async function recordingLabelRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/recordings/labels/top',
    {
      schema: {
        operationId: 'getTopLabels',
        tags: ['recordings'],
        summary: 'Per recording, the classes of labels with the highest certainties, and the labels that have them',
        description:
          'Recordings with labels, by id. Of labels with the same certainty the earliest counts, then that of the first footage; of classes the first by name.',
        querystring: TopQuery,
        response: { 200: PageOf(TopSchema, 'A page of recordings with their labels'), ...problems(422) },
      },
    },
    async ({ query }) => {
      const { classes = 5, ...filter } = query;
      const page = readPage(Type.String(), query);
      const found = toPage(await refuseSlowQuery(topLabels(pool, filter, classes, page), advice));
      return {
        ...found,
        items: found.items.map((item) => ({
          ...item,
          labels: item.labels.map((label) => ({
            ...label,
            links: { footage: footageLink(label.footage), frame: frameLink(label.footage, label.second) },
          })),
          links: { recording: recordingLink(item.recording) },
        })),
      };
    },
  );

  app.get(
    '/api/recordings/labels/ranking',
    {
      schema: {
        operationId: 'rankRecordings',
        tags: ['recordings'],
        summary: 'Recordings by their number of labels of at least a certainty, the most first',
        querystring: RankQuery,
        response: { 200: PageOf(RankSchema, 'A page of recordings with their numbers of labels'), ...problems(422) },
      },
    },
    async ({ query }) => {
      const { minCertainty = '0.6', label, location } = query;
      const hundredths = Math.round(Number(minCertainty) * 100);
      const page = readPage(Type.Tuple([Type.Integer(), Type.String()]), query);
      const ranked = rankRecordings(pool, { hundredths, label, location }, page);
      const found = toPage(await refuseSlowQuery(ranked, advice));
      return {
        ...found,
        items: found.items.map((item) => ({ ...item, links: { recording: recordingLink(item.recording) } })),
      };
    },
  );
}
