import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { loadCatalogue } from '#catalogue/catalogue.js';
import { writeBadFiles } from '#samples/bad-files.js';
import type { SampleFile } from '#samples/manifest.js';
import { zipBytes } from '#samples/recordings/zip.js';
import { openTaskRunner } from '#testing/task-runner.js';
import { readCurlExamples } from '../helpers/curl-examples.js';
import { sampleParquet } from '../helpers/inbox.js';
import { seedContent } from './api-content-fixture.js';
import { type Answer, type TestApi, withApi } from './api-fixture.js';
import { seedImage } from './api-rendered-images-fixture.js';
import { exact, oneProbe, type Probe, probesFile } from './probes-fixture.js';

const previewOf = async (api: TestApi, id: string): Promise<Answer['body']> => {
  const { status, body } = await api.ask(`/api/files/${id}/preview`);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
};

/** What is null in every preview unless a test names it. */
const nothing = { description: null, problem: null, image: null, table: null, text: null, fault: null, archive: null };

test('a file is previewed by what it is: image, text, table or archive', () =>
  withApi(async (api) => {
    const image = await seedImage(api, 'a.jpg', { width: 300, height: 200 });
    const { size, ...shown } = await previewOf(api, image);
    assert.ok(size > 0);
    assert.deepEqual(shown, {
      ...nothing,
      fileId: image,
      path: 'a.jpg',
      kind: 'image',
      image: {
        width: 300,
        height: 200,
        links: {
          self: `/api/images/${image}`,
          thumbnail: `/api/images/${image}/thumbnail`,
          annotated: `/api/images/${image}/annotated`,
        },
      },
    });
    for (const link of Object.values<string>(shown.image.links)) {
      assert.equal((await api.app.inject(link)).statusCode, 200, link);
    }

    const kinds: readonly [path: string, bytes: Uint8Array | string, kind: string][] = [
      ['a.csv', 'a,b\n1,2\n', 'csv'],
      ['a.txt', 'Zoë <b>\n', 'text'],
      ['notes', ' {"a": 1}', 'json'],
      ['a.ndjson', '{"a": 1}\n{"a": 2}\n', 'json'],
      ['empty.txt', '', 'text'],
    ];
    for (const [path, content, kind] of kinds) {
      const preview = await previewOf(api, await seedContent(api, path, content));
      assert.deepEqual([preview.kind, preview.text], [kind, { content, whole: true }], path);
    }
    const long = await previewOf(api, await seedContent(api, 'long.txt', `${'x'.repeat(65_535)}é and more`));
    assert.deepEqual(long.text, { content: 'x'.repeat(65_535), whole: false }, 'no half of a character at the end');
    const pdf = await previewOf(api, await seedContent(api, 'a.csv.pdf', '%PDF-1.7\n\0'));
    assert.deepEqual([pdf.kind, pdf.description, pdf.text], ['other', 'a PDF document', null]);

    const entries = Array.from({ length: 120 }, (_, n) => ({ name: `frames/${n}.jpg`, bytes: Buffer.alloc(n) }));
    const zip = await previewOf(api, await seedContent(api, 'a.zip', zipBytes(entries)));
    assert.deepEqual([zip.kind, zip.problem, zip.archive.count, zip.archive.entries.length], ['zip', null, 120, 100]);
    assert.deepEqual(zip.archive.entries[99], { name: 'frames/99.jpg', size: 99, storedSize: 99 });
  }));

