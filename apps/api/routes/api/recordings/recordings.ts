import { Type } from 'typebox';
import {
  findRecording,
  listRecordings,
  type RecordingDetail,
  type RecordingRow,
} from '#database/queries/recordings/recordings.js';
import type { ApiDeps } from '../../../deps.js';
import { footageLink, recordingLink } from '../../../footage/links.js';
import type { App } from '../../../http/app-type.js';
import { readPage, toPage } from '../../../http/cursor.js';
import { component } from '../../../http/openapi/component.js';
import { notFound } from '../../../http/problem.js';
import { FileId, Instant, ListQuery, Nullable, PageOf, problems } from '../../../http/schemas.js';
import { refuseSlowQuery } from '../../../http/slow-query.js';

const Count = (description: string) => Type.Integer({ description });

const shared = {
  id: Type.String(),
  location: Type.String({ description: 'Where it was made', examples: ['Vienna'] }),
  labels: Count('Labels on all its footages'),
  values: Count('Values of its sensors'),
  from: Nullable(Instant),
  to: Nullable(Instant),
  fileId: FileId,
};
const links = Type.Object({
  self: Type.String(),
  file: Type.String(),
  sensors: Type.String({ description: 'Figures about its sensor values, by metric' }),
  labels: Type.String({ description: 'Its classes of labels with the highest certainties' }),
});

const RecordingSchema = Type.Object(
  { ...shared, footages: Count('How many footages it has'), links },
  component('Recording', 'One drive of a car; `from` and `to` are those of its labels and values'),
);

const RecordingDetailSchema = Type.Object(
  {
    ...shared,
    footages: Type.Array(
      Type.Object({
        id: Type.String(),
        footageType: Type.String(),
        filename: Type.String({ description: 'Where its frames lie, below FOOTAGE_DIR' }),
        frames: Nullable(Type.Integer({ description: 'How many frames it has, if its file says so' })),
        fileId: FileId,
        links: Type.Object({ self: Type.String() }),
      }),
    ),
    metrics: Type.Array(
      Type.Object({ metric: Type.String(), values: Count('How many'), min: Type.Number(), max: Type.Number() }),
    ),
    labelTypes: Type.Array(
      Type.Object({ label: Type.String(), labels: Count('How many'), bestCertainty: Type.Number() }),
      { description: 'The most frequent first' },
    ),
    links,
  },
  component('RecordingDetail', 'One drive of a car with what it is made of'),
);

/** GET /api/recordings and GET /api/recordings/{id}. */
export async function recordingRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/recordings',
    {
      schema: {
        operationId: 'listRecordings',
        tags: ['recordings'],
        summary: 'Recordings, by id',
        querystring: ListQuery({ location: Type.Optional(Type.String({ description: 'Exactly this one' })) }),
        response: { 200: PageOf(RecordingSchema, 'A page of recordings'), ...problems(422) },
      },
    },
    async ({ query }) => {
      const page = readPage(Type.String(), query);
      const { items, nextCursor } = toPage(
        await refuseSlowQuery(listRecordings(pool, query, page), 'ask for fewer recordings (limit)'),
      );
      return { items: items.map((item) => ({ ...item, links: linksOf(item) })), nextCursor };
    },
  );

  app.get(
    '/api/recordings/:id',
    {
      schema: {
        operationId: 'getRecording',
        tags: ['recordings'],
        summary: 'One recording: its footages, metrics, labels and when it was made',
        params: Type.Object({ id: Type.String({ minLength: 1, description: 'A recording’s id' }) }),
        response: { 200: RecordingDetailSchema, ...problems(404) },
      },
    },
    async ({ params: { id } }) => {
      const recording = await findRecording(pool, id);
      if (recording === undefined) throw notFound(`no loaded file has a recording with the id ${JSON.stringify(id)}`);
      return toDetail(recording);
    },
  );
}

const toDetail = (recording: RecordingDetail) => ({
  ...recording,
  footages: recording.footages.map(({ recording: _recording, ...footage }) => ({
    ...footage,
    links: { self: footageLink(footage.id) },
  })),
  links: linksOf(recording),
});

function linksOf({ id, fileId }: Pick<RecordingRow, 'id' | 'fileId'>) {
  const asked = encodeURIComponent(id);
  return {
    self: recordingLink(id),
    file: `/api/files/${fileId}`,
    sensors: `/api/sensors/stats?recording=${asked}&groupBy=metric`,
    labels: `/api/recordings/labels/top?recording=${asked}`,
  };
}
