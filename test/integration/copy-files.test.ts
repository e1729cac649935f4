import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ReplaceScope } from '#contracts/dataset.js';
import { BadInputError } from '#contracts/errors.js';
import type { CopyBinaryWriter } from '#database/copy/binary.js';
import { dispatchBatch } from '#database/ledger/dispatch.js';
import type { RejectedPart } from '#database/ledger/outcomes.js';
import { runAttempt } from '#runtime/attempt.js';
import { type CopyLoad, type CopySource, loadByCopy } from '#runtime/copy-files.js';
import { startRun } from '#runtime/start-run.js';
import { type TestDatabase, withTestDatabase } from '../helpers/database.js';
import { count, listFiles, listRuns } from '../helpers/ledger.js';
import { begun, openStubWorker, type StubWorker, stubTask } from '../helpers/stub-worker.js';

interface Fixture extends TestDatabase {
  readonly worker: StubWorker;
  /** Writes a file and enters it in the ledger as settled. A size beyond its own makes the batch a large one. */
  drop(path: string, lines: readonly string[]): Promise<string>;
  /** Records a run for all settled files, and returns its id. */
  dispatch(): Promise<string>;
  /** The same, and runs it; returns its log. */
  load(): Promise<string>;
  readonly dir: string;
}

/** Lines `2023-01-01T00:00 text`; a text `bad` makes the file bad, `refused` is refused by the table, `reject` a reject. */
const readLines = (path: string, id: bigint): CopySource => {
  const parse = async (): Promise<{ at: bigint; text: string }[]> =>
    (await readFile(path, 'utf8')).split('\n').map((line) => {
      const [time = '', text = ''] = line.split(' ');
      return { at: BigInt(Date.parse(`${time}Z`)) * 1000n, text };
    });
  const spansOf = (times: readonly bigint[]): { from: bigint; to: bigint }[] => {
    const days = new Map<bigint, { from: bigint; to: bigint }>();
    for (const at of [...times].sort((a, b) => (a < b ? -1 : 1))) {
      const day = at / 86_400_000_000n;
      days.set(day, { from: days.get(day)?.from ?? at, to: at });
    }
    return [...days.values()];
  };
  return {
    spans: async () => spansOf((await parse()).map((line) => line.at)),
    async *writeRows(copy: CopyBinaryWriter): AsyncGenerator<void, CopyLoad, undefined> {
      const kept: RejectedPart[] = [];
      const lines = await parse();
      let rows = 0;
      for (const [n, { at, text }] of lines.entries()) {
        if (text === 'bad') throw new BadInputError('bad-line', `line ${n} is bad`);
        if (text === 'reject') {
          kept.push({ ordinal: n, reason: 'no text', content: text, offset: n });
          continue;
        }
        copy.row(4);
        copy.timestamp(at);
        copy.text(text);
        copy.int8(id);
        copy.int4(n);
        rows += 1;
        yield;
      }
      return { rows, spans: spansOf(lines.map((line) => line.at)), rejects: { count: kept.length, kept } };
    },
  };
};

interface Options {
  /** Bytes of rows that a load may hold. */
  readonly memory?: number;
  /** Bytes of each file; a large one makes the load a large one. */
  readonly size?: number;
  readonly replace?: ReplaceScope;
  /** Called before a file is read. */
  readonly onOpen?: () => Promise<void>;
}

