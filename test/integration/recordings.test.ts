import assert from 'node:assert/strict';
import { test } from 'node:test';
import { began, footage, label, recording, rowsOf, sensor, withRecordings } from './recordings-fixture.js';

const whole = {
  recordings: [recording('r-1'), recording('r-2', { location: 'Budapest' })],
  footages: [footage('f-1', 'r-1'), footage('f-2', 'r-2')],
  labels: [label('f-1', 0), label('f-1', 59), label('f-2', 7)],
  sensors: [sensor('r-1', 0), sensor('r-1', 0, { metric_type: 'acceleration' }), sensor('r-2', 3)],
};

test('a file with everything, its sections in any order, becomes rows of all four tables', () =>
  withRecordings(async ({ pool, put, load, file, files }) => {
    const { recordings, footages, labels, sensors } = whole;
    await put('recording_1.json', { sensors, labels, note: 'x', footages, recordings });
    await load();
    const loaded = await file('recording_1.json');
    assert.equal(loaded.state, 'loaded', JSON.stringify(await files()));
    assert.equal(loaded.rows, 10);
    assert.deepEqual(loaded.table_rows, { recording: 2, footage: 2, label: 3, sensor: 3 });
    assert.deepEqual(await rowsOf(pool), { recording: 2, footage: 2, label: 3, sensor: 3 });
    const { rows } = await pool.query(
      `SELECT extract(epoch FROM "timestamp")::int AS unix, relative_timestamp, label_type, label_certainty, footage, ordinal
       FROM recordings.label ORDER BY ordinal`,
    );
    assert.deepEqual(rows[1], {
      ...{ unix: began + 59, relative_timestamp: 59, label_type: 'car', label_certainty: 0.75, footage: 'f-1' },
      ordinal: 4,
    });
    const span = await pool.query('SELECT rows_from, rows_to FROM ops.file');
    assert.deepEqual(span.rows[0], { rows_from: new Date(began * 1000), rows_to: new Date((began + 59) * 1000) });
  }));

const orders: Readonly<Record<string, readonly string[]>> = {
  'children first': ['label', 'sensor', 'footage', 'recording'],
  'parents first': ['recording', 'footage', 'label', 'sensor'],
  'grandchildren between': ['footage', 'label', 'recording', 'sensor'],
};

const singles: Readonly<Record<string, unknown>> = {
  recording: whole.recordings,
  footage: { footage: whole.footages },
  label: whole.labels.map((row) => JSON.stringify(row)).join('\n'),
  sensor: { sensors: whole.sensors },
};

for (const [order, datasets] of Object.entries(orders)) {
  test(`a file per table, ${order}, each in a batch of its own: what waits loads when its parents are there`, () =>
    withRecordings(async ({ pool, put, load, files }) => {
      for (const dataset of datasets) {
        await put(`${dataset}s_1.json`, singles[dataset]);
        await load();
      }
      for (const file of await files())
        assert.deepEqual([file.path, file.state, file.waiting], [file.path, 'loaded', false]);
      assert.deepEqual(await rowsOf(pool), { recording: 2, footage: 2, label: 3, sensor: 3 });
      assert.equal((await pool.query('SELECT FROM ops.file_wait')).rowCount, 0);
    }));

  test(`a file per table, ${order}, in one batch`, () =>
    withRecordings(async ({ pool, put, load, files }) => {
      for (const [nth, dataset] of datasets.entries()) await put(`${nth}/${dataset}_1.json`, singles[dataset]);
      await load();
      for (const file of await files()) assert.deepEqual([file.path, file.state], [file.path, 'loaded']);
      assert.deepEqual(await rowsOf(pool), { recording: 2, footage: 2, label: 3, sensor: 3 });
      assert.equal((await pool.query('SELECT FROM ops.run')).rowCount, 1);
    }));
}

