import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReplaceScope } from '#contracts/dataset.js';
import { BadInputError } from '#contracts/errors.js';
import type { RejectedPart } from '#contracts/rejects.js';
import type { CopyBinaryWriter } from '#database/copy/binary.js';
import { dispatchBatch } from '#database/ledger/dispatch.js';
import type { CopyLoad, CopySource } from '#loading/copy-loader.js';
import { loadByCopy } from '#loading/load-by-copy.js';
import { runAttempt } from '#runs/attempt.js';
import type { TestDatabase } from '#testing/database.js';
import { begun } from '#testing/task-runner.js';
import { withTestDatabase } from '../helpers/database.js';
import { listFiles } from '../helpers/ledger.js';
import { openStubWorker, type StubWorker, stubTask } from '../helpers/stub-worker.js';

/** What a test has at hand. */
export interface Fixture extends TestDatabase {
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

/** What a test wants to be otherwise. */
export interface Options {
  /** Bytes of rows that a load may hold. */
  readonly memory?: number;
  /** Bytes of each file; a large one makes the load a large one. */
  readonly size?: number;
  readonly replace?: ReplaceScope;
  /** Called before a file is read. */
  readonly onOpen?: () => Promise<void>;
}

/** Runs a test with a partitioned table `lines`, an inbox, and a worker that loads files of lines into it. */
export async function withFixture(
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
            const content = lines.join('\n').padEnd(size);
            await writeFile(join(dir, path), content);
            const now = await stat(join(dir, path), { bigint: true });
            const { rows } = await pool.query<{ id: string }>(
              `INSERT INTO ops.file (source, path, size, mtime_ns, sha256, state, settled_at)
               VALUES ($1, $2, $3, $4, $5, 'settled', now()) RETURNING id`,
              [source.name, path, now.size, now.mtimeNs, createHash('sha256').update(content).digest('hex')],
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

/** Takes a run over and does it; returns its log. */
export async function runNow(worker: StubWorker, { pool }: TestDatabase, runId: string): Promise<string> {
  await runAttempt(worker.deps, begun(await worker.begin(runId)));
  const { rows } = await pool.query<{ message: string }>('SELECT message FROM ops.log WHERE run_id = $1 ORDER BY id', [
    runId,
  ]);

  return rows.map((row) => row.message).join('\n');
}

/** Path, state and rows of each file. */
export const statesOf = async ({ pool }: TestDatabase): Promise<string[]> =>
  (await listFiles(pool)).map((f) => `${f.path} ${f.state} ${f.rows ?? ''}`.trim());

/** What is in the table: path of the file, ordinal and text. */
export const linesOf = async ({ pool }: TestDatabase): Promise<string[]> => {
  const { rows } = await pool.query<{ line: string }>(
    `SELECT f.path || ':' || l.ordinal || ' ' || l.text AS line FROM lines l JOIN ops.file f ON f.id = l.file_id
     ORDER BY f.path, l.ordinal`,
  );
  return rows.map((row) => row.line);
};

/** The bounds of the table's partitions. */
export const boundsOf = async ({ pool }: TestDatabase): Promise<string[]> => {
  const { rows } = await pool.query<{ bound: string }>(
    `SELECT pg_get_expr(c.relpartbound, c.oid) AS bound FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'lines'::regclass`,
  );
  return rows.map((row) => row.bound);
};

/** A line of the n-th minute of 2023. */
export const minute = (n: number, text = 'x'): string =>
  `${new Date(Date.UTC(2023, 0, 1, 0, n)).toISOString().slice(0, 16)} ${text}`;
