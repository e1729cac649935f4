import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { type DatasetTaskDefinition, defineDatasetTask, isDatasetTask, manySmallFiles } from '#contracts/file-task.js';
import { ensureDatasets } from '#database/datasets/tables.js';
import { settleFiles } from '#database/ledger/settle.js';
import { recordSightings } from '#database/ledger/sightings.js';
import { loadDatasetBody } from '#datasets/load-dataset.js';
import { runAttempt } from '#runtime/attempt.js';
import { loadCatalogue } from '#runtime/catalogue.js';
import { startRun } from '#runtime/start-run.js';
import { begun, openStubWorker } from '../helpers/stub-worker.js';
import { type TestApi, withApi } from './api-fixture.js';

/** A source with a column of each type, whose table is not partitioned. */
export const probes = defineDatasetTask({
  name: 'load-probes',
  description: 'Loads probes',
  source: { name: 'lab-probes', description: 'probes*.parquet', matches: () => false, batch: manySmallFiles },
  format: 'parquet',
  dataset: {
    table: 'lab.probe',
    description: 'One row per probe.',
    columns: [
      { name: 'label', type: 'text', maxLength: 200, description: 'What stands on it' },
      { name: 'taken_at', type: 'timestamptz', required: true },
      { name: 'celsius', type: 'double precision' },
      { name: 'amount', type: 'numeric', precision: 38, scale: 10 },
      { name: 'big_count', type: 'bigint' },
      { name: 'count', type: 'integer' },
      { name: 'serial_no', type: 'uuid' },
      { name: 'day', type: 'date' },
      { name: 'at_time', type: 'time' },
      { name: 'is_ok', type: 'boolean' },
      { name: 'local_time', type: 'timestamp' },
    ],
    replace: 'file',
    indexes: [
      ['label', 'day'],
      ['taken_at'],
      ['celsius'],
      ['amount'],
      ['big_count'],
      ['count', 'ordinal'],
      ['serial_no'],
      ['day', 'label', 'count'],
      ['at_time'],
      ['is_ok'],
      ['local_time'],
    ],
  },
});

/** A probe as the API shows it, but for where it comes from. */
export interface Probe {
  readonly label: string | null;
  readonly takenAt: string;
  readonly celsius: number | null;
  readonly amount: string | null;
  readonly bigCount: string | null;
  readonly count: number | null;
  readonly serialNo: string | null;
  readonly day: string | null;
  readonly atTime: string | null;
  readonly isOk: boolean | null;
  readonly localTime: string | null;
}

type Column = readonly [element: Omit<SchemaElement, 'name'>, data: readonly unknown[]];

/** The bytes of a parquet file with these columns. */
export function parquetFile(columns: Readonly<Record<string, Column>>): Uint8Array {
  const entries = Object.entries(columns);
  const buffer = parquetWriteBuffer({
    schema: [
      { name: 'root', num_children: entries.length },
      ...entries.map(([name, [element]]): SchemaElement => ({ repetition_type: 'OPTIONAL', ...element, name })),
    ],
    columnData: entries.map(([name, [, data]]) => ({ name, data: [...data] })),
  });
  return new Uint8Array(buffer);
}

const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const;
const times = (isAdjustedToUTC: boolean) =>
  ({ type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC, unit: 'MICROS' } }) as const;

/** The bytes of a file of probes. */
export function probesFile(rows: readonly Probe[]): Uint8Array {
  const each = <T>(toStored: (row: Probe) => T) => rows.map(toStored);
  const orNull = <T, U>(value: T | null, convert: (value: T) => U): U | null =>
    value === null ? null : convert(value);
  return parquetFile({
    label: [text, each((row) => row.label)],
    taken_at: [times(true), each((row) => microsOf(row.takenAt))],
    celsius: [{ type: 'DOUBLE' }, each((row) => row.celsius)],
    amount: [
      { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, logical_type: { type: 'DECIMAL', precision: 38, scale: 10 } },
      each((row) => orNull(row.amount, decimalBytes)),
    ],
    big_count: [{ type: 'INT64' }, each((row) => orNull(row.bigCount, BigInt))],
    count: [{ type: 'INT32' }, each((row) => row.count)],
    serial_no: [
      { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, logical_type: { type: 'UUID' } },
      each((row) => row.serialNo),
    ],
    day: [
      { type: 'INT32', logical_type: { type: 'DATE' } },
      each((row) => orNull(row.day, (day) => Date.parse(day) / 86_400_000)),
    ],
    at_time: [
      { type: 'INT64', logical_type: { type: 'TIME', isAdjustedToUTC: false, unit: 'MICROS' } },
      each((row) => orNull(row.atTime, (time) => microsOf(`1970-01-01T${time}`))),
    ],
    is_ok: [{ type: 'BOOLEAN' }, each((row) => row.isOk)],
    local_time: [times(false), each((row) => orNull(row.localTime, microsOf))],
  });
}

