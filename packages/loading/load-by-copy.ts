import type { FileTaskOutput } from '#contracts/file-task.js';
import { isDataError } from '#database/error-kinds.js';
import type { TaskContext } from '#runs/context.js';
import { CopyBatch, NotTogether, removeRows } from './copy-batch.js';
import type { CopyLoader } from './copy-loader.js';
import { loadBatch } from './load-batch.js';
import { togetherOrOneByOne } from './savepoints.js';

/**
 * Loads the files of a run in its transaction (see `loadBatch`) by COPY. A file's rows are made in memory first, so
 * that one that turns out bad leaves no trace, and many files share one COPY. A file with more rows than the run's
 * memory holds has a COPY of its own behind a savepoint.
 *
 * Should the server refuse what the reader let pass, all is undone and done again file by file, each behind a
 * savepoint, so that a bad file harms only itself (promise 6).
 */
export async function loadByCopy(context: TaskContext, loader: CopyLoader): Promise<FileTaskOutput> {
  return await loadBatch(context, {
    remove: (tx, fileIds) => removeRows(tx, loader, fileIds),
    write: (tx, batch) =>
      togetherOrOneByOne(tx, batch.files, {
        together: (files) => new CopyBatch(context, loader, tx, batch).loadTogether(files),
        oneByOne: (files) => new CopyBatch(context, loader, tx, batch).loadOneByOne(files),
        isRefusal: (error) => isDataError(error) || error instanceof NotTogether,
        onRefusal: (error) =>
          context.log.warn(`loading the files together failed: ${refusal(error)}; they are loaded one by one`),
      }),
  });
}

const refusal = (error: Error): string =>
  error instanceof NotTogether ? error.message : `the database refused a row: ${error.message}`;
