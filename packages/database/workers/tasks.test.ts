import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from 'typebox';
import { loadCatalogue } from '#catalogue/catalogue.js';
import { defineTask } from '#contracts/task.js';
import { withTestDatabase } from '../../../test/helpers/database.js';
import { recordTasks } from './tasks.js';

const task = (name: string, description = 'Of a test') =>
  defineTask({
    ...{ name, description, queue: 'test', timeoutMs: 1_500, concurrency: 1, priority: 0 },
    input: Type.Object({ text: Type.Optional(Type.String()) }),
    output: Type.Object({}),
    retry: { attempts: 3, backoffMs: 1, maxBackoffMs: 1 },
  });

test('tasks are written when they change; one that is removed is kept and marked until it comes back', () =>
  withTestDatabase(async ({ pool }) => {
    const written = async () =>
      (await pool.query('SELECT name, description, removed_at IS NULL AS is_active, xmin FROM ops.task ORDER BY name'))
        .rows;
    const seen = async () => (await written()).map((row) => [row.name, row.description, row.is_active]);

    await recordTasks(pool, [task('b'), task('a')]);
    assert.deepEqual(await seen(), [
      ['a', 'Of a test', true],
      ['b', 'Of a test', true],
    ]);
    const before = await written();
    await recordTasks(pool, [task('a'), task('b')]);
    assert.deepEqual(await written(), before, 'nothing is written where nothing has changed');

    await recordTasks(pool, [task('a', 'Changed')]);
    assert.deepEqual(await seen(), [
      ['a', 'Changed', true],
      ['b', 'Of a test', false],
    ]);
    await recordTasks(pool, [task('a', 'Changed'), task('b')]);
    assert.deepEqual((await seen()).at(1), ['b', 'Of a test', true]);
  }));

test('the own catalogue, from several workers that start at a time', () =>
  withTestDatabase(async ({ pool }) => {
    const tasks = [...(await loadCatalogue()).values()];
    await Promise.all(Array.from({ length: 5 }, () => recordTasks(pool, tasks)));
    const { rows } = await pool.query(
      'SELECT dag_id, source, max_tries, timeout, input_schema FROM dags WHERE is_active',
    );
    assert.equal(rows.length, tasks.length);
    const load = rows.find((row) => row.dag_id === 'load-data-sample');
    assert.deepEqual([load?.source, load?.max_tries, load?.timeout], ['data-sample', 5, 3_600]);
    assert.equal(load?.input_schema.type, 'object');
  }));
