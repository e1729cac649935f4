import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listRuns } from '../../../test/helpers/ledger.js';
import { withTaskRunner } from '../../../test/helpers/task-runner.js';

const tasksOf = async (pool: Parameters<typeof listRuns>[0]): Promise<string[]> =>
  (await listRuns(pool)).map(({ task, state }) => `${task} ${state}`);

test('numbers that lie close together are described by a group of task2 alone', () =>
  withTaskRunner({}, async ({ run, pool }) => {
    const { output } = await run('task1', { numbers: [3, 1, 4, 1, 5], partSize: 2 });
    assert.deepEqual(output, {
      ...{ count: 5, sum: 14, mean: 2.8, least: 1, largest: 5 },
      ...{ branch: 'narrow', median: null },
    });
    assert.deepEqual(await tasksOf(pool), ['task1 succeeded', ...Array(3).fill('task2 succeeded')]);
  }));

test('for numbers that lie far apart task3 runs after the group', () =>
  withTaskRunner({}, async ({ run, pool }) => {
    const { output } = await run('task1', { numbers: [0, 10, 20, 1000], wideFrom: 500 });
    assert.deepEqual(output, {
      ...{ count: 4, sum: 1030, mean: 257.5, least: 0, largest: 1000 },
      ...{ branch: 'wide', median: 50 },
    });
    assert.deepEqual(await tasksOf(pool), ['task1 succeeded', 'task2 succeeded', 'task3 succeeded']);
  }));
