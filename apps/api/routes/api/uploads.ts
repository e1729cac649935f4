import multipart, { type Multipart } from '@fastify/multipart';
import { Type } from 'typebox';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { component } from '../../http/openapi/component.js';
import { HttpProblem } from '../../http/problem.js';
import { problems } from '../../http/schemas.js';
import { compileValidator } from '../../http/validation.js';
import { moveIntoInbox } from '../../upload/move-into-inbox.js';
import { maxFiles, receiveFiles } from '../../upload/receive.js';
import { UploadedSchema } from './file-schemas.js';

const UploadQuery = Type.Object(
  {
    folder: Type.Optional(
      Type.String({ maxLength: 1_000, description: 'Folder below the inbox; made if it is not there' }),
    ),
    overwrite: Type.Optional(Type.Boolean({ default: false, description: 'Replace files that lie there already' })),
  },
  { additionalProperties: false },
);

/** Described for people and programs; the form itself is read part by part, never as one body. */
const UploadForm = Type.Object(
  {
    file: Type.Array(Type.String({ format: 'binary', contentMediaType: 'application/octet-stream' }), {
      description: 'The files, under any field name; each keeps its own name',
    }),
    folder: Type.Optional(Type.String({ description: 'As the query parameter' })),
  },
  component('UploadForm'),
);

interface UploadDeps {
  readonly config: Pick<ApiDeps['config'], 'inboxDir'>;
}

/** POST /api/files: files into the inbox, where the watcher finds them like any other. */
export async function uploadRoutes(app: App, { config }: UploadDeps): Promise<void> {
  await app.register(multipart, {
    // Names as they were sent: what is wrong with one is answered, not silently mended.
    preservePath: true,
    limits: { files: maxFiles, fields: 10, fieldSize: 10_000, fieldNameSize: 200, fileSize: Number.POSITIVE_INFINITY },
  });

  // A stop cuts connections off; what their uploads had written must be gone before the process is.
  const underWay = new Set<Promise<unknown>>();
  app.addHook('onClose', async () => void (await Promise.allSettled(underWay)));

  app.post(
    '/api/files',
    {
      config: { upload: true },
      validatorCompiler: (part) => (part.httpPart === 'body' ? () => true : compileValidator(part)),
      schema: {
        operationId: 'uploadFiles',
        tags: ['files'],
        summary: 'Upload files into the inbox',
        description:
          'multipart/form-data with any number of files, of any size, and optionally a field “folder”. ' +
          'All of them get their names at the end, or none does.',
        consumes: ['multipart/form-data'],
        querystring: UploadQuery,
        body: UploadForm,
        response: { 201: UploadedSchema, ...problems(400, 409, 413, 415, 422, 507) },
      },
    },
    async (request, reply) => {
      if (!request.isMultipart())
        throw new HttpProblem('unsupported-media-type', 'expected multipart/form-data with one or more files');
      const { folder = '', overwrite = false } = request.query;
      const work = takeUpload(config.inboxDir, request.parts(), folder, overwrite);
      underWay.add(work);
      try {
        return await reply.code(201).send({ items: await work });
      } finally {
        underWay.delete(work);
      }
    },
  );
}

/** Files of the inbox that an upload became. */
interface Uploaded {
  readonly path: string;
  readonly size: number;
}

async function takeUpload(
  inbox: string,
  parts: AsyncIterable<Multipart>,
  folder: string,
  overwrite: boolean,
): Promise<Uploaded[]> {
  const received = await receiveFiles(parts, inbox, folder);
  try {
    const paths = await moveIntoInbox(inbox, received.folder, received.files, overwrite);
    return received.files.map(({ size }, index) => ({ path: paths[index] ?? '', size }));
  } finally {
    await received.discard();
  }
}
