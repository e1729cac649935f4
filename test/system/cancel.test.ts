import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { loadCatalogue } from '#catalogue/catalogue.js';
import { type Carrier, openCarrier } from '#queue/carrier.js';
import { addJobs } from '#queue/jobs.js';
import { startRun } from '#runs/start-run.js';
import { stopRuns } from '../../apps/api/runs/stop.js';
import { count } from '../helpers/ledger.js';
import { carriers, type Platform, withPlatform } from '../helpers/platform.js';
import { waitFor } from '../helpers/wait.js';
import { writeTasks } from '../helpers/written-tasks.js';

const log = pino({ level: 'silent' });

/** Every second body waits for its signal, every other one for a statement in the middle of its commit. */
const long = `
export const run = async (context, { n }) => {
  const { pool } = context.services;
  const note = (what) => pool.query('INSERT INTO cancel_test.note VALUES ($1, $2, clock_timestamp())', [what, n]);
  await note('begun');
  try {
    if (n % 2 === 0) await new Promise((_, reject) => context.signal.addEventListener('abort', () => reject(context.signal.reason)));
    return await context.commit(async (tx) => {
      await tx.query('INSERT INTO cancel_test.row VALUES ($1)', [n]);
      await tx.query('SELECT pg_sleep(60)');
      return { sum: n };
    });
  } catch (error) {
    await note('aborted');
    throw error;
  }
};`;

const many = `
import { defineTask, Type } from 'millrace';
const task = (name) => defineTask({ name, description: 'Of a test', queue: 'written', concurrency: 1, priority: 0, timeoutMs: 60_000,
  input: Type.Object({ n: Type.Integer() }), output: Type.Object({ sum: Type.Integer() }),
  retry: { attempts: 2, backoffMs: 100, maxBackoffMs: 100 } });
export const run = async (context, { count, of }) => {
  const parts = await context.invokeAll('all', task(of), Array.from({ length: count }, (_, n) => ({ n })));
  return { sum: parts.reduce((sum, part) => sum + part.sum, 0) };
};`;

const numbers = { input: '{ n: Type.Integer() }', output: '{ sum: Type.Integer() }', concurrency: 16 };

for (const kind of carriers) {
  test(`a flow of 100 with long bodies is cancelled at once; bodies stop, slots are free, no row is left (${kind})`, async (t) => {
    const folder = writeTasks(t, {
      long: { ...numbers, body: long },
      short: { ...numbers, body: 'export const run = async (_context, { n }) => ({ sum: n });' },
      many: { input: '{ count: Type.Integer(), of: Type.String() }', output: '{ sum: Type.Integer() }', body: many },
    });
    const catalogue = await loadCatalogue([folder]);
    await withPlatform(t, kind, { workers: 2, env: { TASKS_DIR: folder } }, async (platform) => {
      const { pool, databaseUrl, redisUrl } = platform;
      await pool.query('CREATE SCHEMA cancel_test');
      await pool.query('CREATE TABLE cancel_test.row (n integer)');
      await pool.query('CREATE TABLE cancel_test.note (what text, n integer, at timestamptz)');
      await platform.start();
      const carrier = openCarrier({ databaseUrl, redisUrl }, 'http', () => {});
      const start = async (of: string, size: number): Promise<string> => {
        const task = catalogue.get('many');
        assert.ok(task);
        const run = await startRun({ pool, catalogue }, task, { input: { count: size, of }, trigger: 'api' });
        await addJobs(carrier, run.open ? [run.open] : []);
        return run.id;
      };
      try {
        const flow = await start('long', 100);
        const noted = (what: string): Promise<number> =>
          count(pool, `SELECT count(*) FROM cancel_test.note WHERE what = '${what}'`);
        await waitFor('all slots are taken', async () => (await noted('begun')) === 32 || undefined);
        const { rows } = await pool.query<{ at: Date }>('SELECT clock_timestamp() AS at');
        const { cancelled } = await stopRuns({ pool, carrier }, [flow], 'a test', log);
        const { rows: after } = await pool.query<{ ms: number }>(
          'SELECT (extract(epoch FROM clock_timestamp() - $1) * 1000)::float8 AS ms',
          [rows[0]?.at],
        );
        assert.equal(cancelled.length, 101);
        assert.deepEqual(await states(platform, flow), ['cancelled 101']);
        await waitFor('all bodies have stopped', async () => (await noted('aborted')) === 32 || undefined);
        const { rows: last } = await pool.query<{ ms: number }>(
          `SELECT (extract(epoch FROM max(at) - $1) * 1000)::float8 AS ms FROM cancel_test.note WHERE what = 'aborted'`,
          [rows[0]?.at],
        );
        t.diagnostic(
          `decided after ${after[0]?.ms.toFixed(0)} ms, the last body stopped after ${last[0]?.ms.toFixed(0)} ms`,
        );

        const next = await start('short', 40);
        await waitFor('a flow after it has ended', async () => {
          return (await states(platform, next)).join() === 'succeeded 41' || undefined;
        });
        assert.equal(await noted('begun'), 32, 'none of the others has begun');
        assert.equal(await count(pool, 'SELECT count(*) FROM cancel_test.row'), 0);
        assert.deepEqual(await states(platform, flow), ['cancelled 101']);
        assert.equal(await count(pool, `SELECT count(*) FROM ops.attempt WHERE state = 'running'`), 0);
        await jobsAreGone(carrier);
      } finally {
        await carrier.close();
      }
    });
  });
}

async function states({ pool }: Platform, root: string): Promise<string[]> {
  const { rows } = await pool.query<{ line: string }>(
    `SELECT state || ' ' || count(*) AS line FROM ops.run WHERE root_id = $1 GROUP BY state ORDER BY state`,
    [root],
  );
  return rows.map(({ line }) => line);
}

async function jobsAreGone(carrier: Carrier): Promise<void> {
  await waitFor('no job is left open', async () => {
    const counts = await carrier
      .queue('written')
      .getJobCounts('wait', 'prioritized', 'active', 'delayed', 'waiting-children');
    return Object.values(counts).every((jobs) => jobs === 0) || undefined;
  });
}
