import type { Readable } from 'node:stream';
import { Type } from 'typebox';
import { type FileVersion, findFileVersion } from '#database/queries/file-version.js';
import { findImage } from '#database/queries/images.js';
import type { ApiDeps } from '../../deps.js';
import { openContent } from '../../files/open-content.js';
import { contentType, sendContent } from '../../files/send-content.js';
import type { App } from '../../http/app-type.js';
import { notFound } from '../../http/problem.js';
import { FileId, problems } from '../../http/schemas.js';
import { Previews } from '../../preview/preview.js';
import { PreviewSchema } from '../../preview/schema.js';

const IdParam = Type.Object({ id: FileId });

const Bytes = Type.Unsafe<Readable>(Type.String({ format: 'binary', description: 'The file' }));

const asItIsNow =
  'As it lies in the inbox now, if that is still this version by size and mtime: 409 where another version lies there, ' +
  '410 where no file does.';

/** GET /api/files/{id}/content and /api/files/{id}/preview. */
export async function fileContentRoutes(app: App, { pool, config }: ApiDeps): Promise<void> {
  const previews = new Previews();

  app.get(
    '/api/files/:id/content',
    {
      schema: {
        operationId: 'getFileContent',
        tags: ['files'],
        summary: 'The bytes of a file, to be stored',
        description:
          `${asItIsNow} A file that is changed while it is sent breaks off before its end. Range, If-Range and If-None-Match ` +
          'are understood, with one range at a time.',
        params: IdParam,
        response: {
          200: { description: 'The file', content: { [contentType]: { schema: Bytes } } },
          206: { description: 'The part of it that Range names', content: { [contentType]: { schema: Bytes } } },
          304: Type.Null({ description: 'What If-None-Match names' }),
          ...problems(404, 409, 410, 416, 422),
        },
      },
    },
    async (request, reply) => {
      const version = await findVersion(request.params.id);
      return sendContent(request, reply, await openContent(config.inboxDir, version));
    },
  );

  app.get(
    '/api/files/:id/preview',
    {
      schema: {
        operationId: 'previewFile',
        tags: ['files'],
        summary: 'What of a file can be shown: first rows, first text, entries, or where the image is',
        description: `${asItIsNow} A broken file is shown as far as it can be, with what is wrong with it.`,
        params: IdParam,
        response: { 200: PreviewSchema, ...problems(404, 409, 410, 422) },
      },
    },
    async ({ params: { id } }) => {
      const version = await findVersion(id);
      const file = await openContent(config.inboxDir, version);
      try {
        const preview = await previews.show(file, version.reason);
        // Bytes that moved under the reader look like a broken file; the change is the truer answer.
        await file.checkVersion();
        const image = preview.kind === 'image' ? await findShownImage(id) : null;
        const problem = preview.problem ?? knownProblem(version);
        return { fileId: id, path: file.path, size: file.size, image, ...preview, problem };
      } finally {
        await file.close();
      }
    },
  );

  async function findVersion(id: string): Promise<FileVersion> {
    const version = await findFileVersion(pool, id);
    if (version === undefined) throw notFound(`no file has the id ${id}`);
    return version;
  }

  async function findShownImage(id: string) {
    const image = await findImage(pool, id);
    if (image === undefined) return null;
    const self = `/api/images/${id}`;
    const links = { self, thumbnail: `${self}/thumbnail`, annotated: `${self}/annotated` };
    return { width: image.width, height: image.height, links };
  }
}

/** What the ledger says is wrong with a file. */
const knownProblem = ({ code, reason }: FileVersion) =>
  code === null || reason === null ? null : { code, message: reason };
