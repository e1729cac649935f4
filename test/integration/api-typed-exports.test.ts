import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { askDuckDb, sqlText } from '../helpers/duckdb.js';
import { waitFor } from '../helpers/wait.js';
import { readAll, seedFile, type TestApi, withApi } from './api-fixture.js';
import { seedImage } from './api-images-fixture.js';
import { loadFiles, withDatasets } from './dataset-fixture.js';
import { checkedOut } from './exports-fixture.js';
import { oneProbe, type Probe, probes, probesFile } from './probes-fixture.js';

const route = '/api/datasets/lab-probes/rows';

const probe: Probe = { ...oneProbe, label: 'ä💡 "quoted"\n=1+1' };
const none = { label: null, celsius: null, amount: null, bigCount: null, count: null, serialNo: null, day: null };
const rows: readonly Probe[] = [
  probe,
  { ...probe, amount: '1234567890123456789012345678.0123456789', bigCount: '9223372036854775807', count: 2 ** 31 - 1 },
  { ...probe, amount: '-1234567890123456789012345678.0123456789', bigCount: '-9223372036854775808', isOk: true },
  { ...probe, takenAt: '1969-12-31T23:59:59.999999Z', localTime: '1850-01-01T00:00:00.000001', day: '0001-01-01' },
  { ...probe, takenAt: '9999-12-31T23:59:59.999Z', localTime: '0001-01-01T00:00:00', day: '9999-12-31' },
  { ...probe, celsius: Number.NaN },
  { ...probe, celsius: Number.NEGATIVE_INFINITY, label: '' },
  { ...probe, ...none, atTime: null, isOk: null, localTime: null },
];

