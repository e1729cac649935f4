import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HiddenFile } from '#exports/hidden-file.js';
import { explainLakeError } from '#exports/lake-errors.js';
import { removeHidden } from '#exports/lake-folder.js';
import { parquetBytes } from '#exports/parquet-bytes.js';
import type { TaskContext } from '#runs/context.js';
import type { HistoryRows } from './history-rows.js';

/** Of a row group. */
const limits = { rows: 50_000, characters: 8 * 2 ** 20 };

/** A file that is on the disk, and not in its place yet. */
export interface WrittenFile {
  readonly rows: number;
  readonly bytes: number;
  /** Puts it in its place, or in that of an earlier one of the same name. */
  publish(): Promise<void>;
  discard(): Promise<void>;
}

/**
 * Writes rows of a month into the lake: `history/runs/month=202601/part-….parquet`.
 * @param name of the file; the same rows are to have the same one
 * @throws LakeWriteError when the disk does not take it
 */
export async function writeHistoryFile(
  { services, fence, signal }: TaskContext,
  { table, month, name }: { readonly table: string; readonly month: string; readonly name: string },
  { columns, pages }: HistoryRows,
): Promise<WrittenFile> {
  const path = `history/${table}/month=${month}`;
  const folder = join(services.lakeDir, path);
  let rows = 0;
  let file: HiddenFile | undefined;
  const counted = async function* () {
    for await (const page of pages) {
      rows += page.length;
      yield page;
    }
  };
  try {
    await mkdir(folder, { recursive: true });
    await removeHidden(folder, name);
    file = await HiddenFile.create(folder, name, `${fence.runId}-${fence.attempt}`);
    for await (const chunk of parquetBytes(columns, counted(), limits)) {
      signal.throwIfAborted();
      await file.write(chunk);
    }
    await file.finish();
    const { bytes } = file;
    return { rows, bytes, publish: () => whole(file).publish(), discard: () => whole(file).discard() };
  } catch (error) {
    await file?.discard();
    signal.throwIfAborted();
    throw await explainLakeError(error, { folder, path, bytes: file?.bytes ?? 0, rows, allRows: rows });
  }
}

function whole(file: HiddenFile | undefined): HiddenFile {
  if (file === undefined) throw new Error('expected a file that was written');
  return file;
}
