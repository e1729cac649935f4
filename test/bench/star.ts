/**
 * What the star costs, next to the load that it follows:
 *
 *   node dist/test/bench/star.js --files 1440
 *
 * Method. So many deterministic files of the data sample are generated. On an embedded server with the product's
 * settings the product's own tasks run in this process, one after another: load-data-sample for 720 files at a time,
 * then refresh-star until nothing is left, then reload-day and the refresh that it asks for. Per task: wall time, CPU of
 * this process and of the server's sessions (from /proc), and the write-ahead log, all per row written. Fails when the
 * view over the star does not have as many rows as the table. Compare tasks of one run; machines differ by the hour.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openPool } from '#database/pool.js';
import { rowsPerSampleFile, sampleMinute } from '#samples/data-sample-oracles.js';
import { dataSampleFileName } from '#samples/parquet.js';
import { openTaskRunner } from '../helpers/task-runner.js';
import { provideFiles } from './load/files.js';
import { freshDatabase, onDatabase, startBenchServer, walPosition } from './load/server.js';
import { ProcessMeter, postgresRole } from './process-figures.js';

const source = 'data-sample';
const batch = 720;

const { values } = parseArgs({ options: { files: { type: 'string', default: '1440' } } });
await bench(Number(values.files));

async function bench(files: number): Promise<void> {
  const workDir = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  const inbox = join(workDir, 'inbox');
  try {
    await provideFiles(inbox, files);
    const server = await startBenchServer(workDir);
    try {
      const url = await freshDatabase(server, 'millrace_bench_star', true);
      const pool = openPool({ url, name: 'bench', max: 8, onError: console.error });
      const runner = await openTaskRunner({ url, pool }, inbox, { star: false });
      try {
        const ids: string[] = [];
        for (let n = 0; n < files; n++) {
          ids.push(await runner.enter(source, dataSampleFileName(sampleMinute(n), 'colons'), String(n)));
        }
        const measure = async (what: string, rows: number, work: () => Promise<unknown>): Promise<void> => {
          await onDatabase(url, (client) => client.query('CHECKPOINT'));
          const wal = await walPosition(url);
          const meter = new ProcessMeter((p) => (server.postmaster ? postgresRole(server.postmaster, p) : undefined));
          const cpu = process.cpuUsage();
          const begin = performance.now();
          await work();
          const seconds = (performance.now() - begin) / 1000;
          const own = process.cpuUsage(cpu);
          const sessions = meter.stop().roles.find(({ role }) => role === 'postgres sessions')?.cpuSeconds ?? 0;
          const logged = await onDatabase(url, async (client) => {
            const found = await client.query('SELECT (pg_current_wal_insert_lsn() - $1::pg_lsn)::float8 AS n', [wal]);
            return Number(found.rows[0]?.n);
          });
          const each = (amount: number): string => ((amount / rows) * 1e6).toFixed(2).padStart(6);
          console.log(
            `${what.padEnd(24)} ${String(rows).padStart(10)} rows ${seconds.toFixed(2).padStart(7)} s; per row: ` +
              `${each(seconds)} µs, CPU worker ${each((own.user + own.system) / 1e6)} µs, server ${each(sessions)} µs, ` +
              `WAL ${(logged / rows).toFixed(1).padStart(6)} bytes`,
          );
        };
        const refreshAll = async (): Promise<void> => {
          for (;;) {
            const { output, error } = await runner.run('refresh-star', { source });
            if (!output) throw new Error(error?.message ?? 'refresh-star did not end');
            if (output['left'] === 0) return;
          }
        };
        const rows = files * rowsPerSampleFile;
        await measure('load-data-sample', rows, async () => {
          for (let from = 0; from < files; from += batch) {
            await runner.run('load-data-sample', { files: ids.slice(from, from + batch) });
          }
        });
        await measure('refresh-star', rows, refreshAll);
        const day = { source, day: '2023-01-01' };
        const ofDay = Math.min(files, 1440) * rowsPerSampleFile;
        await measure('reload-day', ofDay, () => runner.run('reload-day', day));
        await measure('refresh-star, that day', ofDay, refreshAll);
        for (const table of ['data_sample', 'data_sample_star']) {
          const { rows: found } = await pool.query<{ n: string }>(`SELECT count(*) AS n FROM dwh.${table}`);
          if (Number(found[0]?.n) !== rows) throw new Error(`expected ${rows} rows in ${table}, got ${found[0]?.n}`);
        }
      } finally {
        await runner.close();
        await pool.end();
      }
    } finally {
      await server.stop();
    }
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}