/** Runs work with the answer's bytes in a file. */
async function inFile<T>(api: TestApi, url: string, work: (path: string, bytes: Uint8Array) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-exports-'));
  try {
    const { rawPayload, statusCode } = await api.app.inject(url);
    assert.equal(statusCode, 200, rawPayload.toString().slice(0, 500));
    const path = join(folder, 'export.parquet');
    await writeFile(path, rawPayload);
    return await work(path, rawPayload);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('NDJSON has a line per row, with the fields and values of the list', () =>
  withDatasets(async (api) => {
    await loadFiles(api, probes, { 'a.parquet': probesFile(rows), 'b.parquet': probesFile([probe]) });
    const { body, headers } = await api.app.inject(`${route}.ndjson`);
    assert.equal(headers['content-type'], 'application/x-ndjson; charset=utf-8');
    assert.match(String(headers['content-disposition']), /filename="millrace-lab-probes-[\d-]{10}\.ndjson"$/);
    assert.equal(body.at(-1), '\n');
    const lines: unknown[] = body
      .slice(0, -1)
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.equal(lines.length, rows.length + 1);
    assert.deepEqual(lines, await readAll(api, route, 500));
    assert.equal((await api.app.inject(`${route}.ndjson?count=5`)).body, '', 'no rows, no lines');
  }));

test('NDJSON of images and faces has the fields of the list of images', () =>
  withApi(async (api) => {
    await seedImage(api.pool, { name: 'one', faces: 2 });
    const { body: list } = await api.ask('/api/images');
    const { runId: _runId, path: _path, links: _links, faces, ...image } = list.items[0];
    assert.deepEqual(JSON.parse((await api.app.inject('/api/images.ndjson')).body), image);
    const lines = (await api.app.inject('/api/faces.ndjson')).body.trim().split('\n');
    const { fileId, impDate } = image;
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      faces.map((face: object) => ({ fileId, impDate, ...face })),
    );
  }));

test('Parquet has the table’s types and values, as DuckDB reads them', () =>
  withDatasets(async (api) => {
    await loadFiles(api, probes, { 'a.parquet': probesFile(rows), 'b.parquet': probesFile([probe]) });
    await inFile(api, `${route}.parquet`, async (path) => {
      const from = `read_parquet(${sqlText(path)})`;
      const types = await askDuckDb(`SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${from})`);
      assert.deepEqual(Object.fromEntries(types.map((type) => [type['column_name'], type['column_type']])), {
        label: 'VARCHAR',
        taken_at: 'TIMESTAMP WITH TIME ZONE',
        celsius: 'DOUBLE',
        amount: 'DECIMAL(38,10)',
        big_count: 'BIGINT',
        count: 'INTEGER',
        serial_no: 'VARCHAR',
        day: 'DATE',
        at_time: 'VARCHAR',
        is_ok: 'BOOLEAN',
        local_time: 'TIMESTAMP',
        file_id: 'BIGINT',
        ordinal: 'INTEGER',
      });
      const texts = types.map(({ column_name: name }) => `"${name}"::text AS "${name}"`).join(', ');
      const read = await askDuckDb(`SELECT ${texts} FROM ${from} ORDER BY file_id, ordinal`);
      const { rows: stored } = await api.pool.query(`SELECT ${texts} FROM lab.probe ORDER BY file_id, ordinal`);
      assert.equal(read.length, rows.length + 1);
      const celsius: Record<string, string> = { nan: 'NaN', '-inf': '-Infinity' };
      assert.deepEqual(
        read.map((row) => ({ ...row, celsius: celsius[String(row['celsius'])] ?? row['celsius'] })),
        stored,
      );
    });
    await inFile(api, `${route}.parquet?count=5`, async (path) => {
      assert.deepEqual(await askDuckDb(`SELECT count(*) AS n FROM read_parquet(${sqlText(path)})`), [{ n: '0' }]);
    });
  }));

test('Parquet of images and faces has ids as integers, days as dates, landmarks as JSON texts', () =>
  withApi(async (api) => {
    await seedImage(api.pool, { name: 'one', faces: 2, day: '2026-11-19' });
    const columns = 'imp_date, file_id + 0 AS id, width';
    await inFile(api, '/api/images.parquet', async (path) =>
      assert.deepEqual(await askDuckDb(`SELECT ${columns} FROM read_parquet(${sqlText(path)})`), [
        { imp_date: '2026-11-19', id: '1', width: 612 },
      ]),
    );
    await inFile(api, '/api/faces.parquet', async (path) =>
      assert.deepEqual(
        await askDuckDb(
          `SELECT ordinal, score, landmarks->'nose'->>0 AS x FROM read_parquet(${sqlText(path)}) ORDER BY 1`,
        ),
        [
          { ordinal: 0, score: 0.9, x: '1' },
          { ordinal: 1, score: 0.9, x: '2' },
        ],
      ),
    );
  }));

test('Parquet of many rows has row groups of bounded size, which a second reader finds complete', () =>
  withDatasets(async (api) => {
    const count = 50_000;
    const id = await seedFile(api.pool, { path: 'many.parquet', source: 'lab-probes', rows: count });
    await api.pool.query(
      `INSERT INTO lab.probe (label, taken_at, amount, file_id, ordinal)
       SELECT repeat('x', n % 200), timestamptz '2026-05-01Z' + n * interval '1 second', n / 3.0, $1, n
       FROM generate_series(0, $2::int - 1) n`,
      [id, count],
    );
    await inFile(api, `${route}.parquet`, async (_path, bytes) => {
      const file = bytes.slice().buffer;
      const { row_groups: groups, num_rows: rowCount } = await parquetMetadataAsync(file);
      assert.equal(Number(rowCount), count);
      assert.ok(groups.length >= 3 && groups.every((group) => group.num_rows <= 20_000n), `${groups.length} groups`);
      const read = await parquetReadObjects({ file, columns: ['ordinal', 'label', 'taken_at'] });
      assert.ok(read.every(({ ordinal, label }, n) => ordinal === n && label === 'x'.repeat(n % 200)));
      assert.deepEqual(read[49_999]?.['taken_at'], new Date(Date.UTC(2026, 4, 1) + 49_999_000));
    });
  }));

test('a time that parquet cannot hold fails the export, and the log says which', () =>
  withDatasets(async (api) => {
    await loadFiles(api, probes, { 'a.parquet': probesFile([probe]) });
    await api.pool.query("UPDATE lab.probe SET day = '10000-01-01'");
    assert.equal((await api.ask(`${route}.parquet`)).status, 500);
    await waitFor('its transaction has ended', async () => checkedOut(api) === 0 || undefined);
    const fault = 'day: expected a time between the years 1 and 9999, got "10000-01-01T00:00:00"';
    assert.ok(api.logged.some((line) => JSON.stringify(line).includes(JSON.stringify(fault).slice(1, -1))));
  }));
