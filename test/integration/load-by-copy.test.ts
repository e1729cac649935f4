import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startRun } from '#runs/start-run.js';
import { count, listFiles, listRuns } from '../helpers/ledger.js';
import { stubTask } from '../helpers/stub-worker.js';
import { boundsOf, linesOf, minute, runNow, statesOf, withFixture } from './copy-fixture.js';

const large = { size: 2 ** 24 };

for (const [what, memory] of [
  ['held in memory', 2 ** 24],
  ['too large for the memory', 40],
] as const) {
  test(`bad files among good ones, ${what}, harm only themselves`, () =>
    withFixture({ memory }, async (fixture) => {
      await fixture.drop('a', [minute(0), minute(1)]);
      await fixture.drop('b', [minute(2), minute(3), minute(4), minute(5, 'bad')]);
      await fixture.drop('c', [minute(6), minute(2000), minute(7, 'reject')]);
      await fixture.drop('d', [minute(8, 'bad')]);
      await fixture.drop('e', [minute(9), minute(1), minute(2)]);
      await fixture.load();
      assert.deepEqual(await statesOf(fixture), [
        'a loaded 2',
        'b quarantined',
        'c loaded 2',
        'd quarantined',
        'e loaded 3',
      ]);
      assert.deepEqual(await linesOf(fixture), ['a:0 x', 'a:1 x', 'c:0 x', 'c:1 x', 'e:0 x', 'e:1 x', 'e:2 x']);
      assert.equal(await count(fixture.pool, 'SELECT count(*) FROM ops.reject'), 1);
      assert.equal((await listRuns(fixture.pool))[0]?.state, 'succeeded');
    }));

  test(`what the database refuses, ${what}, is found and separated from its neighbours`, () =>
    withFixture({ memory }, async (fixture) => {
      await fixture.drop('a', [minute(0), minute(1)]);
      await fixture.drop('b', [minute(2), minute(3, 'refused'), minute(4)]);
      await fixture.drop('c', [minute(5), minute(6), minute(7, 'reject')]);
      await fixture.load();
      assert.deepEqual(await statesOf(fixture), ['a loaded 2', 'b quarantined', 'c loaded 2']);
      assert.deepEqual(await linesOf(fixture), ['a:0 x', 'a:1 x', 'c:0 x', 'c:1 x']);
      const [bad] = (await listFiles(fixture.pool)).filter((f) => f.state === 'quarantined');
      assert.match(bad?.reason ?? '', /the database refused a row: .*check constraint/);
      assert.equal(await count(fixture.pool, 'SELECT count(*) FROM ops.reject'), 1);
    }));
}

test('a file that has changed since it was hashed goes back to arriving, and its neighbours load', () =>
  withFixture({}, async (fixture) => {
    await fixture.drop('a', [minute(0)]);
    await fixture.drop('b', [minute(1)]);
    await fixture.drop('c', [minute(2)]);
    await writeFile(join(fixture.dir, 'b'), [minute(1), minute(3)].join('\n'));
    await fixture.load();
    assert.deepEqual(await statesOf(fixture), ['a loaded 1', 'b arriving', 'c loaded 1']);
    assert.deepEqual(await linesOf(fixture), ['a:0 x', 'c:0 x']);
  }));

test('a large load between the partitions gets one of its own, for just its time', () =>
  withFixture(large, async (fixture) => {
    await fixture.drop('a', [minute(10), minute(20)]);
    await fixture.drop('b', [minute(30), minute(40)]);
    await fixture.load();
    const bounds = await boundsOf(fixture);
    assert.equal(bounds.length, 1);
    assert.match(bounds[0] ?? '', /FROM \('2023-01-01 00:10:00'\) TO \('2023-01-01 00:40:00\.000001'\)/);
    // The next one touches it: through the table, with a day that is cut around it.
    await fixture.drop('c', [minute(15), minute(50)]);
    await fixture.drop('d', [minute(0)]);
    await fixture.load();
    assert.equal((await linesOf(fixture)).length, 7);
    assert.deepEqual(await statesOf(fixture), ['a loaded 2', 'b loaded 2', 'c loaded 2', 'd loaded 1']);
  }));

test('a large load that another attempt has overtaken leaves neither rows nor a partition, and goes in once', () => {
  let overtake: (() => Promise<void>) | undefined;
  const onOpen = async (): Promise<void> => {
    const now = overtake;
    overtake = undefined;
    await now?.();
  };
  return withFixture({ ...large, onOpen }, async (fixture) => {
    await fixture.drop('a', [minute(0), minute(1)]);
    await fixture.drop('b', [minute(2)]);
    const run = await fixture.dispatch();
    // Another worker takes the run over while this one is in the middle of its transaction.
    overtake = async () => {
      await fixture.worker.begin(run);
    };
    await assert.rejects(runNow(fixture.worker, fixture, run), /no longer holds it; nothing was committed/);
    assert.deepEqual(await linesOf(fixture), []);
    assert.deepEqual(await boundsOf(fixture), []);
    assert.equal(await count(fixture.pool, `SELECT count(*) FROM pg_class WHERE relname LIKE 'lines\\_r%'`), 0);
    await runNow(fixture.worker, fixture, run);
    assert.deepEqual(await statesOf(fixture), ['a loaded 2', 'b loaded 1']);
    assert.deepEqual(await linesOf(fixture), ['a:0 x', 'a:1 x', 'b:0 x']);
    assert.equal((await boundsOf(fixture)).length, 1);
  });
});

