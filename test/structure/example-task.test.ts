import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { withMillrace } from 'millrace/testing';
import { testServerUrl } from '../helpers/postgres.js';

const table = `
  CREATE TABLE fleet.hive_weight (
    file_id bigint NOT NULL, ordinal int NOT NULL, hive text NOT NULL, weighed_at timestamptz NOT NULL, grams int NOT NULL,
    PRIMARY KEY (file_id, ordinal))`;

const events = [
  { hive: 'B7', weighed_at: '2026-05-01T06:00:00Z', grams: 41_250 },
  { hive: 'B7', weighed_at: '2026-05-01T18:00:00Z', grams: -1 },
  { hive: 'C2', weighed_at: '2026-05-01T06:00:00Z', grams: 38_900 },
];

test('the task of the README loads a file, and the bad event in it becomes a reject', async () => {
  const tasksDir = fileURLToPath(new URL('./examples', import.meta.url));
  await withMillrace({ tasksDir, serverUrl: await testServerUrl() }, async (millrace) => {
    await millrace.pool.query(table);
    await millrace.drop('hive_weights.json', JSON.stringify({ hive_weights: events }));
    const [load, ...others] = await millrace.load();
    assert.deepEqual([load?.task, load?.state, others], ['load-hive-weights', 'succeeded', []]);
    assert.deepEqual(
      load?.files.map(({ state, rows, rejects }) => [state, rows, rejects]),
      [['loaded', 2, 1]],
    );
    assert.deepEqual(await millrace.rows('SELECT ordinal, hive, grams FROM fleet.hive_weight ORDER BY ordinal'), [
      { ordinal: 0, hive: 'B7', grams: 41_250 },
      { ordinal: 1, hive: 'C2', grams: 38_900 },
    ]);
    const [reject, ...more] = await millrace.rows('SELECT ordinal, reason FROM ops.reject');
    assert.deepEqual([reject?.['ordinal'], more], [1, []]);
    assert.match(String(reject?.['reason']), /^grams is -1: expected an integer/);
  });
});
