import type { FileTaskOutput } from '#contracts/file-task.js';
import { type FileOutcome, type RunFile, removeRejects, storeRejects } from '#database/ledger/outcomes.js';
import type { Tx } from '#database/pool.js';
import { commitBatch, type Load, outcomeOf } from './batch.js';
import type { TaskContext } from './context.js';
import { type OpenFile, withFile } from './open-file.js';

/** How a task puts files into its dataset, one by one. For rows in great number see `loadByCopy`. */
export interface FileLoader {
  /**
   * Writes a file's rows, each with the file's id and its ordinal in the file.
   * @throws BadInputError when the file can never be loaded; whatever was written of it is undone
   */
  load(file: OpenFile, tx: Tx): Promise<Load>;
  /** Takes away all rows of files. */
  remove(tx: Tx, fileIds: readonly bigint[]): Promise<void>;
}

/**
 * Loads the files of a run in its transaction (see `commitBatch`), each behind a savepoint: a file that cannot be loaded
 * is undone and quarantined; the others load (promise 6).
 */
export async function loadFiles(context: TaskContext, loader: FileLoader): Promise<FileTaskOutput> {
  return await commitBatch(context, {
    remove: loader.remove,
    async load(tx, files, batch) {
      for (const file of files) {
        context.signal.throwIfAborted();
        batch.add((await batch.duplicate(file)) ?? (await loadOne(context, loader, tx, file)));
      }
    },
  });
}

async function loadOne(context: TaskContext, loader: FileLoader, tx: Tx, file: RunFile): Promise<FileOutcome> {
  await tx.query('SAVEPOINT file');
  try {
    const { rows, rejects } = await withFile(context.services.inboxDir, file, async (open) => {
      if (file.state === 'loaded') {
        await loader.remove(tx, [file.id]);
        await removeRejects(tx, [file.id]);
      }
      const done = await loader.load(open, tx);
      await storeRejects(tx, file.id, done.rejects?.kept ?? []);
      return done;
    });
    await tx.query('RELEASE SAVEPOINT file');
    return { kind: 'loaded', file, rows, rejects: rejects?.count ?? 0 };
  } catch (error) {
    const outcome = outcomeOf(file, error);
    if (!outcome) throw error;
    await tx.query('ROLLBACK TO SAVEPOINT file');
    return outcome;
  }
}
