import { Type } from 'typebox';
import type { Violation } from '#contracts/violation-list.js';
import { comparisons } from '#database/queries/recordings/frame-conditions.js';
import { listFrames } from '#database/queries/recordings/frames.js';
import type { ApiDeps } from '../../../deps.js';
import { readConditions } from '../../../footage/conditions.js';
import { footageLink, frameLink, recordingLink } from '../../../footage/links.js';
import type { App } from '../../../http/app-type.js';
import { readPage, toPage } from '../../../http/cursor.js';
import { unprocessable } from '../../../http/problem.js';
import { Instant, ListQuery, PageOf, problems } from '../../../http/schemas.js';
import { refuseSlowQuery } from '../../../http/slow-query.js';

const comparing = `a name, one of ${comparisons.join(' ')}, and a number; several separated by commas, all of which hold`;

const FrameQuery = ListQuery({
  metrics: Type.Optional(
    Type.String({
      maxLength: 1000,
      description: `What the sensors of the recording measured in the frame’s second: ${comparing}`,
      examples: ['speed>50,acceleration<=2'],
    }),
  ),
  labels: Type.Optional(
    Type.String({
      maxLength: 1000,
      description: `What the frame is labelled with, and the certainty of that, 0 to 1: ${comparing}`,
      examples: ['pedestrian>=0.6'],
    }),
  ),
  recording: Type.Optional(Type.String({ description: 'Only frames of this recording' })),
  location: Type.Optional(Type.String({ description: 'Only frames of recordings made there' })),
  footageType: Type.Optional(Type.String({ description: 'Only frames of this camera', examples: ['front'] })),
});

const FrameSchema = Type.Object({
  recording: Type.String(),
  location: Type.String(),
  footage: Type.String(),
  footageType: Type.String(),
  index: Type.Integer({ description: 'Of the frame in its footage, from 0: the second since the recording began' }),
  timestamp: Instant,
  metrics: Type.Array(Type.Object({ metric: Type.String(), value: Type.Number() }), {
    description: 'The values that fit the conditions',
  }),
  labels: Type.Array(Type.Object({ label: Type.String(), certainty: Type.Number() }), {
    description: 'The labels that fit the conditions',
  }),
  links: Type.Object({
    frame: Type.String({ description: 'The image' }),
    footage: Type.String(),
    recording: Type.String(),
  }),
});

const Position = Type.Tuple([Type.String(), Type.String(), Type.Integer()]);

/** GET /api/frames. */
export async function frameSearchRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/frames',
    {
      schema: {
        operationId: 'findFrames',
        tags: ['recordings'],
        summary: 'Frames that fit conditions on metrics and labels, by recording, footage and index',
        querystring: FrameQuery,
        response: { 200: PageOf(FrameSchema, 'A page of frames'), ...problems(422) },
      },
    },
    async ({ query }) => {
      const { metrics, labels, recording, location, footageType } = query;
      const faults: Violation[] = [];
      const conditions = {
        metrics: readConditions(metrics, 'metrics', faults),
        labels: readConditions(labels, 'labels', faults, { least: 0, most: 1 }),
      };
      if (metrics === undefined && labels === undefined) {
        faults.push({
          path: 'metrics',
          message: 'must be given, or labels: conditions like speed>50 or pedestrian>=0.6',
        });
      }
      if (faults.length > 0) throw unprocessable(faults);
      const page = readPage(Position, query);
      const search = listFrames(pool, { ...conditions, recording, location, footageType }, page);
      const found = toPage(await refuseSlowQuery(search, 'name a recording or a location, or narrow the conditions'));
      return {
        ...found,
        items: found.items.map((frame) => ({
          ...frame,
          links: {
            frame: frameLink(frame.footage, frame.index),
            footage: footageLink(frame.footage),
            recording: recordingLink(frame.recording),
          },
        })),
      };
    },
  );
}
