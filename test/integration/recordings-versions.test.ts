import assert from 'node:assert/strict';
import { test } from 'node:test';
import { footage, label, recording, rowsOf, sensor, withRecordings } from './recordings-fixture.js';

const drive = {
  recording: recording('r-1'),
  footages: [footage('f-1', 'r-1'), footage('f-2', 'r-1')],
  labels: [label('f-1', 1)],
  sensors: [sensor('r-1', 1)],
};

test('a new version replaces the rows of the one before, and children in other files hold on to the rows that stay', () =>
  withRecordings(async ({ pool, put, load, file }) => {
    await put('recording_1.json', drive);
    await put('labels_1.json', [label('f-1', 2)]);
    await load();
    assert.deepEqual(await rowsOf(pool), { recording: 1, footage: 2, label: 2, sensor: 1 });
    await put('recording_1.json', {
      recording: recording('r-1', { location: 'Graz' }),
      footage: footage('f-1', 'r-1', { footage_type: 'back' }),
      sensors: [sensor('r-1', 1), sensor('r-1', 2), sensor('r-1', 3)],
    });
    await load();
    const newer = await file('recording_1.json');
    assert.deepEqual([newer.version, newer.state], [2, 'loaded']);
    assert.deepEqual(await rowsOf(pool), { recording: 1, footage: 1, label: 1, sensor: 3 });
    const { rows } = await pool.query(
      'SELECT r.location, f.footage_type, r.file_id AS r, f.file_id AS f FROM recordings.recording r JOIN recordings.footage f ON f.recording = r.id',
    );
    assert.deepEqual(rows, [{ location: 'Graz', footage_type: 'back', r: newer.id, f: newer.id }]);
  }));

test('a new version without a row to which others refer is quarantined, and the old rows stay', () =>
  withRecordings(async ({ pool, put, load, file, files }) => {
    await put('recording_1.json', drive);
    await put('labels_1.json', [label('f-2', 2)]);
    await load();
    await put('recording_1.json', { ...drive, footages: [footage('f-1', 'r-1')] });
    await load();
    const { id } = await file('labels_1.json');
    const refused = await file('recording_1.json');
    assert.deepEqual([refused.version, refused.state, refused.code], [2, 'quarantined', 'referenced']);
    assert.equal(
      refused.reason,
      `it has no footage f-2 any more, to which rows of another file refer: labels_1.json (file ${id}); ` +
        'the rows of the version before stay; replace the other file first and replay this one, or put the row back',
    );
    assert.deepEqual(
      (await files()).map(({ state }) => state),
      ['loaded', 'loaded', 'quarantined'],
    );
    assert.deepEqual(await rowsOf(pool), { recording: 1, footage: 2, label: 2, sensor: 1 });
  }));

test('an id that another file has is quarantined with that file’s name, loaded before or in the same batch', () =>
  withRecordings(async ({ pool, put, load, file }) => {
    const first = await put('recordings_1.json', [recording('r-1')]);
    await load();
    await put('recordings_2.json', [recording('r-2'), recording('r-1')]);
    await load();
    const before = await file('recordings_2.json');
    assert.deepEqual([before.state, before.code], ['quarantined', 'id-taken']);
    assert.match(
      before.reason ?? '',
      new RegExp(`^the recording r-1 is in another file already: recordings_1.json \\(file ${first}\\); `),
    );
    await put('recording_3.json', { recording: recording('r-3'), footage: footage('f-3', 'r-1') });
    await put('recording_4.json', { recording: recording('r-4'), footage: footage('f-3', 'r-1') });
    await put('sensors_5.json', [sensor('r-4', 1)]);
    await load();
    assert.equal((await file('recording_3.json')).state, 'loaded');
    assert.match(
      (await file('recording_4.json')).reason ?? '',
      /^the footage f-3 is in another file already: recording_3.json/,
    );
    assert.equal((await file('sensors_5.json')).waiting, true, 'the rows of a quarantined file are none');
    assert.deepEqual(await rowsOf(pool), { recording: 2, footage: 1, label: 0, sensor: 0 });
  }));

