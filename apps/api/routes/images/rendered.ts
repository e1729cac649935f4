import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { basename } from 'node:path/posix';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { isMissing } from '#contracts/error-codes.js';
import { BadInputError, FileChangedError } from '#contracts/errors.js';
import { findImageFile, type ImageFile } from '#database/queries/image-file.js';
import { SerialProcessError } from '#faces/children/serial-process.js';
import { type ImageType, imageTypes, type RenderRequest } from '#faces/render/messages.js';
import { identityAt } from '#inbox/open-file.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { hasAlready } from '../../http/etag.js';
import { HttpProblem, notFound } from '../../http/problem.js';
import { FileId, problems } from '../../http/schemas.js';
import { imageTypeFor } from './media-type.js';

/** Raised when the same request would give another image than before: what is kept then counts no more. */
const renderingVersion = 1;

/** Time in which browsers show it again without asking; after that they ask whether it is still the same. */
const maxAgeSeconds = 300;

const Side = (least: number, most: number, standard: number) =>
  Type.Object(
    {
      side: Type.Optional(
        Type.Integer({
          minimum: least,
          maximum: most,
          default: standard,
          description: 'The image is scaled down to fit a square with sides of this many pixels; never enlarged',
        }),
      ),
    },
    { additionalProperties: false },
  );

const Params = Type.Object({ id: FileId });

/** Not typed more closely: Fastify would take the schema of the bytes for the type of what is sent. */
const answers = (description: string): Record<number, object> => ({
  200: {
    description,
    content: Object.fromEntries(
      imageTypes.map((type) => [type, { schema: Type.String({ format: 'binary', description: 'The image' }) }]),
    ),
  },
  ...problems(404, 410, 422),
});

/** GET /api/images/{id}/annotated and GET /api/images/{id}/thumbnail. */
export async function renderedImageRoutes(app: App, deps: ApiDeps): Promise<void> {
  app.get(
    '/api/images/:id/annotated',
    {
      schema: {
        operationId: 'getAnnotatedImage',
        tags: ['datasets'],
        summary: 'An image with the faces that were found in it: boxes, scores and landmarks, a caption below it',
        params: Params,
        querystring: Side(64, 2048, 1024),
        response: answers('The annotated image: WebP where Accept names it, else JPEG'),
      },
    },
    (request, reply) => {
      const { side = 1024 } = request.query;
      return sendImage(deps, { id: request.params.id, side, annotated: true }, request, reply);
    },
  );

  app.get(
    '/api/images/:id/thumbnail',
    {
      schema: {
        operationId: 'getImageThumbnail',
        tags: ['datasets'],
        summary: 'An image, scaled down, nothing drawn into it',
        params: Params,
        querystring: Side(32, 2048, 256),
        response: answers('The small image: WebP where Accept names it, else JPEG'),
      },
    },
    (request, reply) => {
      const { side = 256 } = request.query;
      return sendImage(deps, { id: request.params.id, side, annotated: false }, request, reply);
    },
  );
}

interface Wanted {
  readonly id: string;
  readonly side: number;
  readonly annotated: boolean;
}

async function sendImage(
  { pool, config, images }: ApiDeps,
  wanted: Wanted,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const source = await findImageFile(pool, wanted.id);
  if (source === undefined) throw notFound(`file ${wanted.id} was not loaded as an image, or is not known`);
  const identity = await identityAt(config.inboxDir, source);
  if (identity === undefined) throw gone(source.path);

  const type = imageTypeFor(request.headers.accept);
  const key = keyOf(source, wanted, type);
  const etag = `"${key}"`;
  reply.headers({ etag, vary: 'accept', 'cache-control': `private, max-age=${maxAgeSeconds}` });
  if (hasAlready(request.headers['if-none-match'], etag)) return reply.code(304).send();
  try {
    const bytes = await images.get(key, async (renderer) => {
      const rendered = await renderer.render({
        ...toRequest(config.inboxDir, source, wanted, type),
        identity,
      });
      // What was read between the two looks was the version that was loaded.
      if ((await identityAt(config.inboxDir, source)) !== identity) throw gone(source.path);
      return rendered;
    });
    return await reply.type(type).send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    for (const header of ['etag', 'vary']) reply.removeHeader(header);
    reply.header('cache-control', 'no-store');
    throw toProblem(error, source.path);
  }
}

/** Everything that the image's bytes depend on, as a short text: its place in the cache, and its ETag. */
function keyOf({ sha256, path, model, faces }: ImageFile, { side, annotated }: Wanted, type: ImageType): string {
  const drawn = annotated ? [basename(path), model, faces] : [];
  const content = JSON.stringify([renderingVersion, sha256, side, type, ...drawn]);
  return createHash('sha256').update(content).digest('hex').slice(0, 40);
}

function toRequest(inboxDir: string, source: ImageFile, wanted: Wanted, type: ImageType): RenderRequest {
  const { model, faces } = source;
  return {
    path: join(inboxDir, ...source.path.split('/')),
    side: wanted.side,
    type,
    ...(wanted.annotated ? { annotation: { name: basename(source.path), model, faces: [...faces] } } : {}),
  };
}

const gone = (path: string): HttpProblem =>
  new HttpProblem(
    'file-gone',
    `${path} is not in the inbox any more as it was when it was loaded; its record is all there is`,
  );

function toProblem(error: unknown, path: string): unknown {
  if (error instanceof FileChangedError || isMissing(error)) return gone(path);
  if (error instanceof BadInputError)
    return new HttpProblem('image-unreadable', `${path} cannot be shown. ${error.message}`);
  if (!(error instanceof SerialProcessError)) return error;
  if (error.fault === 'crashed') return new HttpProblem('image-renderer-failed', error.message, { cause: error });
  const seconds = error.fault === 'too-slow' ? 60 : 2;
  return new HttpProblem('image-renderer-busy', error.message, { headers: { 'retry-after': String(seconds) } });
}