async function withFixture(
  { memory = 2 ** 24, size = 0, replace = 'file', onOpen = () => Promise.resolve() }: Options,
  work: (fixture: Fixture) => Promise<void>,
): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-copy-'));
  try {
    await withTestDatabase(async (database) => {
      const { pool } = database;
      await pool.query(`CREATE TABLE lines (at timestamp NOT NULL, text text CHECK (text <> 'refused'),
        file_id bigint NOT NULL, ordinal int NOT NULL) PARTITION BY RANGE (at)`);
      await pool.query('CREATE INDEX ON lines USING brin (file_id)');
      const stub = await openStubWorker(database, dir, (context) =>
        loadByCopy(context, {
          target: { table: 'public.lines', columns: ['at', 'text', 'file_id', 'ordinal'] },
          partitionsEvery: 'day',
          replace,
          async open(file) {
            await onOpen();
            return readLines(file.absolutePath, file.id);
          },
        }),
      );
      const worker = { ...stub, deps: { ...stub.deps, services: { ...stub.deps.services, loadMemory: memory } } };
      const { source, name: task, queue } = stubTask;
      if (!source) throw new Error('the stub has a source');
      const dispatch = async (): Promise<string> => {
        const run = { task, queue, trigger: 'watcher' as const, priority: 0, maxAttempts: 1 };
        const limits = { files: 100, bytes: 1e12 };
        const batch = await dispatchBatch(pool, source.name, limits, run, (ids) => ({ files: ids.map(String) }));
        if (!batch) throw new Error('nothing was settled');
        return batch.run.id;
      };
      try {
        await work({
          ...database,
          dir,
          worker,
          async drop(path, lines) {
            // Spaces make a file as large as a large load wants; they belong to no line.
            await writeFile(join(dir, path), lines.join('\n').padEnd(size));
            const now = await stat(join(dir, path), { bigint: true });
            const { rows } = await pool.query<{ id: string }>(
              `INSERT INTO ops.file (source, path, size, mtime_ns, sha256, state, settled_at)
               VALUES ($1, $2, $3, $4, $5, 'settled', now()) RETURNING id`,
              [source.name, path, now.size, now.mtimeNs, `${path} ${lines.join()}`],
            );
            return rows[0]?.id ?? '';
          },
          dispatch,
          load: async () => await runNow(worker, database, await dispatch()),
        });
      } finally {
        await worker.close();
      }
    });
  } finally {
    await rm(dir, { recursive: true });
  }
}

async function runNow(worker: StubWorker, { pool }: TestDatabase, runId: string): Promise<string> {
  await runAttempt(worker.deps, begun(await worker.begin(runId)));
  const { rows } = await pool.query<{ message: string }>('SELECT message FROM ops.log WHERE run_id = $1 ORDER BY id', [
    runId,
  ]);

  return rows.map((row) => row.message).join('\n');
}

const statesOf = async ({ pool }: TestDatabase): Promise<string[]> =>
  (await listFiles(pool)).map((f) => `${f.path} ${f.state} ${f.rows ?? ''}`.trim());

const linesOf = async ({ pool }: TestDatabase): Promise<string[]> => {
  const { rows } = await pool.query<{ line: string }>(
    `SELECT f.path || ':' || l.ordinal || ' ' || l.text AS line FROM lines l JOIN ops.file f ON f.id = l.file_id
     ORDER BY f.path, l.ordinal`,
  );
  return rows.map((row) => row.line);
};

const boundsOf = async ({ pool }: TestDatabase): Promise<string[]> => {
  const { rows } = await pool.query<{ bound: string }>(
    `SELECT pg_get_expr(c.relpartbound, c.oid) AS bound FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'lines'::regclass`,
  );
  return rows.map((row) => row.bound);
};

const minute = (n: number, text = 'x'): string =>
  `${new Date(Date.UTC(2023, 0, 1, 0, n)).toISOString().slice(0, 16)} ${text}`;

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

  test(`what the database refuses, ${what}, is found and told apart from its neighbours`, () =>
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
      const { id } = await startRun(fixture.pool, stubTask, { input: { files: ids }, trigger: 'api' });
      return await runNow(fixture.worker, fixture, id);
    };
    assert.doesNotMatch(await again(), /one by one/);
    assert.deepEqual(await linesOf(fixture), ['a:0 x', 'b:0 x', 'b:1 x']);
    // Its size and time are as they were, so that only its reader notices.
    const path = join(fixture.dir, 'a');
    const before = await stat(path, { bigint: true });
    await writeFile(path, minute(0, 'b'));
    await fixture.pool.query(`UPDATE ops.file SET mtime_ns = $1 WHERE path = 'a'`, [
      (await stat(path, { bigint: true })).mtimeNs,
    ]);
    assert.equal((await stat(path, { bigint: true })).size, before.size);
    assert.doesNotMatch(await again(), /one by one/);
    assert.deepEqual(await linesOf(fixture), ['a:0 b', 'b:0 x', 'b:1 x']);
    await rm(path);
    assert.match(await again(), /one by one: a was loaded before/);
    assert.deepEqual(await linesOf(fixture), ['a:0 b', 'b:0 x', 'b:1 x']);
  }));
