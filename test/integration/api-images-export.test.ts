import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { inflateRawSync } from 'node:zlib';
import copyStreams from 'pg-copy-streams';
import { readSheet } from 'read-excel-file/node';
import { transaction } from '#database/pool.js';
import { type TestApi, withApi } from './api-fixture.js';
import { seedImage, seedManyImages } from './api-images-fixture.js';
import { listen } from './exports-fixture.js';

const names = [
  'plain',
  'a "quoted", name',
  'two\nlines',
  '=1+1',
  '-x',
  '@sum',
  '+1',
  '\ttab',
  '_x0041_',
  'bell\u0007',
  '\ufffe\uffff',
  'ä💡',
  '',
];

/** What PostgreSQL, which knows nothing of our writer, makes of the CSV. */
async function parsedByPostgres(api: TestApi, csv: string, like: string): Promise<unknown[]> {
  return transaction(api.pool, async (tx) => {
    await tx.query(`CREATE TEMPORARY TABLE parsed (LIKE ${like}) ON COMMIT DROP`);
    await pipeline(
      Readable.from([csv]),
      tx.query(copyStreams.from(`COPY parsed FROM STDIN (FORMAT csv, HEADER match, NULL 'no null')`)),
    );
    return (await tx.query('SELECT to_jsonb(p) AS row FROM parsed p')).rows.map(({ row }) => row);
  });
}

const rowsOf = async (api: TestApi, table: string, order: string): Promise<{ [column: string]: unknown }[]> =>
  (await api.pool.query(`SELECT to_jsonb(t) AS row FROM ${table} t ORDER BY imp_date, ${order}`)).rows.map(
    ({ row }) => row,
  );

async function seedOddNames(api: TestApi): Promise<void> {
  for (const [n, name] of names.entries()) {
    await seedImage(api.pool, { name, faces: n % 3, day: n < 3 ? '2026-11-21' : '2026-11-20' });
  }
}

test('the CSV has the rows of the table, under its column names, with formulas made harmless', () =>
  withApi(async (api) => {
    await seedOddNames(api);
    const { body, headers } = await api.app.inject('/api/images.csv');
    assert.match(String(headers['content-type']), /^text\/csv; charset=utf-8/);
    assert.match(
      String(headers['content-disposition']),
      /^attachment; filename="millrace-images-\d{4}-\d\d-\d\d\.csv"$/,
    );
    assert.equal(
      body.slice(0, body.indexOf('\r\n')),
      'file_id,imp_date,filename,md5,sha256,width,height,face_no,format,model,threshold',
    );
    const harmless = (name: unknown): unknown => (/^[=+\-@\t]/.test(String(name)) ? `'${name}` : name);
    assert.deepEqual(
      await parsedByPostgres(api, body, 'dwd.image'),
      (await rowsOf(api, 'dwd.image', 'file_id')).map((row) => ({ ...row, filename: harmless(row['filename']) })),
    );
    const { body: faces } = await api.app.inject('/api/faces.csv?minFaces=2');
    const expected = await rowsOf(
      api,
      '(SELECT b.* FROM dwd.face b JOIN dwd.image i USING (file_id, imp_date) WHERE face_no > 1)',
      'file_id, ordinal',
    );
    assert.ok(expected.length > 1);
    assert.deepEqual(await parsedByPostgres(api, faces, 'dwd.face'), expected);
  }));

test('faces of one picture that fill more than a page are neither lost nor doubled', () =>
  withApi(async (api) => {
    for (const faces of [1_999, 2, 4_500, 1]) await seedImage(api.pool, { name: `${faces}`, faces });
    const { body } = await api.app.inject('/api/faces.csv');
    assert.deepEqual(await parsedByPostgres(api, body, 'dwd.face'), await rowsOf(api, 'dwd.face', 'file_id, ordinal'));
  }));

