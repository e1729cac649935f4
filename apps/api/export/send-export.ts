import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { Tx } from '#database/pool.js';
import { problems } from '../http/schemas.js';
import { refuseSlowQuery } from '../http/slow-query.js';
import { csv } from './csv.js';
import type { Exports } from './exports.js';
import type { ExportFormat, ExportTable, ExportValue } from './formats.js';
import { ndjson } from './ndjson.js';
import { parquet } from './parquet.js';
import { resumed } from './resumed.js';
import { xlsx } from './xlsx.js';

/** What tables are exported as. */
export const exportFormats: readonly ExportFormat[] = [csv, xlsx, ndjson, parquet];

const File = Type.Unsafe<Readable>(Type.String({ format: 'binary', description: 'The file, sent as it is made' }));

/** What a route that sends an export answers. */
export const exportResponses = ({ mediaType }: ExportFormat) => ({
  200: { description: 'The file', content: { [mediaType]: { schema: File } } },
  ...problems(422),
});

/** What is said of every export in OpenAPI. */
export const exportWords =
  'All rows are of one moment, that of the request: what is loaded or taken away meanwhile does not show. A file that ' +
  'breaks off is not whole. 503 with Retry-After while too many exports are being sent.';

/** What routes that send exports have. */
export interface ExportDeps {
  readonly exports: Exports;
  /** Milliseconds after which an export that is still being sent is broken off. */
  readonly exportLimitMs: number;
}

/** An export that was asked for. */
export interface Export {
  readonly format: ExportFormat;
  readonly table: ExportTable;
  /** The rows, page by page, in a transaction of their own. */
  rows(tx: Tx): AsyncGenerator<(readonly ExportValue[])[], void, undefined>;
  /** How to ask for less, should the database take too long over the first rows. */
  readonly advice: string;
}

/**
 * Sends rows as a file that is stored under the table's name and today's date.
 * @throws HttpProblem 503 when too many exports are under way, or the database took too long over the first rows
 */
export async function sendExport(
  reply: FastifyReply,
  { exports, exportLimitMs }: ExportDeps,
  { format, table, rows, advice }: Export,
): Promise<FastifyReply> {
  const pages = exports.read(rows);
  // Before the headers leave: what fails at once is a problem, not a file that breaks off.
  const first = await refuseSlowQuery(pages.next(), advice);
  // A snapshot that is held for long keeps the database from clearing up.
  const timer = setTimeout(() => reply.raw.destroy(), exportLimitMs);
  reply.raw.once('close', () => {
    clearTimeout(timer);
    void pages.return();
  });
  const name = `millrace-${table.name}-${new Date().toISOString().slice(0, 10)}.${format.extension}`;
  return reply
    .type(format.contentType)
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(format.write(table, resumed(first, pages)));
}
