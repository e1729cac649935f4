import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadCatalogue, readableDatasets } from '#catalogue/catalogue.js';
import { rollUp } from '#database/changes/roll-up.js';
import { type Pool, transaction } from '#database/pool.js';
import { readDatasetFigures } from '#database/queries/dataset-figures.js';
import { countQuarantined, listFileReasons, listQuarantined } from '#database/queries/file-reasons.js';
import { listFiles } from '#database/queries/files.js';
import { readLoadRates } from '#database/queries/load-rates.js';
import { readLoadSeries } from '#database/queries/load-series.js';
import { searchLogs } from '#database/queries/log-search.js';
import { readQueues } from '#database/queries/platform-figures.js';
import { countRuns } from '#database/queries/run-counts.js';
import { listFailures } from '#database/queries/run-failures.js';
import type { RunFilter } from '#database/queries/run-filter.js';
import { readRunSeries } from '#database/queries/run-series.js';
import { listRuns } from '#database/queries/runs.js';
import { searchRecord } from '#database/queries/search.js';
import { readSearchWords } from '#database/queries/search-words.js';
import { coverTime } from '#database/queries/slices.js';
import { countFiles, countRunsByState } from '#database/queries/summary.js';
import { readTaskFigures } from '#database/queries/task-figures.js';
import { readTotals } from '#database/queries/totals.js';
import { withTestDatabase } from '../helpers/database.js';
import { explainingPool, type Scan } from '../helpers/explain.js';
import { fillHistory } from '../helpers/many-runs.js';

const [runs, lines] = [60_000, 60_000];
const page = { limit: 50 };
const tasks = Array.from({ length: 20 }, (_, n) => `task-${String(n + 1).padStart(2, '0')}`);
const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();
const list = (filter: RunFilter) => (pool: Pool) => listRuns(pool, filter, page);
const search =
  (text: string | undefined, more: object = {}) =>
  (pool: Pool) =>
    searchLogs(pool, { ...(text !== undefined && { text: readSearchWords(text) }), ...more }, page);

/** Each question, as it is asked for a request, and how many runs or lines it may read: a part of all. */
const questions: Readonly<Record<string, readonly [number, (pool: Pool) => Promise<unknown>]>> = {
  'newest runs': [100, list({})],
  'runs of a task': [100, list({ task: 'task-07' })],
  'runs of a day a year ago': [400, list({ from: daysAgo(366), to: daysAgo(365) })],
  'runs before a time': [400, list({ to: daysAgo(500) })],
  'failed runs of a task in a month': [
    800,
    list({ task: 'task-09', states: ['failed'], from: daysAgo(200), to: daysAgo(170) }),
  ],
  'failed runs of a task that never fails': [1, list({ task: 'task-20', states: ['failed'] })],
  'runs of a state that none has': [1, list({ states: ['delayed', 'waiting'], task: 'task-20', triggers: ['follow'] })],
  'runs of an error': [200, list({ error: 'Error' })],
  'runs of an error and a task that never has it': [1, list({ error: 'Error', task: 'task-20', to: daysAgo(1) })],
  'failures of a task': [800, (pool) => listFailures(pool, { task: 'task-09' }, 300)],
  'failures of all tasks': [800, (pool) => listFailures(pool, {}, 300)],
  'longest runs': [200, (pool) => listRuns(pool, {}, { ...page, sort: '-durationMs' })],
  'count of all': [0, (pool) => countRuns(pool, {}, 'state')],
  'count within days': [400, (pool) => countRuns(pool, { from: daysAgo(100), to: daysAgo(10) }, 'task')],
  'series of days, by task': [
    0,
    (pool) => readRunSeries(pool, {}, coverTime('day', Date.now() - 400 * 86_400_000, Date.now()), 'task'),
  ],
  'series of hours of a task': [
    0,
    (pool) =>
      readRunSeries(pool, { task: 'task-03' }, coverTime('hour', Date.now() - 7 * 86_400_000, Date.now()), 'state'),
  ],
  // A thousand of them are measured, twenty shown.
  'figures of a task': [1_100, (pool) => readTaskFigures(pool, ['task-01'], 90)],
  'loads of the last hour': [0, readLoadRates],
  'series of loads': [
    0,
    (pool) => readLoadSeries(pool, coverTime('day', Date.now() - 400 * 86_400_000, Date.now()), undefined),
  ],
  'start page': [0, (pool) => Promise.all([countRunsByState(pool), countFiles(pool)])],
  totals: [0, readTotals],
  'figures of datasets': [
    20,
    async (pool) => readDatasetFigures(pool, [...readableDatasets(await loadCatalogue()).values()]),
  ],
  'queues, for metrics': [0, readQueues],
  'reasons of quarantine': [700, listFileReasons],
  'quarantined files of a code': [
    350,
    (pool) => listQuarantined(pool, { code: 'empty' }, { after: undefined, ...page }),
  ],
  'count of quarantined files of a source': [350, (pool) => countQuarantined(pool, { source: 'data-sample' })],
  'files of a code': [200, (pool) => transaction(pool, (tx) => listFiles(tx, { code: 'empty' }, page))],
  'search for what is nowhere': [11_000, (pool) => searchRecord(pool, { text: 'abcdef01', tasks, limit: 5 })],
  'search for the beginning of a name': [11_000, (pool) => searchRecord(pool, { text: 'Part-0', tasks, limit: 5 })],
  'search for a task': [300, (pool) => searchRecord(pool, { text: 'task-07', tasks, limit: 5 })],
  'newest lines': [200, search(undefined)],
  'lines with a frequent word': [5_000, search('loaded')],
  'lines with a rare word': [6_000, search('zanzibar')],
  'lines with a word that is nowhere': [5_000, search('xylophone')],
  'errors with a frequent word': [6_000, search('loaded', { levels: ['error'], task: 'task-12' })],
  'a word in a month': [5_000, search('zanzibar', { from: daysAgo(300), before: daysAgo(270) })],
};

