import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withTaskRunner } from '../../../test/helpers/task-runner.js';

test('numbers are added up; input that is none is refused', () =>
  withTaskRunner({}, async ({ run, start }) => {
    const { output } = await run('task2', { numbers: [2, -3, 4.5] });
    assert.deepEqual(output, { count: 3, sum: 3.5, least: -3, largest: 4.5 });
    await assert.rejects(start('task2', { numbers: [] }), /numbers/);
    await assert.rejects(start('task2', { numbers: ['2'] }), /numbers\/0/);
  }));