test('of two large loads of the same time at once the later one goes through the partitions of the first', () => {
  // Both have looked at the partitions before either goes on.
  let opened = 0;
  let release: () => void = () => {};
  const bothOpen = new Promise<void>((resolve) => {
    release = resolve;
  });
  const onOpen = async (): Promise<void> => {
    opened += 1;
    if (opened === 2) release();
    await bothOpen;
  };
  return withFixture({ ...large, onOpen }, async (fixture) => {
    const runs: string[] = [];
    for (const [path, first] of [
      ['a', 10],
      ['b', 5],
    ] as const) {
      await fixture.drop(path, [minute(first), minute(20), minute(30)]);
      runs.push(await fixture.dispatch());
    }
    await Promise.all(runs.map((id) => runNow(fixture.worker, fixture, id)));
    assert.deepEqual(await statesOf(fixture), ['a loaded 3', 'b loaded 3']);
    assert.equal((await linesOf(fixture)).length, 6);
    const bounds = await boundsOf(fixture);
    assert.equal(bounds.filter((bound) => /00:(05|10):00'\) TO \('2023-01-01 00:30:00\.000001/.test(bound)).length, 1);
  });
});

test('a file that replaces its day takes the rows of older files of that day away, whichever ends first', () =>
  withFixture({ replace: 'day' }, async (fixture) => {
    await fixture.drop('old', [minute(0), minute(1)]);
    await fixture.drop('other day', [minute(3000)]);
    await fixture.load();
    await fixture.drop('between', [minute(2)]);
    const between = await fixture.dispatch();
    await fixture.drop('new', [minute(3), minute(4), minute(5)]);
    await fixture.drop('two days', [minute(6), minute(3000)]);
    await fixture.load();
    await runNow(fixture.worker, fixture, between);
    assert.deepEqual(await statesOf(fixture), [
      'between superseded',
      'new loaded 3',
      'old superseded 2',
      'other day loaded 1',
      'two days quarantined',
    ]);
    assert.deepEqual(await linesOf(fixture), ['new:0 x', 'new:1 x', 'new:2 x', 'other day:0 x']);
    // All of them lie at their paths still: a scan must not take one for new.
    assert.equal(await count(fixture.pool, 'SELECT count(*) FROM ops.file WHERE current'), 5);
  }));

test('a file that is the whole table leaves its rows alone in it, also beside others of its batch', () =>
  withFixture({ replace: 'table' }, async (fixture) => {
    await fixture.drop('a', [minute(0)]);
    await fixture.load();
    await fixture.drop('b', [minute(1)]);
    await fixture.drop('c', [minute(2), minute(9000)]);
    await fixture.drop('d', [minute(3, 'bad')]);
    await fixture.load();
    assert.deepEqual(await statesOf(fixture), ['a superseded 1', 'b superseded', 'c loaded 2', 'd quarantined']);
    assert.deepEqual(await linesOf(fixture), ['c:0 x', 'c:1 x']);
  }));

test('files loaded once more replace their rows, and keep them when one of them is bad by then', () =>
  withFixture({}, async (fixture) => {
    const ids = [await fixture.drop('a', [minute(0)]), await fixture.drop('b', [minute(1), minute(2)])];
    await fixture.load();
    const again = async (): Promise<string> => {
      const { id } = await startRun({ pool: fixture.pool, catalogue: new Map() }, stubTask, {
        input: { files: ids },
        trigger: 'api',
      });
      return await runNow(fixture.worker, fixture, id);
    };
    assert.doesNotMatch(await again(), /one by one/);
    assert.deepEqual(await linesOf(fixture), ['a:0 x', 'b:0 x', 'b:1 x']);
    const path = join(fixture.dir, 'a');
    await writeFile(path, minute(0, 'b'));
    await fixture.pool.query(`UPDATE ops.file SET mtime_ns = $1, sha256 = $2 WHERE path = 'a'`, [
      (await stat(path, { bigint: true })).mtimeNs,
      createHash('sha256').update(minute(0, 'b')).digest('hex'),
    ]);
    assert.doesNotMatch(await again(), /one by one/);
    assert.deepEqual(await linesOf(fixture), ['a:0 b', 'b:0 x', 'b:1 x']);
    await rm(path);
    assert.match(await again(), /a was loaded before.*; they are loaded one by one/);
    assert.deepEqual(await linesOf(fixture), ['a:0 b', 'b:0 x', 'b:1 x']);
  }));
