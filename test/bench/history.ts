/**
 * How long lists, filters, counts and searches take over a long history, what a run and a line cost to record, and how large it is:
 *
 *   node dist/test/bench/history.js [--runs 1000000] [--lines 1000000] [--calls 20] [--server URL [--filled]]
 *
 * Method. An embedded server with the product's settings is filled by SQL (test/helpers/many-runs.ts: 24 months, 20 tasks with uneven
 * shares, 1 % failed, some open, files, labels; lines of logs likewise), vacuumed and analysed. Then the functions that the API answers
 * with (packages/database/queries) are called, each question `--calls` times in turn with the others, one at a time; p50, p95 and the
 * fastest are printed in milliseconds, the first calls included, and the CPU time of a call, of the server's session and of this process together:
 * what a call takes where nobody else wants the cores. Costs: 20,000 runs are recorded by one session in transactions of
 * 100, and brought to their ends by two updates, with the indexes and triggers named and without them; 50,000 lines likewise, in
 * statements of 100 as workers write them. Then a real API and a real worker run on that database: pages are asked for over HTTP, and the
 * oldest month is taken away (`trim-history`, into the lake; its changes are made up before) while a stream of 40 runs a second goes on.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { v7 as uuidv7 } from 'uuid';
import { rollUp } from '#database/changes/roll-up.js';
import { openPool, type Pool, transaction } from '#database/pool.js';
import { searchLogs } from '#database/queries/log-search.js';
import { countRuns } from '#database/queries/run-counts.js';
import type { RunFilter } from '#database/queries/run-filter.js';
import { listRuns, type RunListRequest } from '#database/queries/runs.js';
import { readSearchWords } from '#database/queries/search-words.js';
import { countFiles, countRunsByState } from '#database/queries/summary.js';
import { readTotals } from '#database/queries/totals.js';
import { appendLog } from '#database/runs/history.js';
import { fillHistory } from '../helpers/many-runs.js';
import { operate } from './history/operate.js';
import { type BenchServer, freshDatabase, startBenchServer } from './load/server.js';
import { readProcess } from './process-figures.js';

const { values } = parseArgs({
  options: {
    runs: { type: 'string' },
    lines: { type: 'string' },
    calls: { type: 'string' },
    server: { type: 'string' },
    filled: { type: 'boolean' },
  },
});
const [runs, lines, calls] = [Number(values.runs ?? 1e6), Number(values.lines ?? 1e6), Number(values.calls ?? 20)];

const page = { limit: 50 };
const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();
const list =
  (filter: RunFilter, more: Partial<RunListRequest> = {}) =>
  (pool: Pool) =>
    listRuns(pool, filter, { ...page, ...more });
const search =
  (text: string, more: object = {}) =>
  (pool: Pool) =>
    searchLogs(pool, { text: readSearchWords(text), ...more }, page);

/** Each question, as it is asked for a request, and the milliseconds that it is to take at most (p95). */
const questions: Readonly<Record<string, readonly [number, (pool: Pool) => Promise<unknown>]>> = {
  'newest runs': [50, list({})],
  'runs of a task': [50, list({ task: 'task-07' })],
  'failed runs': [50, list({ states: ['failed'] })],
  'runs of a day a year ago': [50, list({ from: daysAgo(366), to: daysAgo(365) })],
  'runs before a time': [50, list({ to: daysAgo(500) })],
  'failed runs of a task in a month': [
    50,
    list({ task: 'task-09', states: ['failed'], from: daysAgo(200), to: daysAgo(170) }),
  ],
  'failed or cancelled runs of a task that never fails': [50, list({ task: 'task-20', states: ['failed'] })],
  'replayed runs (one of 50,000)': [50, list({ triggers: ['replay'] })],
  'runs with a label': [50, list({ labels: { team: 'team-3' } })],
  'runs with a label that one has': [50, list({ labels: { order: String(Math.floor(runs / 3)) } })],
  'runs that took 100 s and more': [50, list({ minDurationMs: 100_000 })],
  'longest runs': [50, list({}, { sort: '-durationMs' })],
  'count of all by state': [50, (pool) => countRuns(pool, {}, 'state')],
  'count by task within 90 days': [50, (pool) => countRuns(pool, { from: daysAgo(100), to: daysAgo(10) }, 'task')],
  'count of failed runs of a task since a time': [
    50,
    (pool) => countRuns(pool, { task: 'task-03', states: ['failed'], from: daysAgo(45) }),
  ],
  'start page: runs and files by state': [50, (pool) => Promise.all([countRunsByState(pool), countFiles(pool)])],
  'totals, for metrics': [50, readTotals],
  'a text in input, output or error: frequent': [300, list({ text: 'columns' })],
  'newest lines': [50, search('loaded', { text: undefined })],
  errors: [50, search('loaded', { text: undefined, levels: ['error'] })],
  'lines with a frequent word': [300, search('loaded')],
  'lines with a word of 20 lines': [300, search('zanzibar')],
  'lines with a word of one month a year ago': [300, search('walrus')],
  'lines with a word that is nowhere': [300, search('xylophone')],
  'lines with a phrase': [300, search('"open orders" 4711')],
  'lines with a path': [300, search(`part-${Math.floor(lines / 3) * 5}.parquet`)],
  'errors of a task with a frequent word': [300, search('loaded', { levels: ['error'], task: 'task-12' })],
  'a rare word in a month': [300, search('zanzibar', { from: daysAgo(300), before: daysAgo(270) })],
};

