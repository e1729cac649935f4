/**
 * How long the figures of the whole data sample take to answer from its summary:
 *
 *   node dist/test/bench/summary.js [--files 43201] [--rounds 20]
 *
 * Method. On an embedded server with the product's settings the ledger and the summary get what loads of so many files leave
 * (all departments and sensors and seven of eight products in each file, one minute, three differences), by SQL and without
 * their rows. Then `readDatasetStats`, which GET /api/data-sample/stats answers with, is called again and again; the first
 * call, the median and the slowest are printed, and the plans' largest costs.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openPool } from '#database/pool.js';
import { readDatasetStats } from '#database/queries/dataset-stats.js';
import { fillSummary, summarized } from '../helpers/summary.js';
import { freshDatabase, startBenchServer } from './load/server.js';

const { values } = parseArgs({ options: { files: { type: 'string' }, rounds: { type: 'string' } } });
const [files, rounds] = [Number(values.files ?? 43_201), Number(values.rounds ?? 20)];

const dir = await mkdtemp(join(tmpdir(), 'millrace-bench-summary-'));
const server = await startBenchServer(dir);
const pool = openPool({
  url: await freshDatabase(server, 'summary', true),
  name: 'bench',
  max: 2,
  onError: console.error,
});
try {
  await fillSummary(pool, files);
  await pool.query('VACUUM ANALYZE');
  const { rows } = await pool.query<{ size: string }>(
    `SELECT pg_size_pretty(pg_total_relation_size('dwh.data_sample_summary')) AS size`,
  );
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const begin = performance.now();
    const stats = await readDatasetStats(pool, summarized, 'data-sample', {});
    times.push(performance.now() - begin);
    if (round === 0) console.log(JSON.stringify({ ...stats, days: stats.days.slice(0, 1) }));
  }
  const sorted = [...times].sort((a, b) => a - b);
  console.log(
    `${files} files, summary of ${rows[0]?.size}: first ${times[0]?.toFixed(0)} ms, median ${sorted[rounds >> 1]?.toFixed(0)} ms, ` +
      `slowest ${sorted.at(-1)?.toFixed(0)} ms`,
  );
} finally {
  await pool.end();
  await server.stop();
  await rm(dir, { recursive: true, force: true });
}
