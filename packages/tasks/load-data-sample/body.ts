import { messageOf } from '#contracts/errors.js';
import { copyIn } from '#database/copy/copy-in.js';
import type { Pool } from '#database/pool.js';
import type { TaskContext, TaskRun } from '#runtime/context.js';
import { loadFiles } from '#runtime/load-files.js';
import type { definition } from './definition.js';
import { copyColumns, openDataSample } from './read.js';

export const run: TaskRun<typeof definition> = async (context) => {
  const ready = new Set<string>();
  const output = await loadFiles(context, {
    async load(file, tx) {
      const { signal } = context;
      const sample = await openDataSample(file.handle, file.size);
      await ensureDays(context, await sample.days(signal), ready);
      const chunks = sample.copyChunks(file.id, signal);
      return { rows: await copyIn(tx, { table: 'dwh.data_sample', columns: copyColumns }, chunks, signal) };
    },
    async remove(tx, fileIds) {
      await tx.query('DELETE FROM dwh.data_sample WHERE file_id = ANY($1::bigint[])', [fileIds]);
    },
  });
  await summarizeDays(context, ready);
  return output;
};

/** Only speed is at stake: autovacuum does the same later. */
async function summarizeDays({ services, log }: TaskContext, days: ReadonlySet<string>): Promise<void> {
  try {
    for (const day of days) await services.pool.query('SELECT dwh.summarize_data_sample_day($1::date)', [day]);
  } catch (error) {
    log.warn(`the index by file was not brought up to date, autovacuum will: ${messageOf(error)}`);
  }
}

/**
 * Makes the partitions that are missing, on a connection of its own: committed before the rows, they are seen by every
 * batch under way, and an empty partition that a crash leaves behind harms nobody.
 */
async function ensureDays({ services }: TaskContext, days: readonly string[], ready: Set<string>): Promise<void> {
  for (const day of days) {
    if (ready.has(day)) continue;
    await ensureDay(services.pool, day);
    ready.add(day);
  }
}

async function ensureDay(pool: Pool, day: string): Promise<void> {
  await pool.query('SELECT dwh.ensure_data_sample_day($1::date)', [day]);
}
