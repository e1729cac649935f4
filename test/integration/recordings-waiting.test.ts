import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { discardFile, replayFile } from '#database/ledger/replay.js';
import { wakeMissed } from '#database/ledger/waits.js';
import { beginAttempt } from '#database/runs/attempts.js';
import { runAttempt } from '#runs/attempt.js';
import { begun } from '#testing/task-runner.js';
import { waitForStuckRun } from '../helpers/block.js';
import {
  dispatchOne,
  footage,
  label,
  type RecordingsRunner,
  recording,
  rowsOf,
  sensor,
  withRecordings,
} from './recordings-fixture.js';

const tables = [
  { dataset: 'recording', table: 'recordings.recording', key: 'id' },
  { dataset: 'footage', table: 'recordings.footage', key: 'id' },
];

/** Does the only run that is queued; resolves when it has ended. */
async function doRun({ pool, deps }: RecordingsRunner): Promise<void> {
  const { rows } = await pool.query<{ id: string }>(`SELECT id FROM ops.run WHERE state = 'queued'`);
  assert.equal(rows.length, 1);
  await runAttempt(deps, begun(await beginAttempt(pool, rows[0]?.id ?? '', deps.worker.id)));
}

/** Keeps a file's row to itself, so that a run that has written the file's rows cannot be committed. */
async function holdBack(url: string, fileId: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('BEGIN');
  await client.query('SELECT FROM ops.file WHERE id = $1 FOR UPDATE', [fileId]);
  return () => client.end();
}

test('a child that is committed while its parent is written, unseen by both, is let go by the parent after its commit', () =>
  withRecordings(async (runner) => {
    const { pool, url, put, load, file } = runner;
    // Without this the first of them makes the partition, which the other's transaction would be in the way of.
    await put('recording_0.json', { recording: recording('r-0'), sensor: sensor('r-0', 1) });
    await load();
    const parent = await put('recordings_1.json', [recording('r-1')]);
    await dispatchOne(pool);
    const release = await holdBack(url, parent);
    const parentRun = doRun(runner);
    await waitForStuckRun(pool);
    await put('sensors_1.json', [sensor('r-1', 1)]);
    await dispatchOne(pool);
    await doRun(runner);
    const waits = await file('sensors_1.json');
    assert.deepEqual([waits.waiting, waits.reason], [true, 'waits for recording r-1, which no loaded file has']);
    await release();
    await parentRun;
    assert.equal((await file('sensors_1.json')).waiting, false);
    await load();
    assert.equal((await file('sensors_1.json')).state, 'loaded');
  }));

test('a parent whose worker died right after its commit is found by the watcher’s look', () =>
  withRecordings(async ({ pool, url, put, load, file }) => {
    const parent = new pg.Client({ connectionString: url });
    await parent.connect();
    try {
      await parent.query('BEGIN');
      await parent.query(
        `INSERT INTO recordings.recording (id, location, file_id, ordinal) VALUES ('r-1', 'Vienna', 999, 0)`,
      );
      await put('sensors_1.json', [sensor('r-1', 1)]);
      await load();
      assert.equal((await file('sensors_1.json')).waiting, true);
      assert.equal(await wakeMissed(pool, tables), 0, 'the row is not there yet');
      await parent.query('COMMIT');
    } finally {
      await parent.end();
    }
    assert.equal(await wakeMissed(pool, tables), 1);
    assert.equal(await wakeMissed(pool, tables), 0);
    assert.equal((await pool.query('SELECT FROM ops.file_wait')).rowCount, 0);
    await load();
    assert.equal((await file('sensors_1.json')).state, 'loaded');
  }));

