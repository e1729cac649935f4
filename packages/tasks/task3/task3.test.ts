import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withTaskRunner } from '../../../test/helpers/task-runner.js';

test('numbers are sorted into ten ranges, the largest into the last; a number outside is refused', () =>
  withTaskRunner({}, async ({ run }) => {
    const { output } = await run('task3', { numbers: [0, 5, 10, 100], least: 0, largest: 100 });
    const { ranges, median } = JSON.parse(JSON.stringify(output));
    assert.deepEqual(
      ranges.map((range: { count: number }) => range.count),
      [2, 1, 0, 0, 0, 0, 0, 0, 0, 1],
    );
    assert.equal(median, 5);
    const outside = await run('task3', { numbers: [101], least: 0, largest: 100 });
    assert.match(outside.error?.message ?? '', /expected numbers from 0 to 100, got 101/);
    const empty = await run('task3', { numbers: [1], least: 1, largest: 1 });
    assert.match(empty.error?.message ?? '', /expected least below largest/);
  }));
