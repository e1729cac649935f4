import type { FileTaskOutput } from '#contracts/file-task.js';
import { coverSpans } from '#database/datasets/partitions.js';
import { removeLinked } from '#database/linked/write.js';
import { transaction } from '#database/pool.js';
import type { TaskContext } from '#runs/context.js';
import { loadBatch } from '../load-batch.js';
import { LinkedBatch } from './linked-batch.js';
import type { LinkedFiles } from './linked-files.js';
import { MissingPartitions } from './outcomes.js';

/**
 * Loads the files of a run, whose rows go into several tables that refer to each other, in its transaction (see `loadBatch`).
 * All rows are staged first, whatever their order in the files; then it is known which rows are missing. A file that refers
 * to rows which neither a loaded file nor another of the batch has waits for them (docs/decisions/0037).
 *
 * Should partitions be missing, all is undone, they are made, and it is done again. A partition with a foreign key is attached
 * under a lock on the other table that every transaction with new rows in it is in the way of: who makes one may hold none.
 */
export async function loadLinkedFiles(context: TaskContext, files: LinkedFiles): Promise<FileTaskOutput> {
  for (;;) {
    try {
      return await loadBatch(context, {
        remove: (tx, fileIds) => removeLinked(tx, files.tables, fileIds),
        write: (tx, batch) => new LinkedBatch(context, files, tx, batch).write(),
      });
    } catch (error) {
      if (!(error instanceof MissingPartitions)) throw error;
      for (const { table, spans, every } of error.tables) {
        await transaction(context.services.pool, (tx) => coverSpans(tx, table, spans, every));
      }
    }
  }
}
