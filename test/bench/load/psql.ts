import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import copyStreams from 'pg-copy-streams';
import { rowsPerSampleFile, sampleOracles } from '#samples/data-sample-oracles.js';
import { type ProcessFigures, ProcessMeter, postgresRole, readProcess } from '../process-figures.js';
import { writeCopyFile } from './encode.js';
import type { WayResult } from './report.js';
import { type BenchServer, dropDatabase, freshDatabase, onDatabase, walPosition, walSince } from './server.js';
import { describeTable, providePartitions, type TableColumn, tableColumns, tableName } from './table.js';

const database = 'millrace_bench_psql';
/** Rows of a file of COPY data: about 170 MB. */
const rowsPerPiece = 1_000_000;

/**
 * Way a, the limit: `psql \copy … binary` of rows that were encoded before, one after the other, into a table of the
 * product's definition whose partitions are there. Only the runs of psql are timed; each piece was written just
 * before and so lies in the system's cache.
 */
export async function loadWithPsql(server: BenchServer, workDir: string, files: number): Promise<WayResult> {
  const url = await freshDatabase(server, database, true);
  const { columns, table } = await onDatabase(url, async (client) => {
    await providePartitions(client, sampleOracles(files).rowsPerDay.keys());
    return { columns: await tableColumns(client), table: await describeTable(client) };
  });
  const copy = (await hasPsql()) ? copyWithPsql : copyOurselves;
  const walBefore = await walPosition(url);
  const meter = new ProcessMeter((reading) => {
    // Debian's psql is a script that turns into the real one, which is called by its path.
    if (reading.parent === process.pid && /psql /.test(reading.command)) return 'psql';
    return server.postmaster === undefined ? undefined : postgresRole(server.postmaster, reading);
  });
  let seconds = 0;
  let psqlSeconds = 0;
  let rows = 0;
  const step = Math.floor(rowsPerPiece / rowsPerSampleFile);
  for (let first = 0; first < files; first += step) {
    const path = join(workDir, `rows-${first}.copy`);
    rows += await writeCopyFile(path, columns, first, Math.min(files, first + step));
    const begin = performance.now();
    const endedBefore = endedChildrenSeconds();
    await copy(url, columns, path);
    seconds += (performance.now() - begin) / 1000;
    psqlSeconds += endedChildrenSeconds() - endedBefore;
    await rm(path);
  }
  // The server's session ends a moment after its psql; what it used shows only then.
  await pause(300);
  const figures = withExact(meter.stop(), psqlSeconds);
  const wal = await walSince(url, walBefore);
  const loaded = await onDatabase(url, (client) => client.query(`SELECT count(*)::int AS n FROM ${tableName}`));
  if (loaded.rows[0]?.n !== rows) throw new Error(`psql loaded ${loaded.rows[0]?.n} rows of ${rows}`);
  await dropDatabase(server, database);
  const what = copy === copyWithPsql ? 'psql \\copy binary' : 'COPY binary (no psql here)';
  return { way: 'a', what, files, rows, seconds, figures, notes: [wal, `table: ${table}`] };
}

/** What our children that have ended used: a psql ends between two looks at it. */
function endedChildrenSeconds(): number {
  return readProcess(process.pid)?.childrenCpuSeconds ?? 0;
}

function withExact(figures: ProcessFigures, psqlSeconds: number): ProcessFigures {
  const seen = figures.roles.find(({ role }) => role === 'psql');
  const psql = { role: 'psql', processes: 0, peakBytes: 0, privatePeakBytes: 0, ...seen, cpuSeconds: psqlSeconds };
  const cpuSeconds = figures.cpuSeconds + psqlSeconds - (seen?.cpuSeconds ?? 0);
  return { ...figures, roles: [psql, ...figures.roles.filter(({ role }) => role !== 'psql')], cpuSeconds };
}

async function copyWithPsql(url: string, columns: readonly TableColumn[], path: string): Promise<void> {
  const names = columns.map(({ name }) => name).join(', ');
  const command = `\\copy ${tableName} (${names}) from '${path.replaceAll("'", "''")}' with (format binary)`;
  const child = spawn('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', url, '-c', command], { stdio: 'inherit' });
  const [code]: unknown[] = await once(child, 'exit');
  if (code !== 0) throw new Error(`psql ended with ${String(code)}; see above`);
}

/** Where there is no psql: the same bytes over our own connection. */
async function copyOurselves(url: string, columns: readonly TableColumn[], path: string): Promise<void> {
  const names = columns.map(({ name }) => name).join(', ');
  await onDatabase(url, async (client) => {
    const copy = client.query(copyStreams.from(`COPY ${tableName} (${names}) FROM STDIN (FORMAT binary)`));
    await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), copy);
  });
}

async function hasPsql(): Promise<boolean> {
  const child = spawn('psql', ['--version'], { stdio: 'ignore' });
  return await new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}
