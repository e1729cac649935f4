import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LakeTable } from '#database/lake/lake-table.js';
import { countPartition, partitionRows } from '#database/lake/partition-rows.js';
import { inRunSession, lockName, refuseUnlessHeld, unlockName } from '#database/lake/partition-session.js';
import type { Tx } from '#database/pool.js';
import { beginSnapshot } from '#database/queries/snapshot.js';
import { HiddenFile } from '#exports/hidden-file.js';
import { explainLakeError } from '#exports/lake-errors.js';
import { type Layer, partitionPath, partName, removeEmpty, removeHidden } from '#exports/lake-folder.js';
import { changeManifest } from '#exports/manifest.js';
import { parquetBytes } from '#exports/parquet-bytes.js';
import { parquetColumnOf } from '#exports/parquet-columns.js';
import type { TaskContext } from '#runs/context.js';

/** Of a row group. */
const limits = { rows: 50_000, characters: 8 * 2 ** 20 };

/** Milliseconds that a single statement may take, which reads some rows or sorts those of some files. */
const statementMs = 10 * 60_000;

/** What a step records of a partition; no rows: it was taken away, or there was none. */
export interface WrittenPartition {
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
}

interface Partition {
  readonly layer: Layer;
  readonly table: LakeTable;
  /** `20260501` */
  readonly day: string;
}

/** Rows on their way into a file, as an error names them. */
interface Progress {
  rows: number;
}

/**
 * Writes a partition from one snapshot and puts it in the place of the old one. Whoever writes a partition has its lock
 * first and then removes what others have begun; so of two attempts that meet only the later one can put its file in.
 */
export async function writePartition(context: TaskContext, partition: Partition): Promise<WrittenPartition> {
  const { services, fence, signal } = context;
  const path = partitionPath(partition.layer, partition.table.dataset, partition.day);
  const folder = join(services.lakeDir, path);
  return await inRunSession(services.pool, { fence, signal }, async (session) => {
    await lockName(session, `millrace lake ${path}`, fence, signal);
    const progress: Progress = { rows: 0 };
    let file: HiddenFile | undefined;
    try {
      await mkdir(folder, { recursive: true });
      await removeHidden(folder, partName);
      file = await HiddenFile.create(folder, partName, tokenOf(context));
      return await replace(context, session, partition, file, progress);
    } catch (error) {
      signal.throwIfAborted();
      const allRows = await countPartition(session, partition.table, partition.day).catch(() => progress.rows);
      throw await explainLakeError(error, { folder, path, bytes: file?.bytes ?? 0, rows: progress.rows, allRows });
    } finally {
      await file?.discard();
      await removeEmpty(folder);
    }
  });
}

/** Of the files that this attempt writes. */
const tokenOf = ({ fence }: TaskContext): string => `${fence.runId}-${fence.attempt}`;

async function replace(
  context: TaskContext,
  session: Tx,
  partition: Partition,
  file: HiddenFile,
  progress: Progress,
): Promise<WrittenPartition> {
  const { fence, signal, log } = context;
  const { layer, table, day } = partition;
  await beginSnapshot(session, statementMs);
  const rows = counted(partitionRows(session, table, day), progress);
  for await (const chunk of parquetBytes(table.columns, rows, limits)) {
    signal.throwIfAborted();
    await file.write(chunk);
  }
  const sha256 = await file.finish();
  await session.query('ROLLBACK');
  await refuseUnlessHeld(session, fence);
  const written = { rows: progress.rows, bytes: progress.rows === 0 ? 0 : file.bytes, sha256 };
  if (written.rows === 0) await file.remove();
  else await file.publish();
  await noteInManifest(context, session, partition, written);
  log.info(`${partitionPath(layer, table.dataset, day)}: ${written.rows} rows, ${written.bytes} bytes`);
  return written;
}

async function* counted<T>(
  pages: AsyncGenerator<T[], void, undefined>,
  progress: Progress,
): AsyncGenerator<T[], void, undefined> {
  for await (const page of pages) {
    progress.rows += page.length;
    yield page;
  }
}

async function noteInManifest(
  context: TaskContext,
  session: Tx,
  { layer, table, day }: Partition,
  { rows, bytes, sha256 }: WrittenPartition,
): Promise<void> {
  const { services, fence, signal } = context;
  const { dataset } = table;
  const lock = `millrace lake ${layer}/${dataset}`;
  const entry = {
    file: `imp_date=${day}/${partName}`,
    ...{ rows, bytes, sha256 },
    runId: fence.runId,
    writtenAt: new Date().toISOString(),
    columns: table.columns.map((column) => ({ name: column.name, type: parquetColumnOf(column).words })),
  };
  await lockName(session, lock, fence, signal);
  const which = { layer, dataset, day, token: tokenOf(context) };
  await changeManifest(join(services.lakeDir, layer, dataset), which, rows === 0 ? undefined : entry);
  await unlockName(session, lock);
}
