import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineFileTask, manySmallFiles } from '#contracts/file-task.js';
import { sourceOf, sourceTasks } from './sources.js';

const task = (name: string, matches: (path: string) => boolean, fallback = false) =>
  defineFileTask({
    name,
    description: name,
    source: { name, description: name, matches, fallback, batch: manySmallFiles },
  });

test('a fallback gets only what no other source takes, whatever the order of their names', () => {
  const wide = task('a-wide', (path) => path.endsWith('.parquet'), true);
  const narrow = task('b-narrow', (path) => path.startsWith('gps_'));
  const tasks = sourceTasks(new Map([wide, narrow].map((each) => [each.name, each])));
  assert.equal(sourceOf(tasks, 'gps_1.parquet'), 'b-narrow');
  assert.equal(sourceOf(tasks, 'other.parquet'), 'a-wide');
  assert.equal(sourceOf(tasks, 'other.csv'), null);
});
