import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Pool } from '#database/pool.js';
import type { LogFilter, LogLine } from '#database/queries/run-logs.js';
import { readWholeLog, type WholeLog } from '#database/queries/whole-log.js';
import { resumed } from '../export/resumed.js';
import { attachmentNamed } from '../files/send-content.js';
import { refuseSlowQuery } from '../http/slow-query.js';
import type { LogFormat } from './log-formats.js';

/**
 * Sends the lines of a log that a filter leaves as a file, read no faster than the client takes them.
 * @throws HttpProblem 503 when the database took too long over the first of them
 */
export async function sendLog(
  reply: FastifyReply,
  pool: Pool,
  { log, filter, format }: { readonly log: WholeLog; readonly filter: LogFilter; readonly format: LogFormat },
): Promise<FastifyReply> {
  const parts = readWholeLog(pool, log, filter);
  // Before the headers leave: what fails at once is a problem, not a file that breaks off.
  const first = await refuseSlowQuery(parts.next(), 'ask for a part of the log (after, before)');
  return reply
    .type(format.contentType)
    .header('content-disposition', attachmentNamed(`${log.task}-${log.runId}.${format.extension}`))
    .send(Readable.from(texts(format, resumed(first, parts)), { objectMode: false, highWaterMark: 2 ** 16 }));
}

async function* texts(
  { write }: LogFormat,
  parts: AsyncIterable<readonly LogLine[]>,
): AsyncGenerator<string, void, undefined> {
  for await (const lines of parts) yield lines.map(write).join('');
}
