import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDatasetStats } from '#database/queries/dataset-stats.js';
import { sampleParquet } from '../helpers/inbox.js';
import { assertSummary, summarized } from '../helpers/summary.js';
import { type TaskRunner, withTaskRunner } from '../helpers/task-runner.js';

const load = 'load-data-sample';
const day = 24 * 60;

/** Drops a file of each of these minutes and loads them in one run. */
async function loadMinutes({ drop, run }: TaskRunner, minutes: readonly number[], rows = 40): Promise<string[]> {
  const ids: string[] = [];
  for (const minute of minutes)
    ids.push(await drop('data-sample', `${minute}.parquet`, sampleParquet(minute, { rows })));
  assert.equal((await run(load, { files: ids })).state, 'succeeded');
  return ids;
}

test('what the load keeps is what a count over the rows says, by day and in all', () =>
  withTaskRunner({}, async (runner) => {
    await loadMinutes(runner, [0, 1, 5, day - 1, day, 3 * day + 7]);
    await assertSummary(runner.pool);
    await assertSummary(runner.pool, { from: '2023-01-01', to: '2023-01-01' });
    await assertSummary(runner.pool, { from: '2023-01-02' });
    await loadMinutes(runner, [2], 1914);
    await assertSummary(runner.pool);
    const { missing } = await readDatasetStats(runner.pool, summarized, 'data-sample', { to: '2023-01-01' });
    assert.deepEqual(missing, {
      from: '2023-01-01T00:00:00',
      to: '2023-01-01T23:59:00',
      minutes: 1440 - 5,
      ranges: [
        { from: '2023-01-01T00:03:00', to: '2023-01-01T00:04:00', minutes: 2 },
        { from: '2023-01-01T00:06:00', to: '2023-01-01T23:58:00', minutes: 1440 - 7 },
      ],
      omitted: 0,
    });
  }));
