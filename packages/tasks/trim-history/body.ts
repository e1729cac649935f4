import { rollUp } from '#database/changes/roll-up.js';
import {
  type DetachedMonth,
  detachMonths,
  detachRest,
  dropDetached,
  listDetached,
  type MonthlyTable,
} from '#database/history/months.js';
import { databaseNow, deleteFlows, lockOldFlows } from '#database/history/old-runs.js';
import { inRunSession, lockName, refuseUnlessHeld } from '#database/lake/partition-session.js';
import type { Tx } from '#database/pool.js';
import { limitLockWait } from '#database/runs/locks.js';
import type { TaskContext, TaskRun } from '#runs/context.js';
import type { definition } from './definition.js';
import { type WrittenFile, writeHistoryFile } from './history-file.js';
import { flowRows, monthRows } from './history-rows.js';

/** Flows that are taken away in a transaction: some seconds. */
const flowsAtOnce = 5_000;

/** Below all ids. */
const noId = '00000000-0000-0000-0000-000000000000';

/** What was taken away. */
interface Taken {
  rows: number;
  files: number;
  bytes: number;
}

const lakeNames: Readonly<Record<MonthlyTable, string>> = {
  log: 'logs',
  run_change: 'run_changes',
  file_change: 'file_changes',
};

export const run: TaskRun<typeof definition> = async (context, { logs, changes, runs, export: exports = true }) => {
  const { services, fence, signal } = context;
  // The same in each attempt, however long it takes.
  const now = new Date(await context.step('now', async () => (await databaseNow(services.pool)).toISOString()));
  const tables: { table: string; before: string; rows: number; files: number; bytes: number }[] = [];
  const note = (table: string, before: Date, taken: Taken): void => {
    tables.push({ table, before: before.toISOString().slice(0, 10), ...taken });
    context.log.info(`${table} before ${before.toISOString().slice(0, 10)}: ${taken.rows} rows, ${taken.files} files`);
  };
  await inRunSession(services.pool, { fence, signal }, async (session) => {
    await lockName(session, 'millrace trim-history', fence, signal);
    for (const [table, days] of [
      ['log', logs],
      ['run_change', changes],
      ['file_change', changes],
    ] as const) {
      if (days === undefined) continue;
      const before = monthBefore(now, days);
      note(lakeNames[table], before, await takeMonths(context, session, table, before, exports));
    }
    if (runs === undefined) return;
    const before = monthBefore(now, runs);
    note('runs', before, await takeFlows(context, session, { before, endedBefore: now }, exports));
  });
  return { tables };
};

/** The start of the month, in UTC, that holds the time so many days ago. */
function monthBefore(now: Date, days: number): Date {
  const then = new Date(now.getTime() - days * 86_400_000);
  return new Date(Date.UTC(then.getUTCFullYear(), then.getUTCMonth(), 1));
}

/** Takes months out of their table, then writes and drops them one by one; those that an earlier attempt has left, too. */
async function takeMonths(
  context: TaskContext,
  session: Tx,
  table: MonthlyTable,
  before: Date,
  exports: boolean,
): Promise<Taken> {
  const { services, signal, fence } = context;
  const taken = { rows: 0, files: 0, bytes: 0 };
  // What counts were made of must have been counted before it goes.
  if (table !== 'log') await rollUp(services.pool);
  await detachMonths(services.pool, table, before);
  await detachRest(services.pool, table, before);
  for (const month of await listDetached(services.pool, table)) {
    signal.throwIfAborted();
    if (exports) {
      const file = await inTransaction(session, () => writeMonth(context, session, table, month));
      await finishing(file, async () => {
        await refuseUnlessHeld(session, fence);
        if (file.rows > 0) await file.publish();
      });
      add(taken, file);
    } else {
      const { rows } = await session.query<{ rows: string }>(
        'SELECT GREATEST(reltuples, 0)::bigint AS rows FROM pg_class WHERE oid = $1::regclass',
        [month.name],
      );
      taken.rows += Number(rows[0]?.rows ?? 0);
    }
    await dropDetached(session, month);
  }
  return taken;
}

/** A month is nobody's any more, so the same file comes of it each time. */
function writeMonth(
  context: TaskContext,
  session: Tx,
  table: MonthlyTable,
  month: DetachedMonth,
): Promise<WrittenFile> {
  const name = `part-${month.name.replace('ops.', '')}.parquet`;
  return writeHistoryFile(
    context,
    { table: lakeNames[table], month: month.month, name },
    monthRows(session, table, month),
  );
}

/**
 * Takes flows away, some in a transaction. Their file is in its place before the transaction is committed. Should it not be
 * committed, its flows are taken once more, from the same one on, into a file of the same name.
 */
async function takeFlows(
  context: TaskContext,
  session: Tx,
  old: { readonly before: Date; readonly endedBefore: Date },
  exports: boolean,
): Promise<Taken> {
  const taken = { rows: 0, files: 0, bytes: 0 };
  for (let after: string | undefined = noId; after !== undefined; ) {
    context.signal.throwIfAborted();
    const from: string = after;
    after = await inTransaction(session, async () => {
      await limitLockWait(session);
      const flows = await lockOldFlows(session, old, from, flowsAtOnce);
      const [first] = flows?.roots ?? [];
      if (flows === undefined || first === undefined) return flows && from;
      const where = { table: 'runs', month: flows.month, name: `part-${first}.parquet` };
      const file = exports ? await writeHistoryFile(context, where, flowRows(session, flows.roots)) : undefined;
      return await finishing(file, async () => {
        const rows = await deleteFlows(session, flows.roots);
        await refuseUnlessHeld(session, context.fence);
        await file?.publish();
        add(taken, file ?? { rows, bytes: 0 }, file ? 1 : 0);
        context.progress(taken.rows, taken.rows);
        return flows.roots.at(-1);
      });
    });
  }
  return taken;
}

function add(taken: Taken, { rows, bytes }: Pick<WrittenFile, 'rows' | 'bytes'>, files = rows > 0 ? 1 : 0): void {
  taken.rows += rows;
  taken.files += files;
  taken.bytes += files === 0 ? 0 : bytes;
}

/** Leaves nothing of a file behind that was not put in its place. */
async function finishing<T>(file: WrittenFile | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await file?.discard();
  }
}

async function inTransaction<T>(session: Tx, work: () => Promise<T>): Promise<T> {
  await session.query('BEGIN');
  try {
    const result = await work();
    await session.query('COMMIT');
    return result;
  } catch (error) {
    await session.query('ROLLBACK').catch(() => {});
    throw error;
  }
}
