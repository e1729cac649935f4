import { Type } from 'typebox';
import { defineTask } from '#contracts/task.js';
import { checkTarget } from './target.js';

const Count = (description: string) => Type.Integer({ minimum: 0, description });

export const definition = defineTask({
  name: 'data-pipeline',
  description:
    'Clears a part of a dataset and loads it: all of it, a day, or files by the beginning of their name. Afterwards the table has ' +
    'the rows of these files once, whatever was done to it by hand. Each batch is one transaction, so readers see of each ' +
    'file the old rows or the new ones.',
  queue: 'loads',
  input: Type.Object(
    {
      scope: Type.String({
        minLength: 1,
        maxLength: 1_000,
        description:
          '"all"; a day (2023-01-01, in UTC for times with a zone); or the beginning of a file’s name or path. ' +
          'With * at its end it is a beginning in any case: 2023-01-01*',
      }),
      source: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 200,
          description: 'A source whose files become rows of a table; data-sample if not given',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    files: Count('Files of the scope that the inbox has, and those that are missing'),
    loaded: Count('Files whose rows were written'),
    rows: Count('Rows written'),
    removedRows: Count('Rows that these files had before'),
    strays: Count('Rows taken away that no load has written: of no file, of one that is not loaded, or doubled'),
    missing: Count('Loaded files whose bytes are no longer in the inbox; they keep the rows that they have'),
    missingPaths: Type.Array(Type.String(), { maxItems: 100, description: 'The first 100 of them; the log has all' }),
    skipped: Count('Files left alone because a newer version of them is on its way'),
    changed: Count('Files that have other bytes in the inbox than the ledger knows, or could not be read for now'),
    duplicates: Count('Files whose bytes another one of the scope has'),
    quarantined: Count('Files that could not be loaded; each has its reason'),
    batches: Count('Runs that loaded files, each in one transaction'),
    failedBatches: Count('Those of them that failed; their files keep the rows of before'),
  }),
  check: ({ scope, source }, catalogue) => checkTarget(catalogue, source, scope),
  retry: { attempts: 5, backoffMs: 2_000, maxBackoffMs: 60_000 },
  timeoutMs: 2 * 60 * 60_000,
  concurrency: 1,
  priority: 0,
});
