import { Type } from 'typebox';
import { footageTimeline, maxLabels, maxMetrics } from '#database/queries/recordings/footage-timeline.js';
import type { ApiDeps } from '../../../deps.js';
import { footageLink, frameLink, recordingLink } from '../../../footage/links.js';
import { readNames } from '../../../footage/names.js';
import type { App } from '../../../http/app-type.js';
import { component } from '../../../http/openapi/component.js';
import { unprocessable } from '../../../http/problem.js';
import { Instant, Nullable, problems } from '../../../http/schemas.js';
import { refuseSlowQuery } from '../../../http/slow-query.js';
import { FootageParameter, noFootage } from './footages.js';

const maxPoints = 500;

const Second = (description: string) => Type.Integer({ minimum: 0, maximum: 2_147_483_647, description });
const Names = (description: string) =>
  Type.Optional(Type.String({ maxLength: 4000, description: `${description}, separated by commas` }));

const TimelineQuery = Type.Object(
  {
    from: Type.Optional(Second('The first second; that of the first row or frame if not given')),
    to: Type.Optional(Second('The last second; that of the last row or frame if not given')),
    points: Type.Optional(
      Type.Integer({ minimum: 1, maximum: maxPoints, default: 200, description: 'Most points of a line' }),
    ),
    metric: Names(`Only these metrics; without it the first ${maxMetrics} by name`),
    label: Names(`Only these classes of labels; without it the ${maxLabels} most frequent ones`),
  },
  { additionalProperties: false },
);

const Line = (description: string) => Type.Array(Nullable(Type.Number()), { description });

const TimelineSchema = Type.Object(
  {
    footage: Type.String(),
    recording: Type.String(),
    frames: Nullable(Type.Integer({ description: 'How many frames it has, if the file that names it says so' })),
    first: Nullable(Second('The first second of which there is a value, a label or a frame')),
    last: Nullable(Second('The last one')),
    began: Nullable(
      Type.String({ ...Instant, description: 'When the second 0 was, going by the first value or label' }),
    ),
    axis: Nullable(
      Type.Object(
        {
          from: Second('The first second'),
          to: Second('The last second'),
          step: Type.Integer({ minimum: 1, description: 'For how many seconds a point stands' }),
          points: Type.Integer({ minimum: 1, description: 'How many there are; the first one begins at `from`' }),
        },
        { description: 'What all lines share; null where nothing is known of that time' },
      ),
    ),
    metrics: Type.Array(
      Type.Object({
        metric: Type.String(),
        values: Type.Integer({ description: 'How many values this is of' }),
        mean: Line('Of each point; null without a value, or where one is beyond 1e145'),
        min: Line('Of each point'),
        max: Line('Of each point'),
      }),
      { description: 'What the sensors of the recording measured, by name' },
    ),
    labels: Type.Array(
      Type.Object({
        label: Type.String(),
        labels: Type.Integer({ description: 'How many labels this is of' }),
        counts: Type.Array(Type.Integer(), { description: 'Labels of each point' }),
        certainty: Line('The highest one of each point'),
      }),
      { description: 'What was recognised on the frames, the most frequent first' },
    ),
    links: Type.Object({
      footage: Type.String(),
      recording: Type.String(),
      firstFrame: Nullable(
        Type.String({ description: 'The frame of the first point; put another second in its place' }),
      ),
    }),
  },
  component('FootageTimeline', 'Metrics and labels along a footage, on one axis of seconds'),
);

/** GET /api/footages/{id}/timeline. */
export async function footageTimelineRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/footages/:id/timeline',
    {
      schema: {
        operationId: 'getFootageTimeline',
        tags: ['recordings'],
        summary: 'Metrics and labels along a footage, summed up over the same points of time',
        description:
          'Seconds are counted from the begin of the recording; the second of a frame is its index. Labels are those of this footage.',
        params: Type.Object({ id: FootageParameter }),
        querystring: TimelineQuery,
        response: { 200: TimelineSchema, ...problems(404, 422) },
      },
    },
    async ({ params: { id }, query: { from, to, points = 200, metric, label } }) => {
      if (from !== undefined && to !== undefined && from > to) {
        throw unprocessable([{ path: 'from', message: `must not be above to; got ${from} and ${to}` }]);
      }
      const wanted = { from, to, points, metrics: readNames(metric, 'metric'), labels: readNames(label, 'label') };
      const timeline = await refuseSlowQuery(footageTimeline(pool, id, wanted), 'ask for a shorter time (from, to)');
      if (timeline === undefined) throw noFootage(id);
      const { footage, ...lines } = timeline;
      return {
        ...lines,
        footage: id,
        recording: footage.recording,
        frames: footage.frames,
        links: {
          footage: footageLink(id),
          recording: recordingLink(footage.recording),
          firstFrame: lines.axis && frameLink(id, lines.axis.from),
        },
      };
    },
  );
}