/** CPU milliseconds that the session of the pool and this process have used; the pool has one session. */
async function cpuMs(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const { user, system } = process.cpuUsage();
  return (readProcess(rows[0]?.pid ?? 0)?.cpuSeconds ?? 0) * 1000 + (user + system) / 1000;
}

async function measure(pool: Pool): Promise<void> {
  const cpu = new Map<string, number>();
  const times = new Map<string, number[]>(Object.keys(questions).map((name) => [name, []]));
  for (let call = 0; call < calls; call++) {
    for (const [name, [, ask]] of Object.entries(questions)) {
      const cpuBefore = await cpuMs(pool);
      const begin = performance.now();
      await ask(pool).catch((error: unknown) => console.log(`${name}: ${error}`));
      times.get(name)?.push(performance.now() - begin);
      cpu.set(name, (cpu.get(name) ?? 0) + (await cpuMs(pool)) - cpuBefore);
    }
  }
  console.log('question | fastest | p50 | p95 | CPU | target');
  for (const [name, [target]] of Object.entries(questions)) {
    const sorted = [...(times.get(name) ?? [])].sort((a, b) => a - b);
    const at = (share: number): string =>
      (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(1);
    const isLate = Number(at(0.95)) > target;
    console.log(
      `${name} | ${at(0)} | ${at(0.5)} | ${at(0.95)} | ${((cpu.get(name) ?? 0) / calls).toFixed(1)} | ${target}${isLate ? ' MISSED' : ''}`,
    );
  }
}

async function sizes(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ name: string; rows: number; size: string; indexes: string }>(
    `SELECT COALESCE(i.inhparent::regclass::text, c.oid::regclass::text) AS name, sum(c.reltuples)::float8 AS rows,
       pg_size_pretty(sum(pg_table_size(c.oid))) AS size, pg_size_pretty(sum(pg_indexes_size(c.oid))) AS indexes
     FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid WHERE c.relnamespace = 'ops'::regnamespace AND c.relkind = 'r'
     GROUP BY 1 HAVING sum(pg_total_relation_size(c.oid)) > 1e6 ORDER BY sum(pg_total_relation_size(c.oid)) DESC`,
  );
  for (const row of rows) console.log(`${row.name}: ${row.rows} rows, ${row.size}, indexes ${row.indexes}`);
  const indexes = await pool.query<{ name: string; size: string }>(
    `SELECT regexp_replace(indexrelname, '_[0-9]{6}_', '_') AS name, pg_size_pretty(sum(pg_relation_size(indexrelid))) AS size
     FROM pg_stat_user_indexes WHERE schemaname = 'ops' GROUP BY 1 HAVING sum(pg_relation_size(indexrelid)) > 1e7
     ORDER BY sum(pg_relation_size(indexrelid)) DESC`,
  );
  console.log(indexes.rows.map(({ name, size }) => `${name} ${size}`).join(', '));
}

