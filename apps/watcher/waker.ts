import { datasetsOfTask } from '#contracts/file-task.js';
import type { TaskDefinition } from '#contracts/task.js';
import { type KeyedTable, wakeMissed } from '#database/ledger/waits.js';
import type { Pool } from '#database/pool.js';
import type { Logger } from '#process/log.js';

/** Milliseconds between two looks, and how many times as long as a look takes at least. */
const everyMs = 5_000;
const timesItsCost = 20;

/**
 * Makes the look for files that wait although the rows are there which they wait for. Loads let such files go themselves; what
 * is left is a worker that died between its commit and its look at what another had committed at the same time.
 */
export function createWaker(
  pool: Pool,
  tasks: readonly TaskDefinition[],
  log: Logger,
): { readonly pass: () => Promise<void> } {
  const tables = tasks.flatMap(datasetsOfTask).flatMap(({ name, dataset }): KeyedTable[] => {
    const { key, table } = dataset;
    return key === undefined ? [] : [{ dataset: name, table, key }];
  });
  let due = performance.now() + everyMs;
  return {
    async pass() {
      const began = performance.now();
      if (began < due) return;
      due = Number.POSITIVE_INFINITY;
      try {
        const woken = await wakeMissed(pool, tables);
        if (woken > 0)
          log.info({ files: woken }, `${woken} files wait no longer: the rows that they waited for are there`);
      } finally {
        const now = performance.now();
        due = now + Math.max(everyMs, timesItsCost * (now - began));
      }
    },
  };
}
