import { Type } from 'typebox';
import type { App } from '../../http/app-type.js';
import { problems } from '../../http/schemas.js';
import type { ReplaceDeps } from '../../upload/replace.js';
import { ResumableUploads, uploadsPath } from '../../upload/resumable/serve.js';
import { UploadedSchema } from './file-schemas.js';

const one = `${uploadsPath}/:id`;

/** The media type of bytes that go on an upload. */
const partType = 'application/offset+octet-stream';

const IdParam = Type.Object({ id: Type.String({ pattern: '^[0-9a-f]{32}$', description: 'An upload’s id' }) });

const Count = (description: string) => Type.Integer({ minimum: 0, description });
const Version = Type.Literal('1.0.0', { description: 'The version of tus' });
const Metadata = Type.String({
  description:
    'Keys, each with a space and its value in base64, separated by commas: filename, and if wanted folder and overwrite, as ' +
    'with POST /api/files; or replaces, the id of a file. Others are kept, and mean nothing',
  examples: ['filename cGljdHVyZS5qcGc=,folder ZGF5'],
});
/** For the document alone: the server answers a missing version with 412, not as a fault of a schema. */
const described = {
  create: Type.Object({
    'tus-resumable': Version,
    'upload-length': Count('Bytes of the file'),
    'upload-metadata': Metadata,
  }),
  one: Type.Object({ 'tus-resumable': Version }),
  part: Type.Object({ 'tus-resumable': Version, 'upload-offset': Count('Bytes that are there already') }),
};

const Bytes = {
  content: { [partType]: { schema: Type.Unsafe<unknown>(Type.String({ format: 'binary' })) } },
};

const Uploaded = { content: { 'application/json': { schema: UploadedSchema } } };

const tags = ['files'];
const protocol =
  'By the protocol tus 1.0.0 (https://tus.io), which any of its clients speaks, with the extensions creation, ' +
  'creation-with-upload, termination and expiration. See docs/uploads.md.';
const Empty = (description: string) => Type.Null({ description });

/** POST and OPTIONS /api/uploads, HEAD, PATCH and DELETE /api/uploads/{id}: uploads that can be resumed. */
export async function resumableUploadRoutes(app: App, deps: ReplaceDeps): Promise<void> {
  const uploads = new ResumableUploads(deps);
  // A stop cuts connections off; what had come by then is to be written before the process is gone.
  app.addHook('onClose', () => uploads.close());
  // Read from the connection, as it comes.
  app.addContentTypeParser(partType, (_request, _payload, done) => done(null));

  const create = {
    operationId: 'createUpload',
    tags,
    summary: 'Begin an upload that can be resumed',
    description: `${protocol} The bytes, or the first of them, may come along as ${partType}.`,
    response: {
      201: {
        description: 'Begun, at the address of the header Location; with a body where all bytes came along',
        ...Uploaded,
      },
      ...problems(400, 404, 409, 412, 413, 415, 422, 507),
    },
  };
  app.post(
    uploadsPath,
    { config: { upload: true, documented: { ...create, headers: described.create, body: Bytes } }, schema: create },
    (request, reply) => uploads.serve(request, reply),
  );

  app.options(
    uploadsPath,
    {
      schema: {
        operationId: 'describeUploads',
        tags,
        summary: 'Which version and extensions of tus the server has',
        response: { 204: Empty('In the headers Tus-Version and Tus-Extension'), ...problems() },
      },
    },
    (request, reply) => uploads.serve(request, reply),
  );

  const find = {
    operationId: 'getUploadOffset',
    tags,
    summary: 'How much of an upload is here',
    description: protocol,
    params: IdParam,
    response: { 200: Empty('In the headers Upload-Offset and Upload-Length'), ...problems(404, 409, 410, 412, 507) },
  };
  app.head(
    one,
    { config: { swagger: { exposeHeadRoute: true }, documented: { ...find, headers: described.one } }, schema: find },
    (request, reply) => uploads.serve(request, reply, request.params.id),
  );

  const go = {
    operationId: 'continueUpload',
    tags,
    summary: 'Send the bytes of an upload from an offset on',
    description: `${protocol} With its last byte the file lies in the inbox, whole, under its name.`,
    params: IdParam,
    response: {
      201: { description: 'Complete: the file of the inbox', ...Uploaded },
      204: Empty('Bytes are missing still; the header Upload-Offset says how many are here'),
      ...problems(400, 404, 409, 410, 412, 413, 415, 422, 507),
    },
  };
  app.patch(
    one,
    { config: { upload: true, documented: { ...go, headers: described.part, body: Bytes } }, schema: go },
    (request, reply) => uploads.serve(request, reply, request.params.id),
  );

  const drop = {
    operationId: 'deleteUpload',
    tags,
    summary: 'Give an upload up that is not complete',
    description: protocol,
    params: IdParam,
    response: { 204: Empty('Nothing of it is kept'), ...problems(404, 409, 412) },
  };
  app.delete(one, { config: { documented: { ...drop, headers: described.one } }, schema: drop }, (request, reply) =>
    uploads.serve(request, reply, request.params.id),
  );
}
