import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { BadInputError } from '#contracts/errors.js';
import { loadByStatements, type StatementLoader } from '#loading/load-by-statements.js';
import { runAttempt } from '#runs/attempt.js';
import { startRun } from '#runs/start-run.js';
import type { TestDatabase } from '#testing/database.js';
import { begun } from '#testing/task-runner.js';
import { withTestDatabase } from '../helpers/database.js';
import { count, listFiles, listRuns } from '../helpers/ledger.js';
import { openStubWorker, stubTask } from '../helpers/stub-worker.js';

type Loader = StatementLoader<readonly string[]>;

interface Fixture extends TestDatabase {
  /** Writes a file and enters it in the ledger as settled; returns its id. */
  drop(path: string, content: string): Promise<string>;
  /** Gives files to a run, in this order, and runs it; returns its log. */
  load(...ids: string[]): Promise<string>;
  readonly dir: string;
  /** How often rows were written, and how many files were read at most at a time. */
  readonly seen: { writes: number; atOnce: number };
}

/** Files of words, one to a line; `bad` makes the file bad, `refused` is refused by the table. */
async function withFixture(
  own: Partial<Loader> & { readonly stop?: AbortController },
  work: (fixture: Fixture) => Promise<void>,
): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-files-'));
  const seen = { writes: 0, atOnce: 0 };
  let reading = 0;
  const loader: Loader = {
    readsAtOnce: 3,
    together: 4,
    async read(file) {
      reading += 1;
      seen.atOnce = Math.max(seen.atOnce, reading);
      const words = (await readFile(file.absolutePath, 'utf8')).split('\n');
      reading -= 1;
      if (words.includes('bad')) throw new BadInputError('bad-word', `${file.path} has a bad word`);
      return words;
    },
    rowsOf: (words) => words.length,
    async write(tx, files) {
      seen.writes += 1;
      const rows = files.flatMap(({ file, value }) => value.map((word) => ({ id: file.id, word })));
      await tx.query('INSERT INTO words SELECT * FROM unnest($1::bigint[], $2::text[])', [
        rows.map((row) => row.id),
        rows.map((row) => row.word),
      ]);
    },
    async remove(tx, fileIds) {
      await tx.query('DELETE FROM words WHERE file_id = ANY($1::bigint[])', [fileIds]);
    },
    ...own,
  };
  try {
    await withTestDatabase(async (database) => {
      const { pool } = database;
      await pool.query(`CREATE TABLE words (file_id bigint NOT NULL, word text CHECK (word <> 'refused'))`);
      const worker = await openStubWorker(
        database,
        dir,
        (context) => loadByStatements(context, loader),
        own.stop?.signal,
      );
      try {
        await work({
          ...database,
          dir,
          seen,
          async drop(path, content) {
            await writeFile(join(dir, path), content);
            const { size, mtimeNs } = await stat(join(dir, path), { bigint: true });
            const { rows } = await pool.query<{ id: string }>(
              `INSERT INTO ops.file (source, path, size, mtime_ns, sha256, state, settled_at)
               VALUES ($1, $2, $3, $4, $5, 'settled', now()) RETURNING id`,
              [stubTask.source?.name, path, size, mtimeNs, createHash('sha256').update(content).digest('hex')],
            );
            return rows[0]?.id ?? '';
          },
          async load(...files) {
            const { id } = await startRun({ pool, catalogue: new Map() }, stubTask, {
              input: { files },
              trigger: 'api',
            });
            await runAttempt(worker.deps, begun(await worker.begin(id)));
            const { rows } = await pool.query<{ message: string }>(
              'SELECT message FROM ops.log WHERE run_id = $1 ORDER BY id',
              [id],
            );
            return rows.map((row) => row.message).join('\n');
          },
        });
      } finally {
        await worker.close();
      }
    });
  } finally {
    await rm(dir, { recursive: true });
  }
}

/** Path, state and rows of each file. */
const statesOf = async ({ pool }: TestDatabase): Promise<string[]> =>
  (await listFiles(pool)).map((f) => `${f.path} ${f.state} ${f.rows ?? ''}`.trim());

/** What is in the table, file by file. */
async function wordsOf({ pool }: TestDatabase): Promise<string[]> {
  const { rows } = await pool.query<{ line: string }>(
    `SELECT f.path || ': ' || string_agg(w.word, ' ' ORDER BY w.word) AS line
     FROM words w JOIN ops.file f ON f.id = w.file_id GROUP BY f.id ORDER BY f.path`,
  );
  return rows.map((row) => row.line);
}

test('files are read several at a time and written many at a time', () =>
  withFixture({}, async (fixture) => {
    const ids: string[] = [];
    for (let n = 0; n < 10; n++) ids.push(await fixture.drop(`${n}`, `word ${n}`));
    await fixture.load(...ids);
    assert.equal(await count(fixture.pool, 'SELECT count(DISTINCT file_id) FROM words'), 10);
    assert.deepEqual(fixture.seen, { writes: 3, atOnce: 3 });
    assert.equal((await listRuns(fixture.pool))[0]?.output?.['rows'], 10);
  }));

