import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { type DatasetTaskDefinition, defineDatasetTask, manySmallFiles } from '#contracts/file-task.js';
import { ensureDatasets } from '#database/datasets/tables.js';
import { settleFiles } from '#database/ledger/settle.js';
import { recordSightings } from '#database/ledger/sightings.js';
import { runAttempt } from '#runs/attempt.js';
import { startRun } from '#runs/start-run.js';
import type { TestDatabase } from '#testing/database.js';
import { begun } from '#testing/task-runner.js';
import { withTestDatabase } from '../../test/helpers/database.js';
import { openStubWorker } from '../../test/helpers/stub-worker.js';
import { loadDatasetBody } from './task-body.js';

const source = (name: string, pattern: RegExp) => ({
  name,
  description: pattern.source,
  matches: (path: string) => pattern.test(path),
  batch: manySmallFiles,
});

const readings = defineDatasetTask({
  name: 'load-readings',
  description: 'Readings',
  source: source('readings', /\.parquet$/),
  format: 'parquet',
  dataset: {
    table: 'lab.reading',
    description: 'Readings',
    columns: [
      { name: 'read_at', type: 'timestamptz', required: true, from: 'time' },
      { name: 'celsius', type: 'double precision' },
      { name: 'probe', type: 'text', maxLength: 5 },
    ],
    partition: { column: 'read_at', every: 'month' },
    replace: 'file',
  },
});

const visits = defineDatasetTask({
  name: 'load-visits',
  description: 'Visits',
  source: source('visits', /\.json$/),
  format: 'json',
  dataset: {
    table: 'lab.visit',
    description: 'Visits',
    columns: [
      { name: 'visitor', type: 'text', required: true },
      { name: 'day', type: 'date' },
    ],
    wrapperKey: 'visits',
    indexes: [['day']],
    replace: 'file',
  },
});

/** Loads files as a worker does, in one run. */
async function load(
  { url, pool }: TestDatabase,
  task: DatasetTaskDefinition,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<void> {
  const inboxDir = await mkdtemp(join(tmpdir(), 'millrace-dataset-'));
  try {
    const ids: bigint[] = [];
    for (const [path, bytes] of Object.entries(files)) {
      await writeFile(join(inboxDir, path), bytes);
      const { size, mtimeNs } = await stat(join(inboxDir, path), { bigint: true });
      await recordSightings(pool, [{ path, source: task.source.name, size, mtimeNs }]);
      const id = BigInt(ids.push(0n));
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      await settleFiles(pool, [{ id, size, mtimeNs, sha256 }]);
    }
    const input = { files: ids.map((_, at) => String(at + 1)) };
    const { id } = await startRun({ pool, catalogue: new Map() }, task, { input, trigger: 'api' });
    const stub = await openStubWorker({ url, pool }, inboxDir, loadDatasetBody(task));
    const deps = { ...stub.deps, catalogue: new Map([[task.name, task]]) };
    const verdict = await runAttempt(deps, begun(await stub.begin(id)));
    await stub.close();
    assert.deepEqual(verdict, { kind: 'over' });
  } finally {
    await rm(inboxDir, { recursive: true });
  }
}

async function statesOf({ pool }: TestDatabase): Promise<unknown[]> {
  const { rows } = await pool.query('SELECT path, state::text, code, rows::int, rejects FROM ops.file ORDER BY id');
  return rows.map((row: Record<string, unknown>) => Object.values(row));
}

/** A file of readings, as milliseconds since 1970 and degrees. */
function readingsFile(probe: string, ...rows: (readonly [string, number | null])[]): Uint8Array {
  const time = { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' } as const;
  const buffer = parquetWriteBuffer({
    schema: [
      { name: 'root', num_children: 3 },
      { name: 'celsius', type: 'FLOAT', repetition_type: 'OPTIONAL' },
      { name: 'time', type: 'INT64', repetition_type: 'REQUIRED', logical_type: time },
      { name: 'probe', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL', converted_type: 'UTF8' },
    ],
    columnData: [
      { name: 'celsius', data: rows.map(([, celsius]) => celsius) },
      { name: 'time', data: rows.map(([at]) => BigInt(Date.parse(at))) },
      { name: 'probe', data: rows.map(() => probe) },
    ],
  });
  return new Uint8Array(buffer);
}

test('parquet files of a declared source become rows of the table made from it, a bad one is quarantined', async () => {
  await withTestDatabase(async (database) => {
    await ensureDatasets(database.url, [readings.dataset]);
    await load(database, readings, {
      'a.parquet': readingsFile('one', ['2026-01-31T23:59:59.999Z', 1.5], ['2026-02-01T00:00:00Z', null]),
      'b.parquet': readingsFile('too long', ['2026-01-01T00:00:00Z', 2]),
      'c.parquet': readingsFile('three', ['2026-02-02T00:00:00Z', 3]),
    });
    assert.deepEqual(await statesOf(database), [
      ['a.parquet', 'loaded', null, 2, 0],
      ['b.parquet', 'quarantined', 'bad-value', null, 0],
      ['c.parquet', 'loaded', null, 1, 0],
    ]);
    const { rows } = await database.pool.query({
      text: `SELECT to_char(read_at AT TIME ZONE 'UTC', 'MM-DD HH24:MI:SS.MS'), celsius, probe, file_id::int, ordinal
        FROM lab.reading ORDER BY read_at`,
      rowMode: 'array',
    });
    assert.deepEqual(rows, [
      ['01-31 23:59:59.999', 1.5, 'one', 1, 0],
      ['02-01 00:00:00.000', null, 'one', 1, 1],
      ['02-02 00:00:00.000', 3, 'three', 3, 0],
    ]);
  });
});

test('events of a declared source become rows of the table made from it, a bad one is a reject', async () => {
  await withTestDatabase(async (database) => {
    await ensureDatasets(database.url, [visits.dataset]);
    const events = [{ visitor: 'Ada', day: '2026-01-01' }, { visitor: 7 }, { visitor: 'Ben' }];
    await load(database, visits, { 'a.json': Buffer.from(JSON.stringify({ visits: events })) });
    assert.deepEqual(await statesOf(database), [['a.json', 'loaded', null, 2, 1]]);
    const { rows } = await database.pool.query({
      text: 'SELECT visitor, day::text, file_id::int, ordinal FROM lab.visit ORDER BY ordinal',
      rowMode: 'array',
    });
    assert.deepEqual(rows, [
      ['Ada', '2026-01-01', 1, 0],
      ['Ben', null, 1, 1],
    ]);
  });
});