test('of a parquet file the first rows are shown as texts, and a column that cannot be read harms no other', () =>
  withApi(async (api) => {
    const sample = await previewOf(api, await seedContent(api, 'a.parquet', sampleParquet(0, { rows: 130 })));
    assert.deepEqual([sample.kind, sample.problem], ['parquet', null]);
    const { rowCount, columnCount, columns, rows } = sample.table;
    assert.deepEqual([rowCount, columnCount, rows.length], [130, 5, 50]);
    assert.deepEqual(columns[2], { name: 'create_at', type: 'INT64 (TIMESTAMP)', fault: null });
    assert.match(rows[49][2], /^2023-01-01T00:00:00/);
    assert.ok(rows.every((row: unknown[]) => row.length === 5));

    const typed = await previewOf(api, await seedContent(api, 'probes.parquet', probesFile([oneProbe, exact])));
    const asTexts = (probe: Probe) => Object.values(probe).map((value) => (value === null ? null : String(value)));
    assert.deepEqual(typed.table.rows, [asTexts(oneProbe), asTexts(exact)]);

    const long = 'ü'.repeat(300);
    const bytes = parquetWriteBuffer({
      columnData: [
        { name: 'text', data: [long, null], type: 'STRING' },
        { name: 'bytes', data: [Uint8Array.of(0xff, 0xfe), Uint8Array.of(1)], type: 'BYTE_ARRAY' },
        { name: 'whole', data: [-7, 2 ** 31 - 1], type: 'INT32' },
        { name: 'long', data: [2n ** 62n, -1n], type: 'INT64' },
        { name: 'double', data: [0.1, Number.NaN], type: 'DOUBLE' },
        { name: 'yes', data: [true, false], type: 'BOOLEAN' },
        { name: 'at', data: [new Date('1969-12-31T23:59:59.250Z'), new Date(0)], type: 'TIMESTAMP' },
        { name: 'json', data: [{ a: 1 }, { a: 2 }], type: 'JSON' },
      ],
    });
    const { table } = await previewOf(api, await seedContent(api, 'types.parquet', new Uint8Array(bytes)));
    assert.deepEqual(table.rows, [
      [`${'ü'.repeat(200)}…`, null, '-7', '4611686018427387904', '0.1', 'true', '1969-12-31T23:59:59.25Z', null],
      [null, null, '2147483647', '-1', 'NaN', 'false', '1970-01-01T00:00:00Z', null],
    ]);
    assert.deepEqual(
      table.columns
        .filter((column: { fault: string | null }) => column.fault !== null)
        .map(({ name }: { name: string }) => name),
      ['bytes', 'json'],
    );

    // A byte of the first column's data.
    const damaged = Buffer.from(sampleParquet(1, { rows: 130 }));
    for (let at = 60; at < 90; at++) damaged[at] = (damaged[at] ?? 0) ^ 0x55;
    const preview = await previewOf(api, await seedContent(api, 'damaged.parquet', damaged));
    assert.match(preview.table.columns[0].fault, /damaged/);
    assert.deepEqual(preview.table.rows[0].map((value: string | null) => value === null).slice(0, 2), [true, false]);
  }));

test('every broken sample is previewed with what is wrong with it, and none is an error of the server', () =>
  withApi(async (api) => {
    const files: SampleFile[] = [];
    const ids = new Map<string, string>();
    const write = async (path: string, bytes: Uint8Array | string): Promise<void> => {
      ids.set(path, await seedContent(api, path, bytes, { state: 'quarantined', code: 'bad', reason: 'it is broken' }));
    };
    files.push(...(await writeBadFiles(write, 7)));
    const shown = new Map<string, string>();
    for (const { path } of files) {
      const { kind, problem } = await previewOf(api, ids.get(path) ?? '');
      shown.set(path.replace('bad/', ''), `${kind}: ${problem.code}`);
    }
    assert.equal(shown.get('text.jpg'), 'text: bad', 'the ledger’s reason, where nothing else was met');
    assert.equal(shown.get('empty.parquet'), 'parquet: empty');
    assert.equal(shown.get('cut-in-half.jpg'), 'image: bad');
    assert.ok([...shown.values()].includes('parquet: truncated'));

    const more: readonly [path: string, bytes: Uint8Array | string, kind: string, code: string][] = [
      ['page.parquet', '<html>', 'parquet', 'not-parquet'],
      ['footer.parquet', Buffer.from('PAR1garbage!\xff\xff\xff\x7fPAR1', 'latin1'), 'parquet', 'corrupt'],
      ['cut.zip', zipBytes([{ name: 'a', bytes: Buffer.alloc(100) }]).subarray(0, 90), 'zip', 'corrupt'],
      ['up.zip', zipBytes([{ name: '../../etc/passwd', bytes: Buffer.alloc(1) }]), 'zip', 'corrupt'],
    ];
    for (const [path, bytes, kind, code] of more) {
      const preview = await previewOf(api, await seedContent(api, path, bytes));
      assert.deepEqual([preview.kind, preview.problem?.code], [kind, code], path);
    }
    const sound = sampleParquet(3);
    for (let at = 0; at < sound.length; at += 37) {
      const bytes = Buffer.from(sound);
      bytes[at] = (bytes[at] ?? 0) ^ 0xff;
      await previewOf(api, await seedContent(api, `flipped-${at}.parquet`, bytes));
    }
  }));

