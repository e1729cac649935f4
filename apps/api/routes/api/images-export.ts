import type { Readable } from 'node:stream';
import { Type } from 'typebox';
import { type ExportTable, exportRows, faceTable, imageTable } from '#database/queries/image-export.js';
import type { ApiDeps } from '../../deps.js';
import { type ExportFormat, exportFormats } from '../../export/formats.js';
import type { App } from '../../http/app-type.js';
import { inTime } from '../../http/in-time.js';
import { problems } from '../../http/schemas.js';
import { imageFilters, readImageFilter } from './images-schemas.js';

const tables = [
  { table: imageTable, what: 'dwd.image: a row per picture' },
  { table: faceTable, what: 'dwd.face: a row per face of the pictures that the filters leave' },
];

/** GET /api/images.csv and .xlsx, /api/faces.csv and .xlsx. */
export async function imageExportRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  for (const { table, what } of tables) {
    for (const format of exportFormats) addRoute(table, format, what);
  }

  function addRoute(table: ExportTable, format: ExportFormat, what: string): void {
    const { extension, mediaType, contentType } = format;
    const file = Type.Unsafe<Readable>(Type.String({ format: 'binary', description: 'The file, sent as it is made' }));
    app.get(
      `/api/${table.name}.${extension}`,
      {
        schema: {
          operationId: `export${capitalised(table.name)}As${capitalised(extension)}`,
          tags: ['datasets'],
          summary: `The table ${what}, as ${extension.toUpperCase()}`,
          querystring: Type.Object(imageFilters, { additionalProperties: false }),
          response: { 200: { description: 'The file', content: { [mediaType]: { schema: file } } }, ...problems(422) },
        },
      },
      async ({ query }, reply) => {
        const pages = exportRows(pool, table, readImageFilter(query));
        // Before the headers leave: what fails at once is a problem, not a file that breaks off.
        const first = await inTime(pages.next(), 'ask for fewer days (from, to)');
        const name = `millrace-${table.name}-${new Date().toISOString().slice(0, 10)}.${extension}`;
        return reply
          .type(contentType)
          .header('content-disposition', `attachment; filename="${name}"`)
          .send(format.write(table, resumed(first, pages)));
      },
    );
  }
}

const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** The results of a generator whose first one was taken already. */
async function* resumed<T>(
  first: IteratorResult<T, void>,
  rest: AsyncGenerator<T, void, undefined>,
): AsyncGenerator<T, void, undefined> {
  if (first.done === true) return;
  yield first.value;
  yield* rest;
}
