import { createHash } from 'node:crypto';
import { Type } from 'typebox';
import { findFootage } from '#database/queries/recordings/footages.js';
import { containerKinds } from '#footage/messages.js';
import type { ApiDeps } from '../../../deps.js';
import { footageLink, frameLink, recordingLink } from '../../../footage/links.js';
import { frameProblem } from '../../../footage/problems.js';
import type { App } from '../../../http/app-type.js';
import { hasAlready } from '../../../http/etag.js';
import { component } from '../../../http/openapi/component.js';
import { HttpProblem, notFound } from '../../../http/problem.js';
import { FileId, Nullable, problems } from '../../../http/schemas.js';
import { imageTypeFor } from '../../images/media-type.js';

/** Time in which browsers show a frame again without asking; after that they ask whether it is still the same. */
const maxAgeSeconds = 300;

/** The id of a footage in a path. */
export const FootageParameter = Type.String({ minLength: 1, description: 'A footage’s id' });

const FootageSchema = Type.Object(
  {
    id: Type.String(),
    footageType: Type.String({ description: 'Which camera', examples: ['front'] }),
    filename: Type.String({
      description: 'Where its frames lie, below FOOTAGE_DIR',
      examples: ['drive-00001/front.zip'],
    }),
    recording: Type.String({ description: 'The recording’s id' }),
    frames: Nullable(Type.Integer({ description: 'How many frames it has, if the file that names it says so' })),
    container: Nullable(
      Type.Object(
        {
          kind: Type.Enum([...containerKinds]),
          frames: Type.Integer({ description: 'Frames have the indices from 0 to one less' }),
        },
        { description: 'What its frames lie in; null when they cannot be read, which `fault` explains' },
      ),
    ),
    fault: Nullable(Type.String({ description: 'Why the frames cannot be read' })),
    fileId: FileId,
    links: Type.Object({
      self: Type.String(),
      recording: Type.String(),
      file: Type.String(),
      timeline: Type.String({ description: 'Metrics and labels along it' }),
      firstFrame: Nullable(Type.String({ description: 'Put another index in place of the 0' })),
    }),
  },
  component('Footage', 'What one camera saw of a recording'),
);

const Width = Type.Object(
  {
    width: Type.Optional(
      Type.Integer({
        minimum: 16,
        maximum: 4096,
        description:
          'The frame is scaled down to this many pixels; never enlarged. Without it, it comes as it is stored',
      }),
    ),
  },
  { additionalProperties: false },
);

const frameTypes = ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif'];

/** Not typed more closely: Fastify would take the schema of the bytes for the type of what is sent. */
const frameAnswers: Record<number, object> = {
  200: {
    description:
      'The frame as it is stored; one that is stored as pixels as PNG; a scaled one as WebP where Accept names it, else JPEG',
    content: Object.fromEntries(
      frameTypes.map((type) => [type, { schema: Type.String({ format: 'binary', description: 'The image' }) }]),
    ),
  },
  ...problems(404, 422),
};

/** GET /api/footages/{id} and GET /api/footages/{id}/frames/{index}. */
export async function footageRoutes(app: App, { pool, frames, config }: ApiDeps): Promise<void> {
  app.get(
    '/api/footages/:id',
    {
      schema: {
        operationId: 'getFootage',
        tags: ['recordings'],
        summary: 'One footage, and what its frames lie in',
        params: Type.Object({ id: FootageParameter }),
        response: { 200: FootageSchema, ...problems(404) },
      },
    },
    async ({ params: { id } }) => {
      const footage = await findFootage(pool, id);
      if (footage === undefined) throw noFootage(id);
      const { container, fault } = await frames.inspect(config.footageDir, footage.filename).then(
        (found) => ({ container: found, fault: null }),
        (error: unknown) => ({ container: null, fault: faultIn(error) }),
      );
      const self = footageLink(id);
      const links = {
        self,
        recording: recordingLink(footage.recording),
        file: `/api/files/${footage.fileId}`,
        timeline: `${self}/timeline`,
        firstFrame: container !== null && container.frames > 0 ? frameLink(id, 0) : null,
      };
      return { ...footage, container, fault, links };
    },
  );

  app.get(
    '/api/footages/:id/frames/:index',
    {
      schema: {
        operationId: 'getFrame',
        tags: ['recordings'],
        summary: 'One frame of a footage, read from its container by its index',
        params: Type.Object({
          id: FootageParameter,
          index: Type.Integer({ minimum: 0, maximum: 2_147_483_647, description: 'From 0' }),
        }),
        querystring: Width,
        response: frameAnswers,
      },
    },
    async ({ params: { id, index }, query, headers }, reply) => {
      const footage = await findFootage(pool, id);
      if (footage === undefined) throw noFootage(id);
      const { filename } = footage;
      const type = imageTypeFor(headers.accept);
      const frame = await frames
        .frame({ root: config.footageDir, filename, index, type, ...query })
        .catch((error: unknown) => Promise.reject(frameProblem(error)));
      const bytes = Buffer.from(frame.bytes.buffer, frame.bytes.byteOffset, frame.bytes.byteLength);
      const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 40)}"`;
      reply.headers({ etag, vary: 'accept', 'cache-control': `private, max-age=${maxAgeSeconds}` });
      if (hasAlready(headers['if-none-match'], etag)) return reply.code(304).send();
      return reply.type(frame.type).send(bytes);
    },
  );
}

/** The answer where there is no footage of an id. */
export const noFootage = (id: string): HttpProblem =>
  notFound(
    `no loaded file has a footage with the id ${JSON.stringify(id)}; GET /api/recordings leads to those there are`,
  );

/** What is wrong with the container. @throws what is no problem of the container */
function faultIn(error: unknown): string {
  const problem = frameProblem(error);
  if (problem instanceof HttpProblem) return problem.message;
  throw problem;
}