test('a file that waits says for what, is not given to runs meanwhile, and can be replayed and discarded', () =>
  withRecordings(async ({ put, load, file, pool }) => {
    await put('labels_1.json', [label('f-1', 1), label('f-9', 1)]);
    await load();
    const waits = await file('labels_1.json');
    assert.deepEqual([waits.state, waits.waiting, waits.code, waits.rows], ['settled', true, 'waiting', null]);
    assert.equal(waits.reason, 'waits for footage f-1, footage f-9, which no loaded files have');
    const { rows } = await pool.query('SELECT dataset, key FROM ops.file_wait ORDER BY key');
    assert.deepEqual(rows, [
      { dataset: 'footage', key: 'f-1' },
      { dataset: 'footage', key: 'f-9' },
    ]);
    await load();
    assert.equal((await pool.query('SELECT FROM ops.run')).rowCount, 1, 'it is given to no second run');
    await put('recording_1.json', { recording: recording('r-1'), footage: footage('f-1', 'r-1') });
    await load();
    assert.equal((await file('labels_1.json')).waiting, true, 'one of two is not enough');
    await put('recording_9.json', { recording: recording('r-9'), footage: footage('f-9', 'r-9') });
    await load();
    assert.equal((await file('labels_1.json')).state, 'loaded');
  }));

const bad: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
  [
    'certainty 1.2',
    label('f-1', 1, { label_certainty: 1.2 }),
    /^label: label_certainty is 1\.2: expected a number from 0 to 1$/,
  ],
  ['no certainty', label('f-1', 1, { label_certainty: undefined }), /^label: label_certainty is missing/],
  [
    'a certainty in words',
    label('f-1', 1, { label_certainty: 'high' }),
    /^label: label_certainty is "high": expected a number/,
  ],
  [
    'a second before the beginning',
    label('f-1', 1, { relative_timestamp: -1 }),
    /relative_timestamp is -1: expected an integer of at least 0/,
  ],
  ['half a second', label('f-1', 1, { relative_timestamp: 1.5 }), /relative_timestamp is 1\.5: expected an integer/],
  [
    'a second beyond the end',
    label('f-1', 60),
    /relative_timestamp is 60: expected an index of the 60 pictures of the footage f-1, from 0/,
  ],
  [
    'a time in milliseconds',
    label('f-1', 1, { timestamp: began * 1000 }),
    /timestamp is 1721311532000: expected unix seconds/,
  ],
  ['a time in quotes', label('f-1', 1, { timestamp: String(began) }), /without quotes/],
  ['a time without zone', label('f-1', 1, { timestamp: '2024-07-18T14:05:32' }), /no offset/],
  ['a blank class', label('f-1', 1, { label_type: ' ' }), /label_type is " ": expected text that is not blank/],
  ['a class of 65 characters', label('f-1', 1, { label_type: 'x'.repeat(65) }), /at most 64 characters/],
  ['a footage that is a number', label('f-1', 1, { footage: 7 }), /footage is 7: expected text/],
];

test('a bad row is a reject with its reason and place, and the others load', () =>
  withRecordings(async ({ pool, put, load, file }) => {
    const rows = [
      label('f-1', 0),
      ...bad.map(([, row]) => row),
      label('f-1', 59),
      label('f-1', 2, { timestamp: '2024-07-18T16:05:34+02:00' }),
    ];
    await put('recording_1.json', { recording: recording('r-1'), footages: [footage('f-1', 'r-1')], labels: rows });
    await load();
    const loaded = await file('recording_1.json');
    assert.deepEqual(
      [loaded.state, loaded.rejects, loaded.table_rows],
      ['loaded', bad.length, { recording: 1, footage: 1, label: 3 }],
    );
    const found = await pool.query(
      'SELECT ordinal, byte_offset::int, reason, content FROM ops.reject ORDER BY ordinal',
    );
    for (const [nth, [what, , reason]] of bad.entries()) {
      const reject = found.rows[nth];
      assert.equal(reject.ordinal, nth + 3, what);
      assert.match(reject.reason, reason, what);
      assert.ok(reject.byte_offset > 0 && reject.content.startsWith('{'), what);
    }
    const { rows: times } = await pool.query(
      'SELECT DISTINCT "timestamp" - relative_timestamp * interval \'1 s\' AS start FROM recordings.label',
    );
    assert.deepEqual(times, [{ start: new Date(began * 1000) }]);
  }));