test('no question about a long history looks at all runs, changes or lines', () =>
  withTestDatabase(async ({ pool }) => {
    await transaction(pool, (tx) => fillHistory(tx, { runs, lines }));
    await pool.query("UPDATE ops.file SET state = 'quarantined', code = 'empty' WHERE id % 60 = 0");
    await pool.query('ANALYZE ops.run, ops.file, ops.log, ops.run_tally, ops.run_skew');
    // As after some work: changes that are added up, and some that are not.
    const touch =
      'UPDATE ops.run SET attempt = attempt + 1 WHERE id IN (SELECT id FROM ops.run ORDER BY id DESC LIMIT 300)';
    await pool.query(touch);
    await rollUp(pool);
    await pool.query(touch);
    const read = async (): Promise<number> => {
      const { rows } = await pool.query<{ read: number }>(
        `SELECT sum(seq_tup_read + idx_tup_fetch)::float8 AS read FROM pg_stat_user_tables
         WHERE schemaname = 'ops' AND relname ~ '^(run$|log_|file$)'`,
      );
      return rows[0]?.read ?? 0;
    };
    for (const [name, [maxRows, ask]] of Object.entries(questions)) {
      const scans: Scan[] = [];
      await ask(explainingPool(pool, scans));
      assert.ok(scans.length > 0, `${name}: nothing is read`);
      const whole = scans.filter(
        ({ kind, table }) => kind === 'Seq Scan' && /^(run$|run_change|file$|file_change|log_\d)/.test(table),
      );
      assert.deepEqual(whole, [], name);
      const before = await settled(pool, read);
      await ask(pool);
      const rows = (await settled(pool, read)) - before;
      assert.ok(rows <= maxRows, `${name}: read ${rows} rows, expected ${maxRows} at most`);
    }
  }));

/** A figure of the server after all sessions of the pool have reported what they did. */
async function settled(pool: Pool, read: () => Promise<number>): Promise<number> {
  const clients = await Promise.all(Array.from({ length: pool.totalCount }, () => pool.connect()));
  try {
    for (const client of clients) await client.query('SELECT pg_stat_force_next_flush()');
  } finally {
    for (const client of clients) client.release();
  }
  return await read();
}
