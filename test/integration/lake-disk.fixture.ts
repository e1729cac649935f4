// Run by lake-disk.test.ts in a mount namespace of its own, as root: exports into a lake on a small disk, and prints what
// came of it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withTestDatabase } from '../helpers/database.js';
import { makeDay } from '../helpers/days.js';
import { lakeFiles, readManifest } from '../helpers/lake.js';
import { listRuns } from '../helpers/ledger.js';
import { openTaskRunner } from '../helpers/task-runner.js';
import { seedFile } from './api-fixture.js';

/** What the lake is after a run. */
export interface DiskResult {
  readonly state: string;
  readonly message: string;
  readonly files: readonly string[];
  /** Rows by day. */
  readonly rows: Readonly<Record<string, number>>;
}

const folder = mkdtempSync(join(tmpdir(), 'millrace-lake-disk-'));
const lake = join(folder, 'lake');
await mkdir(lake);
execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', lake]);

await withTestDatabase(async (database) => {
  const { pool } = database;
  const runner = await openTaskRunner(database, folder, { star: false });
  const input = { dataset: 'data-sample', layers: ['dwd'] };

  const add = async (day: string, rows: number): Promise<void> => {
    await makeDay(pool, day);
    const id = await seedFile(pool, { path: `${day} ${rows}.parquet`, source: 'data-sample', rows });
    await pool.query(
      `INSERT INTO dwh.data_sample (sensor_serial, create_at, file_id, ordinal)
       SELECT md5(n::text), $1::timestamp + n * interval '1 second', $2, n FROM generate_series(0, $3::int - 1) n`,
      [day, id, rows],
    );
  };
  const seen = async (id: string): Promise<DiskResult> => {
    const run = (await listRuns(pool)).find((each) => each.id === id);
    const manifest = await readManifest(lake, 'dwd/data-sample');
    return {
      state: run?.state ?? '',
      message: run?.error?.message ?? '',
      files: lakeFiles(lake),
      rows: Object.fromEntries(Object.entries(manifest).map(([day, { rows }]) => [day, rows])),
    };
  };
  const tryAgain = async (id: string): Promise<DiskResult> => {
    await pool.query("UPDATE ops.run SET state = 'queued', available_at = now() WHERE id = $1", [id]);
    await runner.drain();
    return await seen(id);
  };
  try {
    const results: Record<string, DiskResult> = {};
    await add('2023-01-01', 1_000);
    await add('2023-01-02', 1_000);
    results['first'] = await seen((await runner.run('export', input)).id);
    // A new version of the second day that is too large for the disk.
    await add('2023-01-02', 60_000);
    const { id } = await runner.run('export', input);
    results['full'] = await seen(id);
    // All tries that a run has.
    await tryAgain(id);
    results['failed'] = await tryAgain(id);
    execFileSync('mount', ['-o', 'remount,size=64m', lake]);
    results['retried'] = await tryAgain(id);
    // So full that not even the manifest fits.
    await writeFile(join(lake, 'filler'), Buffer.alloc(40 * 2 ** 20));
    execFileSync('mount', ['-o', 'remount,size=44m', lake]);
    await add('2023-01-03', 10);
    await writeFile(join(lake, 'filler-2'), Buffer.alloc(8 * 2 ** 20)).catch(() => {});
    results['crammed'] = await seen((await runner.run('export', { ...input, from: '2023-01-03' })).id);
    process.stdout.write(`${JSON.stringify({ folder, results })}\n`);
  } finally {
    await runner.close();
    execFileSync('umount', ['--lazy', lake]);
    await rm(folder, { recursive: true, force: true });
  }
});
