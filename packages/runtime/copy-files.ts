import type { ReplaceScope } from '#contracts/dataset.js';
import type { FileTaskOutput } from '#contracts/file-task.js';
import type { CopyBinaryWriter } from '#database/copy/binary.js';
import type { CopyTarget } from '#database/copy/copy-in.js';
import { fileCondition } from '#database/datasets/file-condition.js';
import type { TimeSpan } from '#database/datasets/partitions.js';
import { quoteTable } from '#database/quote.js';
import { commitBatch, type Load } from './batch.js';
import type { TaskContext } from './context.js';
import { CopyBatch, type CopyBatchDeps, NotTogether } from './copy-batch.js';
import type { OpenFile } from './open-file.js';

/** What a file has brought by COPY. */
export interface CopyLoad extends Load {
  /** For a partitioned table: per day that occurs, the least and the greatest time among the rows, ascending. */
  readonly spans?: readonly TimeSpan[];
}

/** A file whose rows are about to be written. */
export interface CopySource {
  /** For a partitioned table: what `CopyLoad.spans` will say, before a row is written. */
  spans?(): Promise<readonly TimeSpan[]>;
  /**
   * Writes the file's rows as tuples, each with the file's id and its ordinal in the file. Yields now and then between
   * two tuples, so that what is written can be sent; whoever stops before the end closes it (`return`).
   * @throws BadInputError when the file can never be loaded; whatever was written of it is undone
   */
  writeRows(copy: CopyBinaryWriter): AsyncGenerator<void, CopyLoad, undefined>;
}

/** How the files of a task become rows of one table, sent by binary COPY. */
export interface CopyLoader {
  /** With the columns `file_id` and `ordinal`. */
  readonly target: CopyTarget;
  /** Set when the table is partitioned by time: how wide the partitions are that small loads make. */
  readonly partitionsEvery?: 'day' | 'month' | 'year';
  /** Which rows go when a file is loaded; `file` if not given. `day` is for partitioned tables. */
  readonly replace?: ReplaceScope;
  /** @throws BadInputError when the file can never be loaded */
  open(file: OpenFile, signal: AbortSignal): Promise<CopySource>;
}

/**
 * Loads the files of a run in its transaction (see `commitBatch`) by COPY. A file's rows are made in memory first, so
 * that one that turns out bad leaves no trace, and many files share one COPY. A file with more rows than the run's
 * memory holds has a COPY of its own behind a savepoint.
 *
 * Should the server refuse what the reader let pass, all is undone and done again file by file, each behind a savepoint,
 * so that a bad file harms only itself (promise 6).
 */
export async function loadByCopy(context: TaskContext, loader: CopyLoader): Promise<FileTaskOutput> {
  const remove: CopyBatchDeps['remove'] = async (tx, fileIds) => {
    await tx.query(`DELETE FROM ${quoteTable(loader.target.table)} WHERE ${fileCondition('file_id', fileIds)}`);
  };
  let finish = async (): Promise<void> => {};
  const output = await commitBatch(context, {
    remove,
    async load(tx, files, batch) {
      const together = new CopyBatch({ context, loader, tx, batch, remove });
      await tx.query('SAVEPOINT batch');
      try {
        await together.loadTogether(files);
        finish = () => together.afterCommit();
        return;
      } catch (error) {
        if (!(error instanceof NotTogether)) throw error;
        context.log.warn(`the files are loaded one by one: ${error.message}`);
      }
      await tx.query('ROLLBACK TO SAVEPOINT batch');
      batch.reset();
      const single = new CopyBatch({ context, loader, tx, batch, remove });
      await single.loadOneByOne(files);
      finish = () => single.afterCommit();
    },
  });
  await finish();
  return output;
}