test('of two parents that are committed at once, each with one of the rows that a child waits for, one lets it go', () =>
  withRecordings(async (runner) => {
    const { pool, url, put, load, file } = runner;
    await put('footages_1.json', [footage('f-1', 'r-1'), footage('f-2', 'r-2')]);
    await load();
    const first = await put('recordings_1.json', [recording('r-1')]);
    await dispatchOne(pool);
    const release = await holdBack(url, first);
    const firstRun = doRun(runner);
    const stuck = await waitForStuckRun(pool);
    await put('recordings_2.json', [recording('r-2')]);
    await dispatchOne(pool);
    const secondRun = doRun(runner);
    await waitForStuckRun(pool, [stuck]);
    await release();
    await Promise.all([firstRun, secondRun]);
    assert.equal((await file('footages_1.json')).waiting, false);
    await load();
    assert.equal((await file('footages_1.json')).state, 'loaded');
  }));

test('a waiting file that is discarded stays so when its parent comes, and loads when it is replayed', () =>
  withRecordings(async ({ pool, put, load, file }) => {
    const id = await put('sensors_1.json', [sensor('r-1', 1)]);
    await load();
    assert.deepEqual(await replayFile(pool, id), { kind: 'changed', state: 'settled' });
    await load();
    assert.equal((await file('sensors_1.json')).waiting, true, 'it has looked once more');
    assert.equal((await pool.query('SELECT FROM ops.run')).rowCount, 2);
    assert.deepEqual(await discardFile(pool, id), { kind: 'changed', state: 'discarded' });
    await put('recordings_1.json', [recording('r-1')]);
    await load();
    const discarded = await file('sensors_1.json');
    assert.deepEqual([discarded.state, discarded.waiting], ['discarded', false]);
    await replayFile(pool, id);
    await load();
    assert.equal((await file('sensors_1.json')).state, 'loaded');
  }));

test('a newer version of a waiting file takes its place', () =>
  withRecordings(async ({ pool, put, load, files }) => {
    await put('labels_1.json', [label('f-1', 1)]);
    await load();
    await put('labels_1.json', [label('f-2', 1)]);
    await load();
    await put('recording_1.json', {
      recording: recording('r-1'),
      footages: [footage('f-1', 'r-1'), footage('f-2', 'r-1')],
    });
    await load();
    assert.deepEqual(
      (await files()).filter(({ path }) => path === 'labels_1.json').map(({ state, waiting }) => [state, waiting]),
      [
        ['superseded', false],
        ['loaded', false],
      ],
    );
    assert.equal((await rowsOf(pool)).label, 1);
  }));

test('of two equal files that wait each says so, and when the parent comes one is loaded and the other its duplicate', () =>
  withRecordings(async ({ pool, put, load, files }) => {
    await put('a/sensors_1.json', [sensor('r-1', 1)]);
    await put('b/sensors_1.json', [sensor('r-1', 1)]);
    await load();
    assert.deepEqual(
      (await files()).map(({ waiting }) => waiting),
      [true, true],
    );
    await put('recordings_1.json', [recording('r-1')]);
    await load();
    const [first, second] = await files();
    assert.deepEqual([first?.state, second?.state], ['loaded', 'duplicate']);
    assert.equal((await rowsOf(pool)).sensor, 1);
  }));

test('two files that need each other’s rows load together in one batch', () =>
  withRecordings(async ({ pool, put, load, files }) => {
    await put('recording_1.json', { recording: recording('r-1'), footage: footage('f-1', 'r-2') });
    await put('recording_2.json', { recording: recording('r-2'), footage: footage('f-2', 'r-1') });
    await load();
    assert.deepEqual(
      (await files()).map(({ state }) => state),
      ['loaded', 'loaded'],
    );
    assert.equal((await rowsOf(pool)).footage, 2);
  }));

test('a file that waits for a row of its own that was rejected says so', () =>
  withRecordings(async ({ put, load, file }) => {
    await put('recording_1.json', {
      recording: recording('r-1'),
      footage: footage('f-1', 'r-1', { frames: -1 }),
      label: label('f-1', 1),
    });
    await load();
    const { waiting, reason } = await file('recording_1.json');
    assert.equal(waiting, true);
    assert.match(
      reason ?? '',
      /^waits for footage f-1, which no loaded file has; 1 of its own rows cannot be taken, the first is row 1: footage: frames is -1: /,
    );
  }));