test('the XLSX has days as dates, numbers as numbers, ids and names as texts', () =>
  withApi(async (api) => {
    await seedOddNames(api);
    // A reader that knows nothing of our writer. Only the cell's style says that a number is a date.
    const read = async (url: string) => readSheet((await api.app.inject(url)).rawPayload, { trim: false });
    const [header, ...rows] = await read('/api/images.xlsx');
    assert.deepEqual(header, [
      'file_id',
      'imp_date',
      'filename',
      'md5',
      'sha256',
      'width',
      'height',
      'face_no',
      'format',
      'model',
      'threshold',
    ]);
    assert.deepEqual(
      rows,
      (await rowsOf(api, 'dwd.image', 'file_id')).map((row) => [
        String(row['file_id']),
        new Date(`${row['imp_date']}T00:00:00Z`),
        row['filename'] === '' ? null : row['filename'],
        ...['md5', 'sha256', 'width', 'height', 'face_no', 'format', 'model', 'threshold'].map((column) => row[column]),
      ]),
    );
    const [, face] = await read('/api/faces.xlsx?filename=two%0Alines');
    assert.deepEqual(face?.slice(2), [0, 0.5, 2, 30, 40, 0.9, '{"nose": [1, 3.5]}']);
    assert.equal((await read('/api/images.xlsx?model=none')).length, 1);
  }));

test('the XLSX escapes what XML cannot hold, and what would look escaped', () =>
  withApi(async (api) => {
    await seedImage(api.pool, { name: '<_x0041_\u0001\ufffe\uffff&' });
    const { rawPayload: zip } = await api.app.inject('/api/images.xlsx');
    // The sheet is the first entry: a header of 30 bytes, the entry's name and extra field, the deflated content.
    const sheet = inflateRawSync(zip.subarray(30 + zip.readUInt16LE(26) + zip.readUInt16LE(28))).toString();
    assert.ok(sheet.includes('<t>&lt;_x005F_x0041__x0001__xFFFE__xFFFF_&amp;</t>'), sheet);
  }));

test('exports take the filters of the list, and refuse what it refuses', () =>
  withApi(async (api) => {
    await seedOddNames(api);
    const lines = async (query: string) =>
      (await api.app.inject(`/api/images.csv?${query}`)).body.split('\r\n').length - 1;
    assert.equal(await lines('from=2026-11-21'), 3);
    assert.equal(await lines('faceNo=1&to=2026-11-20'), 3);
    assert.equal(await lines('name=quoted'), 1);
    assert.equal(await lines('name=nobody'), 0);
    for (const url of ['/api/images.csv?minFaces=x', '/api/images.xlsx?sort=name', '/api/faces.csv?from=never']) {
      assert.equal((await api.ask(url)).status, 422, url);
    }
  }));

test('health is told while an export is made', () =>
  withApi(async (api) => {
    await seedManyImages(api.pool, 20_000);
    const ask = await listen(api);
    const response = await ask('/api/images.xlsx');
    let exported = false;
    response.resume().once('end', () => {
      exported = true;
    });
    let answers = 0;
    for (; !exported; answers += 1) {
      const health = await ask('/healthz');
      assert.equal(health.statusCode, 200);
      await once(health.resume(), 'end');
    }
    assert.ok(answers > 5, `${answers} answers while the export was made`);
  }));

setFlagsFromString('--expose_gc');
const collectGarbage: unknown = runInNewContext('gc');

/** What this process holds without its garbage. How much of that there is, is up to the engine, and says nothing. */
function heldBytes(): number {
  assert.ok(typeof collectGarbage === 'function');
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test('200,000 rows pass through a bounded memory', () =>
  withApi(async (api) => {
    await seedManyImages(api.pool, 200_000);
    const ask = await listen(api);
    for (const [path, least] of [
      ['/api/images.csv', 20_000_000],
      ['/api/images.xlsx', 5_000_000],
      ['/api/images.ndjson', 20_000_000],
      ['/api/images.parquet', 5_000_000],
    ] as const) {
      const response = await ask(path);
      const before = heldBytes();
      let [bytes, peak, lines, looks] = [0, 0, 0, 0];
      for await (const chunk of response) {
        const part: Buffer = chunk;
        bytes += part.length;
        lines += part.toString('latin1').split('\n').length - 1;
        if (bytes < looks * 2_000_000) continue;
        looks += 1;
        peak = Math.max(peak, heldBytes() - before);
      }
      assert.ok(bytes > least, `${path}: ${bytes} bytes`);
      if (path.endsWith('csv')) assert.equal(lines, 200_000);
      assert.ok(peak < 20e6, `${path} took ${Math.round(peak / 1e6)} MB more`);
    }
  }));