test('the position that a refused JSON file’s reason names is shown with the text around', () =>
  withApi(async (api) => {
    const runner = await openTaskRunner(api, { catalogue: await loadCatalogue(), inboxDir: api.inbox, star: false });
    try {
      const cases: readonly [path: string, before: string, after: string][] = [
        ['pretty.json', '[\n  {"vehicle_id": "Zoë", "detection_time": n', 'ope}\n]\n'],
        ['cut.json', '{"objects_detection_events": [{"vehicle_id": "a"', ''],
        ['far.json', `[${'{"a": "é"},\n'.repeat(20_000)}  `, '?]'],
      ];
      for (const [path, before, after] of cases) {
        const id = await runner.drop('objects-detection', path, Buffer.from(before + after));
        await runner.start('load-objects-detection', { files: [id] });
        await runner.drain();
        const { kind, fault, problem } = await previewOf(api, id);
        assert.equal(kind, 'json');
        const line = before.split('\n').length;
        const column = (before.split('\n').at(-1)?.length ?? 0) + 1;
        assert.deepEqual(
          [fault.byte, fault.line, fault.column],
          [Buffer.byteLength(before), line, column],
          problem.message,
        );
        assert.ok(before.endsWith(fault.before) && fault.before.length >= Math.min(before.length, 300), fault.before);
        assert.equal(fault.after, after);
      }
    } finally {
      await runner.close();
    }
  }));

test('previews that are asked for together are all answered, and the examples of docs/files.md as the page says', () =>
  withApi(async (api) => {
    const id = await seedContent(api, 'a.parquet', sampleParquet(0));
    const answers = await Promise.all(Array.from({ length: 9 }, () => previewOf(api, id)));
    assert.deepEqual(new Set(answers.map(({ table }) => table.rowCount)), new Set([25]));

    const runner = await openTaskRunner(api, { catalogue: await loadCatalogue(), inboxDir: api.inbox, star: false });
    try {
      const file = await runner.drop('data-sample', '2023-01-01 00:00:00.parquet', sampleParquet(1));
      await runner.start('load-data-sample', { files: [file] });
      await runner.drain();
      for (const { method, path, command, headers } of readCurlExamples('docs/files.md')) {
        const answer = await api.app.inject({ method, url: `/api${path.replace('$id', file)}`, headers });
        assert.equal(answer.statusCode, 'range' in headers ? 206 : 200, `${command}: ${answer.body}`);
        if (path.endsWith('/content')) {
          const bytes = await readFile(join(api.inbox, '2023-01-01 00:00:00.parquet'));
          assert.ok(answer.rawPayload.equals('range' in headers ? bytes.subarray(0, 100) : bytes));
        }
      }
      await writeFile(join(api.inbox, '2023-01-01 00:00:00.parquet'), 'changed');
      const { status, body } = await api.ask(`/api/files/${file}/preview`);
      assert.deepEqual([status, body.code], [409, 'file-changed']);
    } finally {
      await runner.close();
    }
  }));