test('an id that stands in a file twice is a reject the second time', () =>
  withRecordings(async ({ pool, put, load, file }) => {
    await put('recordings_1.json', [recording('r-1'), recording('r-2'), recording('r-1', { location: 'Graz' })]);
    await load();
    assert.deepEqual([(await file('recordings_1.json')).state, (await rowsOf(pool)).recording], ['loaded', 2]);
    const { rows } = await pool.query('SELECT ordinal, reason, content::json FROM ops.reject');
    assert.deepEqual(rows, [
      {
        ordinal: 2,
        reason: 'recording: the recording r-1 stands in this file already, in row 0',
        content: { id: 'r-1', location: 'Graz' },
      },
    ]);
  }));

test('files that are loaded once more have their rows once, children in other files or not', () =>
  withRecordings(async ({ pool, put, load, run, file }) => {
    const parent = await put('recording_1.json', { ...drive, labels: [label('f-1', 1), label('f-1', 99)] });
    const child = await put('labels_1.json', [label('f-1', 2)]);
    await load();
    const before = (await pool.query('SELECT * FROM recordings.label ORDER BY file_id')).rows;
    // What somebody has put into a table under a file's id goes with the file's old rows.
    await pool.query(
      `INSERT INTO recordings.recording (id, location, file_id, ordinal) VALUES ('stray', 'x', $1, 99)`,
      [parent],
    );
    const again = await run('load-recordings', { files: [parent, child] });
    assert.deepEqual(again.output, {
      ...{ files: 2, loaded: 2, duplicates: 0, quarantined: 0, changed: 0, outdated: 0, replaced: 0 },
      ...{ rows: 6, removedRows: 7, rejects: 1 },
    });
    assert.deepEqual(await rowsOf(pool), { recording: 1, footage: 2, label: 2, sensor: 1 });
    assert.deepEqual((await pool.query('SELECT * FROM recordings.label ORDER BY file_id')).rows, before);
    assert.equal((await file('recording_1.json')).rejects, 1);
    assert.equal((await pool.query('SELECT FROM ops.reject')).rowCount, 1);
  }));

test('the same bytes under another name are a duplicate, and a version whose bytes another file has gives its rows up', () =>
  withRecordings(async ({ pool, put, load, file }) => {
    await put('recordings_1.json', [recording('r-1')]);
    await put('recordings_2.json', [recording('r-2')]);
    await load();
    await put('recordings_2.json', [recording('r-1')]);
    await load();
    assert.equal((await file('recordings_2.json')).state, 'duplicate');
    assert.equal((await rowsOf(pool)).recording, 1);
    await put('recordings_3.json', [recording('r-3')]);
    await put('sensors_3.json', [sensor('r-3', 1)]);
    await load();
    await put('recordings_3.json', [recording('r-1')]);
    await load();
    const kept = await file('recordings_3.json');
    assert.deepEqual([kept.state, kept.code], ['quarantined', 'referenced']);
    assert.deepEqual(await rowsOf(pool), { recording: 2, footage: 0, label: 0, sensor: 1 });
  }));

test('equal files in one run are loaded once', () =>
  withRecordings(async ({ pool, put, run, files }) => {
    const ids = [
      await put('recordings_1.json', [recording('r-1')]),
      await put('recordings_2.json', [recording('r-1')]),
    ];
    const { output } = await run('load-recordings', { files: ids });
    assert.deepEqual([output?.['loaded'], output?.['duplicates']], [1, 1]);
    assert.deepEqual(
      (await files()).map(({ state }) => state),
      ['loaded', 'duplicate'],
    );
    assert.equal((await rowsOf(pool)).recording, 1);
  }));

test('files that are no rows at all are quarantined, their neighbours load', () =>
  withRecordings(async ({ pool, put, load, files }) => {
    await put('labels_1.json', '{"labels": [');
    await put('labels_2.json', [label('f-1', 1, { label_certainty: 1.2 })]);
    await put('labels_3.parquet', 'no parquet');
    await put('labels_4.json', { labels: [] });
    await put(
      'labels_5.json',
      Array.from({ length: 121 }, (_, n) => label('f-1', 1, { timestamp: n * 31 * 86_400 })),
    );
    await put('recording_6.json', { recordings: [recording('r-1')] });
    await load();
    assert.deepEqual(
      (await files()).map(({ state, code }) => [state, code]),
      [
        ['quarantined', 'truncated'],
        ['quarantined', 'no-good-event'],
        ['quarantined', 'not-parquet'],
        ['loaded', null],
        ['quarantined', 'too-many-months'],
        ['loaded', null],
      ],
    );
    assert.equal((await rowsOf(pool)).recording, 1);
  }));