test('bad files, files that are gone or have changed, and those the database refuses harm only themselves', () =>
  withFixture({ together: 64 }, async (fixture) => {
    const { drop, dir, load, pool } = fixture;
    const ids = [
      await drop('a', 'one'),
      await drop('b', 'bad'),
      await drop('c', 'two\nrefused'),
      await drop('d', 'three'),
      await drop('e', 'four'),
      await drop('f', 'five'),
    ];
    await writeFile(join(dir, 'd'), 'three and more');
    await rm(join(dir, 'e'));
    assert.match(await load(...ids), /refused a row of 3 files; they are written one by one/);
    assert.deepEqual(await statesOf(fixture), [
      'a loaded 1',
      'b quarantined',
      'c quarantined',
      'd arriving',
      'e arriving',
      'f loaded 1',
    ]);
    assert.deepEqual(await wordsOf(fixture), ['a: one', 'f: five']);
    const reasons = (await listFiles(pool)).flatMap((f) => (f.state === 'quarantined' ? [f.reason] : []));
    assert.match(reasons.join('\n'), /^b has a bad word\nthe database refused a row: .*check constraint/);
    assert.equal((await listRuns(pool))[0]?.state, 'succeeded');
  }));

test('of the same bytes twice in a run the second is a duplicate, unless the first was not good', () =>
  withFixture({ together: 64 }, async (fixture) => {
    const { drop, load, pool } = fixture;
    await pool.query(`ALTER TABLE words ADD CHECK (file_id <> 3)`);
    const ids = [
      await drop('a', 'one'),
      await drop('b', 'one'),
      await drop('c', 'two'),
      await drop('d', 'two'),
      await drop('e', 'one'),
    ];
    await load(...ids);
    assert.deepEqual(await statesOf(fixture), [
      'a loaded 1',
      'b duplicate',
      'c quarantined',
      'd loaded 1',
      'e duplicate',
    ]);
    assert.deepEqual(await wordsOf(fixture), ['a: one', 'd: two']);
  }));

test('a loaded file that is loaded once more gets new rows, and keeps those it has when it is bad or refused now', () =>
  withFixture({ together: 64 }, async (fixture) => {
    const { drop, load, pool, dir } = fixture;
    const ids = [await drop('a', 'one'), await drop('b', 'two'), await drop('c', 'six'), await drop('d', 'ten')];
    await load(...ids);
    const before = await count(pool, 'SELECT max(xmin::text::bigint) FROM words');
    for (const [path, content] of [
      ['b', 'bad'],
      ['c', 'refused'],
    ] as const) {
      await writeFile(join(dir, path), content);
      const { size, mtimeNs } = await stat(join(dir, path), { bigint: true });
      const values = [path, size, mtimeNs, createHash('sha256').update(content).digest('hex')];
      await pool.query('UPDATE ops.file SET size = $2, mtime_ns = $3, sha256 = $4 WHERE path = $1', values);
    }
    await load(...ids);
    assert.deepEqual(await wordsOf(fixture), ['a: one', 'b: two', 'c: six', 'd: ten']);
    assert.deepEqual(
      (await statesOf(fixture)).map((line) => line.split(' ')[1]),
      ['loaded', 'loaded', 'loaded', 'loaded'],
    );
    const renewed = `SELECT count(*) FROM words WHERE xmin::text::bigint > $1`;
    assert.equal(await count(pool, renewed, [before]), 2);
    const { loaded, quarantined } = (await listRuns(pool)).at(-1)?.output ?? {};
    assert.deepEqual([loaded, quarantined], [2, 2]);
  }));

test('a newer version replaces the rows of the older one', () =>
  withFixture({}, async (fixture) => {
    const { drop, load, pool } = fixture;
    await load(await drop('a', 'one'));
    await pool.query('UPDATE ops.file SET current = false');
    await writeFile(join(fixture.dir, 'a'), 'two');
    const { size, mtimeNs } = await stat(join(fixture.dir, 'a'), { bigint: true });
    const { rows } = await pool.query<{ id: string }>(
      `INSERT INTO ops.file (source, path, version, size, mtime_ns, sha256, state, settled_at)
       VALUES ('stubs', 'a', 2, $1, $2, $3, 'settled', now()) RETURNING id`,
      [size, mtimeNs, createHash('sha256').update('two').digest('hex')],
    );
    await load(rows[0]?.id ?? '');
    assert.deepEqual(await wordsOf(fixture), ['a: two']);
    assert.deepEqual(await statesOf(fixture), ['a superseded 1', 'a loaded 1']);
  }));

test('a stop in the middle commits nothing and begins no further file', () => {
  const stop = new AbortController();
  const read: string[] = [];
  return withFixture(
    {
      stop,
      readsAtOnce: 2,
      read(file) {
        read.push(file.path);
        if (file.path === 'b') stop.abort(new Error('stopped'));
        return Promise.resolve(['word']);
      },
    },
    async (fixture) => {
      const ids: string[] = [];
      for (const name of 'abcdefgh') ids.push(await fixture.drop(name, name));
      await fixture.load(...ids);
      // One more may have been begun before b was reached.
      assert.ok(!read.includes('d'), `${read} were read`);
      assert.equal(await count(fixture.pool, 'SELECT count(*) FROM words'), 0);
      assert.equal((await listRuns(fixture.pool))[0]?.state, 'queued');
    },
  );
});
