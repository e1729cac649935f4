import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { problems } from '../http/schemas.js';
import { refuseSlowQuery } from '../http/slow-query.js';
import { csv } from './csv.js';
import type { ExportFormat, ExportTable, ExportValue } from './formats.js';
import { xlsx } from './xlsx.js';

/** What tables are exported as. */
export const exportFormats: readonly ExportFormat[] = [csv, xlsx];

const File = Type.Unsafe<Readable>(Type.String({ format: 'binary', description: 'The file, sent as it is made' }));

/** What a route that sends an export answers. */
export const exportResponses = ({ mediaType }: ExportFormat) => ({
  200: { description: 'The file', content: { [mediaType]: { schema: File } } },
  ...problems(422),
});

/**
 * Sends rows as a file that is stored under the table's name and today's date.
 * @param advice how to ask for less, should the database take too long over the first rows
 */
export async function sendExport(
  reply: FastifyReply,
  format: ExportFormat,
  table: ExportTable,
  pages: AsyncGenerator<(readonly ExportValue[])[], void, undefined>,
  advice: string,
): Promise<FastifyReply> {
  // Before the headers leave: what fails at once is a problem, not a file that breaks off.
  const first = await refuseSlowQuery(pages.next(), advice);
  const name = `millrace-${table.name}-${new Date().toISOString().slice(0, 10)}.${format.extension}`;
  return reply
    .type(format.contentType)
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(format.write(table, resumed(first, pages)));
}

/** The results of a generator whose first one was taken already. */
async function* resumed<T>(
  first: IteratorResult<T, void>,
  rest: AsyncGenerator<T, void, undefined>,
): AsyncGenerator<T, void, undefined> {
  if (first.done === true) return;
  yield first.value;
  yield* rest;
}
