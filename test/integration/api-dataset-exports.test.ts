import assert from 'node:assert/strict';
import { get, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { readXlsx } from 'hucre/xlsx';
import copyStreams from 'pg-copy-streams';
import { transaction } from '#database/pool.js';
import { readAll, seedFile, type TestApi } from './api-fixture.js';
import { loadFiles, weatherFile, withDatasets } from './dataset-fixture.js';
import { oneProbe, type Probe, probes, probesFile } from './probes-fixture.js';

const route = '/api/datasets/lab-probes/rows';

const probe = oneProbe;
const labels = ['=1+1', '-x', '@sum', '+1', '\ttab', 'a "quoted", label', 'two\r\nlines', '_x0041_', 'ä💡', '', null];
const odd: Probe[] = [
  ...labels.map((label) => ({ ...probe, label })),
  // More digits than a spreadsheet has; times and days that it cannot hold exactly.
  { ...probe, amount: '1234567890123456789012345678.0123456789', bigCount: '9223372036854775807' },
  { ...probe, takenAt: '2026-05-01T06:00:00.000001Z', localTime: '1850-01-01T00:00:00', day: '0001-01-01' },
  { ...probe, celsius: Number.NaN },
  { ...probe, celsius: Number.NEGATIVE_INFINITY },
  {
    ...probe,
    celsius: null,
    amount: null,
    bigCount: null,
    count: null,
    serialNo: null,
    day: null,
    atTime: null,
    isOk: null,
  },
];

const rowsOf = async (api: TestApi, where = 'true'): Promise<{ [column: string]: unknown }[]> =>
  (
    await api.pool.query(`SELECT to_jsonb(t) AS row FROM (
      SELECT p.*, p.amount::text AS amount, p.big_count::text AS big_count FROM lab.probe p WHERE ${where}
    ) t ORDER BY file_id, ordinal`)
  ).rows.map(({ row }) => row);

/** What PostgreSQL, which knows nothing of our writer, makes of the CSV. */
async function parsedByPostgres(api: TestApi, csv: string): Promise<unknown[]> {
  return transaction(api.pool, async (tx) => {
    await tx.query('CREATE TEMPORARY TABLE parsed (LIKE lab.probe) ON COMMIT DROP');
    await pipeline(
      Readable.from([csv]),
      tx.query(copyStreams.from('COPY parsed FROM STDIN (FORMAT csv, HEADER match)')),
    );
    const { rows } = await tx.query(
      'SELECT to_jsonb(t) AS row FROM (SELECT p.*, amount::text AS amount, big_count::text AS big_count FROM parsed p) t',
    );
    return rows.map(({ row }) => row);
  });
}

test('the CSV of a declared source has its table’s rows, missing values and digits included, and formulas made harmless', () =>
  withDatasets(async (api) => {
    await loadFiles(api, probes, { 'a.parquet': probesFile(odd), 'b.parquet': probesFile([probe]) });
    const { body, headers } = await api.app.inject(`${route}.csv`);
    assert.match(String(headers['content-type']), /^text\/csv; charset=utf-8/);
    assert.match(
      String(headers['content-disposition']),
      /^attachment; filename="millrace-lab-probes-\d{4}-\d\d-\d\d\.csv"$/,
    );
    const harmless = (text: unknown) => (/^[=+\-@\t]/.test(String(text)) ? `'${text}` : text);
    const expected = (await rowsOf(api)).map((row) => ({ ...row, label: harmless(row['label']) }));
    assert.equal(expected.length, odd.length + 1);
    assert.deepEqual(await parsedByPostgres(api, body), expected);
  }));

test('the XLSX has numbers, dates and times as such where a cell holds them exactly, else as texts', () =>
  withDatasets(async (api) => {
    await loadFiles(api, probes, { 'a.parquet': probesFile(odd) });
    const { rawPayload } = await api.app.inject(`${route}.xlsx`);
    const [header, ...rows] = (await readXlsx(rawPayload)).sheets[0]?.rows ?? [];
    assert.deepEqual(header, [...probes.dataset.columns.map(({ name }) => name), 'file_id', 'ordinal']);
    const listed = await readAll(api, route, 500);
    const cellOf = (field: string, value: unknown): unknown => {
      if (value === null || value === '') return null;
      if (typeof value !== 'string') return value;
      if (field === 'amount' || field === 'bigCount') return value.length > 18 ? value : Number(value);
      const isDate = ['takenAt', 'localTime', 'day'].includes(field) && value > '1900-03' && !/\.\d{6}/.test(value);
      return isDate ? new Date(field === 'localTime' ? `${value}Z` : value) : value;
    };
    const fields = [
      'label',
      'takenAt',
      'celsius',
      'amount',
      'bigCount',
      'count',
      'serialNo',
      'day',
      'atTime',
      'isOk',
      'localTime',
      'fileId',
      'ordinal',
    ];
    assert.deepEqual(
      rows.map((row) => fields.map((_, at) => (row[at] === '' || row[at] === undefined ? null : row[at]))),
      listed.map((row) => fields.map((field) => cellOf(field, row[field]))),
    );
  }));

test('exports take the filters of the list, and neither its order nor its page', () =>
  withDatasets(async (api, { weather }) => {
    await loadFiles(api, weather, {
      'weather_a.parquet': weatherFile('north', ['2026-01-31T23:00:00Z', 1], ['2026-02-01T00:00:00Z', null]),
      'weather_b.parquet': weatherFile('south', ['2026-02-01T00:00:00Z', -3.5]),
    });
    const csv = async (query: string) =>
      (await api.app.inject(`/api/datasets/weather/rows.csv?${query}`)).body.split('\r\n');
    assert.deepEqual(await csv(''), [
      'station,measured_at,celsius,file_id,ordinal',
      'north,2026-01-31T23:00:00.000Z,1,1,0',
      'north,2026-02-01T00:00:00.000Z,,1,1',
      'south,2026-02-01T00:00:00.000Z,-3.5,2,0',
    ]);
    assert.equal((await csv('measuredAtFrom=2026-02-01')).length, 3);
    assert.deepEqual((await csv('stationContains=OUT&celsiusMax=0')).slice(1), [
      'south,2026-02-01T00:00:00.000Z,-3.5,2,0',
    ]);
    assert.deepEqual(await csv('fileId=424242'), ['station,measured_at,celsius,file_id,ordinal']);
    for (const query of ['sort=station', 'limit=1', 'altitude=1', 'celsiusMin=warm', 'measuredAtTo=never']) {
      for (const extension of ['csv', 'xlsx']) {
        assert.equal((await api.ask(`/api/datasets/weather/rows.${extension}?${query}`)).status, 422, query);
      }
    }
  }));

test('50,000 rows are sent as they are read, through a bounded memory', () =>
  withDatasets(async (api) => {
    const rows = 50_000;
    const id = await seedFile(api.pool, { path: 'many.parquet', source: 'lab-probes', rows });
    await api.pool.query(
      `INSERT INTO lab.probe (label, taken_at, amount, file_id, ordinal)
       SELECT 'label ' || n, timestamptz '2026-05-01' + n * interval '1 second', n / 3.0, $1, n FROM generate_series(0, $2::int - 1) n`,
      [id, rows],
    );
    const address = await api.app.listen({ port: 0, host: '127.0.0.1' });
    const ask = (path: string): Promise<IncomingMessage> =>
      new Promise((resolve, reject) => get(`${address}${path}`, resolve).on('error', reject));
    for (const path of [`${route}.csv`, `${route}.xlsx`]) {
      const response = await ask(path);
      const before = process.memoryUsage.rss();
      let [lines, peak] = [0, 0];
      for await (const chunk of response) {
        const part: Buffer = chunk;
        lines += part.toString('latin1').split('\n').length - 1;
        peak = Math.max(peak, process.memoryUsage.rss() - before);
      }
      if (path.endsWith('csv')) assert.equal(lines, rows);
      assert.ok(peak < 150e6, `${path} took ${Math.round(peak / 1e6)} MB more`);
    }
  }));