/** Microseconds of a run from its record to its end, with all else that stands in the database. */
async function runCost(pool: Pool, count: number): Promise<number> {
  const begin = performance.now();
  for (let n = 0; n < count; n += 100) {
    const ids = Array.from({ length: 100 }, () => uuidv7());
    await transaction(pool, (tx) =>
      tx.query(
        `INSERT INTO ops.run (id, root_id, task, queue, state, trigger, input, max_attempts)
         SELECT id, id, 'task-01', 'queue-1', 'queued', 'api', '{"n": 1}', 5 FROM unnest($1::uuid[]) id`,
        [ids],
      ),
    );
    const change = `UPDATE ops.run SET state = $2, attempt = 1, started_at = COALESCE(started_at, now()), begun_at = now(), ended_at = $3 WHERE id = ANY ($1)`;
    await pool.query(change, [ids, 'running', null]);
    await pool.query(change, [ids, 'succeeded', new Date()]);
  }
  return ((performance.now() - begin) * 1000) / count;
}

async function lineCost(pool: Pool, count: number): Promise<number> {
  const begin = performance.now();
  for (let n = 0; n < count; n += 100) {
    const fence = { runId: uuidv7(), attempt: 1, task: 'task-01' };
    await appendLog(
      pool,
      Array.from({ length: 100 }, (_none, k) => ({
        fence,
        at: new Date(),
        level: 'info' as const,
        message: `loaded ${n + k} rows of day/2023-01-02/part-${n + k}.parquet in ${k} ms`,
      })),
    );
  }
  return ((performance.now() - begin) * 1000) / count;
}

async function costs(pool: Pool): Promise<void> {
  const cost = async (what: string, measured: () => Promise<number>): Promise<void> => {
    console.log(`${what}: ${(await measured()).toFixed(1)} µs`);
  };
  const [someRuns, someLines] = [20_000, 50_000];
  await rollUp(pool);
  await runCost(pool, 2_000);
  await cost('a run, recorded, begun and ended', () => runCost(pool, someRuns));
  await cost('to add up a run’s changes', async () => {
    const begin = performance.now();
    await rollUp(pool);
    return ((performance.now() - begin) * 1000) / someRuns;
  });
  await pool.query('DROP INDEX ops.run_duration');
  await cost('a run without the index of durations', () => runCost(pool, someRuns));
  await cost('a line', () => lineCost(pool, someLines));
  await pool.query('DROP INDEX ops.log_words');
  await cost('a line without the index of words', () => lineCost(pool, someLines));
}

async function bench(url: string): Promise<void> {
  const pool = openPool({ url, name: 'bench', max: 4, onError: console.error });
  try {
    if (!values.filled) {
      await transaction(pool, (tx) => fillHistory(tx, { runs, lines, progress: console.error }));
      await pool.query('VACUUM ANALYZE');
    }
    await sizes(pool);
    const one = openPool({ url, name: 'bench', max: 1, onError: console.error });
    await measure(one).finally(() => one.end());
    await operate(pool, url, calls);
    await costs(pool);
  } finally {
    await pool.end();
  }
}

if (values.server) {
  await bench(values.server);
} else {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-bench-history-'));
  let server: BenchServer | undefined;
  try {
    server = await startBenchServer(dir);
    console.log(server.description);
    await bench(await freshDatabase(server, 'history', true));
  } finally {
    await server?.stop();
    await rm(dir, { recursive: true, force: true });
  }
}
