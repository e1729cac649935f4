import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleParquet } from '../../../test/helpers/inbox.js';
import { count } from '../../../test/helpers/ledger.js';
import { type TaskRunner, withTaskRunner } from '../../../test/helpers/task-runner.js';

const day = 24 * 60;

async function withLoaded(star: boolean, work: (runner: TaskRunner) => Promise<void>): Promise<void> {
  await withTaskRunner({ star }, async (runner) => {
    const files: string[] = [];
    for (const minute of [0, 1, day - 1, day])
      files.push(await runner.drop('data-sample', `${minute}.parquet`, sampleParquet(minute)));
    await runner.run('load-data-sample', { files });
    await work(runner);
  });
}

const days = [
  { day: '2023-01-01', times: 3, rows: 75 },
  { day: '2023-01-02', times: 1, rows: 25 },
];

async function distinctOf({ pool }: TaskRunner, where = 'true'): Promise<Record<string, number>> {
  const { rows } = await pool.query(
    `SELECT count(DISTINCT department_name)::int AS department_name, count(DISTINCT sensor_serial)::int AS sensor_serial,
       count(DISTINCT product_name)::int AS product_name FROM dwh.data_sample WHERE ${where}`,
  );
  return rows[0];
}

for (const star of [true, false]) {
  test(`the figures of the whole table, by the ${star ? 'star' : 'table where there is no star'}`, () =>
    withLoaded(star, async (runner) => {
      const { output } = await runner.run('count-rows', {});
      assert.deepEqual(output, {
        ...{ rows: 100, days, moreDays: 0, distinct: await distinctOf(runner) },
        by: { rows: 'table', distinct: star ? 'star' : 'table' },
      });
    }));
}

test('of a day, and of a range', () =>
  withLoaded(true, async (runner) => {
    const first = await runner.run('count-rows', { day: '2023-01-01' });
    assert.deepEqual(first.output, {
      ...{ rows: 75, days: days.slice(0, 1), moreDays: 0 },
      distinct: await distinctOf(runner, `create_at < '2023-01-02'`),
      by: { rows: 'table', distinct: 'table' },
    });
    assert.deepEqual((await runner.run('count-rows', { from: '2023-01-02' })).output?.['rows'], 25);
    assert.deepEqual((await runner.run('count-rows', { to: '2022-12-31' })).output?.['days'], []);
    await assert.rejects(
      runner.start('count-rows', { day: '2023-01-01', to: '2023-01-02' }),
      /either day or from and to/,
    );
  }));

test('rows that were removed by hand, and members without rows, are not taken for there', () =>
  withLoaded(true, async (runner) => {
    const { pool, run } = runner;
    await pool.query(`INSERT INTO dwh.department (department_name) VALUES ('nobody')`);
    const whole = await run('count-rows', {});
    assert.deepEqual(whole.output?.['distinct'], await distinctOf(runner));
    await pool.query(`DELETE FROM dwh.department WHERE department_name = 'nobody'`);
    await pool.query(`DELETE FROM dwh.data_sample WHERE create_at < '2023-01-02'`);
    const { output } = await run('count-rows', {});
    assert.deepEqual(output?.['days'], days.slice(1));
    assert.deepEqual(output?.['distinct'], await distinctOf(runner));
    assert.equal(output?.['rows'], await count(pool, 'SELECT count(*) FROM dwh.data_sample'));
  }));

test('a day reads its partition alone', () =>
  withLoaded(false, async ({ pool }) => {
    const { rows } = await pool.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN SELECT create_at, count(*) FROM dwh.data_sample
       WHERE create_at >= COALESCE('2023-01-02'::date, '-infinity')
         AND (create_at < '2023-01-02'::date + 1 OR '2023-01-02'::date IS NULL) GROUP BY 1`,
    );
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    assert.match(plan, /data_sample_20230102/);
    assert.doesNotMatch(plan, /data_sample_20230101/);
  }));