/** Microseconds since 1970 of an ISO-8601 text, with or without `Z`. */
function microsOf(iso: string): bigint {
  const [, whole = '', decimals = ''] = /^([^.Z]+)(?:\.(\d+))?Z?$/.exec(iso) ?? [];
  return BigInt(Date.parse(`${whole}Z`)) * 1000n + BigInt(decimals.slice(0, 6).padEnd(6, '0'));
}

/** A decimal with ten digits behind the point as 16 bytes, the most significant first. */
function decimalBytes(decimal: string): Uint8Array {
  const unscaled = BigInt.asUintN(128, BigInt(decimal.replace('.', '')));
  return Buffer.from(unscaled.toString(16).padStart(32, '0'), 'hex');
}

/** Readings of a weather station: time, degrees. */
export function weatherFile(station: string, ...rows: (readonly [string, number | null])[]): Uint8Array {
  return parquetFile({
    station: [text, rows.map(() => station)],
    time: [times(true), rows.map(([time]) => microsOf(time))],
    celsius: [{ type: 'DOUBLE' }, rows.map(([, celsius]) => celsius)],
  });
}

/** The declared source of the README; it has no code of its own. */
async function weatherTask(): Promise<DatasetTaskDefinition> {
  const examples = await loadCatalogue(new URL('../structure/examples/', import.meta.url));
  const task = examples.get('load-weather');
  assert.ok(task !== undefined && isDatasetTask(task));
  return task;
}

/** The API of a catalogue that has these sources besides the product's, with their tables made. */
export async function withDatasets(
  work: (api: TestApi, sources: { readonly weather: DatasetTaskDefinition }) => Promise<void>,
): Promise<void> {
  const weather = await weatherTask();
  const catalogue = new Map([...(await loadCatalogue()), [weather.name, weather], [probes.name, probes]]);
  await withApi(
    async (api) => {
      await ensureDatasets(api.url, [weather.dataset, probes.dataset]);
      await work(api, { weather });
    },
    { deps: { catalogue } },
  );
}

/** Loads files as a worker does, in one run. @returns their ids in the ledger */
export async function loadFiles(
  { url, pool, inbox }: TestApi,
  task: DatasetTaskDefinition,
  files: Readonly<Record<string, Uint8Array>>,
): Promise<string[]> {
  await mkdir(inbox, { recursive: true });
  for (const [path, bytes] of Object.entries(files)) {
    await writeFile(join(inbox, path), bytes);
    const { size, mtimeNs } = await stat(join(inbox, path), { bigint: true });
    await recordSightings(pool, [{ path, source: task.source.name, size, mtimeNs }]);
    const { rows } = await pool.query('SELECT id FROM ops.file WHERE path = $1 AND current', [path]);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await settleFiles(pool, [{ id: BigInt(rows[0].id), size, mtimeNs, sha256 }]);
  }
  const { rows } = await pool.query<{ id: string }>(
    'SELECT id FROM ops.file WHERE path = ANY($1) AND current ORDER BY array_position($1, path)',
    [Object.keys(files)],
  );
  const ids = rows.map((row) => row.id);
  const { id } = await startRun(pool, task, { input: { files: ids }, trigger: 'api' });
  const stub = await openStubWorker({ url, pool }, inbox, loadDatasetBody(task));
  const verdict = await runAttempt(
    { ...stub.deps, catalogue: new Map([[task.name, task]]) },
    begun(await stub.begin(id)),
  );
  await stub.close();
  assert.deepEqual(verdict, { kind: 'over' });
  const { rows: bad } = await pool.query("SELECT path, reason FROM ops.file WHERE id = ANY($1) AND state <> 'loaded'", [
    ids,
  ]);
  assert.deepEqual(bad, []);
  return ids;
}
