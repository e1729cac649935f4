import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { withTestDatabase } from '../../../test/helpers/database.js';
import { CopyBinaryWriter } from './binary.js';
import { CopyIn, type CopyTarget } from './copy-in.js';

const target = { table: 'odd "table"', columns: ['n', 'Text Column'] };
const createTable = 'CREATE TEMP TABLE "odd ""table""" (n int, "Text Column" text)';
const countRows = 'SELECT count(*)::int AS count FROM "odd ""table"""';

async function withClient(work: (client: pg.Client, url: string) => Promise<void>): Promise<void> {
  await withTestDatabase(async ({ url }) => {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    await client.connect();
    try {
      await client.query(createTable);
      await work(client, url);
    } finally {
      await client.end();
    }
  });
}

/**
 * Sends all tuples of `chunks` into a table and returns the number of rows that the server took. When the source throws
 * or `signal`, looked at between chunks, aborts, no row stays and exactly that error is thrown; the source is closed.
 */
async function copyIn(
  client: pg.ClientBase,
  target: CopyTarget,
  chunks: AsyncIterable<Buffer>,
  signal?: AbortSignal,
): Promise<number> {
  signal?.throwIfAborted();
  const copy = new CopyIn(client, target);
  try {
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      await copy.write(chunk);
    }
    signal?.throwIfAborted();
  } catch (error) {
    await copy.abort();
    throw error;
  }
  return await copy.end();
}

async function rowCount(client: pg.Client): Promise<number | undefined> {
  const { rows } = await client.query<{ count: number }>(countRows);
  return rows[0]?.count;
}

/** Rows in small chunks; calls `at` before each. */
async function* chunksOf(rows: number, at: (row: number) => void = () => {}): AsyncGenerator<Buffer> {
  const writer = new CopyBinaryWriter(1000);
  for (let n = 0; n < rows; n++) {
    at(n);
    writer.row(2);
    writer.int4(n);
    writer.text(`row ${n} é`);
    yield* writer.takeFilled();
  }
  yield* writer.takeAll();
}

async function* one(chunks: Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}

test('every type arrives as the value that was written', async () => {
  await withClient(async (client) => {
    await client.query(`CREATE TEMP TABLE types
      (t text, v varchar(4), i4 int4, i8 int8, f float8, b bool, d date, ts timestamp, tz timestamptz, no text)`);
    const writer = new CopyBinaryWriter();
    writer.row(10);
    writer.text('é😀');
    writer.text('abcd');
    writer.int4(-5);
    writer.int8(2n ** 62n);
    writer.float8(0.1);
    writer.bool(false);
    writer.date(-1);
    writer.timestamp(-1n);
    writer.timestamp(Date.UTC(2023, 0, 31, 1, 2, 3, 4) * 1000);
    writer.null();
    const columns = ['t', 'v', 'i4', 'i8', 'f', 'b', 'd', 'ts', 'tz', 'no'];
    assert.equal(await copyIn(client, { table: 'types', columns }, one(writer.takeAll())), 1);
    const { rows } = await client.query<Record<string, unknown>>(`SELECT t, v, i4, i8::text, f, b, d::text, ts::text,
      (tz AT TIME ZONE 'UTC')::text AS tz, no FROM types`);
    assert.deepEqual(rows, [
      {
        t: 'é😀',
        v: 'abcd',
        i4: -5,
        i8: String(2n ** 62n),
        f: 0.1,
        b: false,
        d: '1969-12-31',
        ts: '1969-12-31 23:59:59.999999',
        tz: '2023-01-31 01:02:03.004',
        no: null,
      },
    ]);
  });
});

test('rows of many chunks arrive, and their number is returned', async () => {
  await withClient(async (client) => {
    assert.equal(await copyIn(client, target, chunksOf(100_000)), 100_000);
    assert.equal(await rowCount(client), 100_000);
    assert.equal(await copyIn(client, target, chunksOf(0)), 0);
  });
});

test('when the source throws, its own error comes out, no row stays and the client goes on', async () => {
  await withClient(async (client) => {
    for (const failAt of [0, 5000]) {
      const fault = new Error('a message with \0 in it');
      await client.query('BEGIN');
      await client.query('SAVEPOINT s');
      const copied = copyIn(
        client,
        target,
        chunksOf(10_000, (row) => {
          if (row === failAt) throw fault;
        }),
      );
      await assert.rejects(copied, (error) => error === fault);
      await client.query('ROLLBACK TO SAVEPOINT s');
      assert.equal(await copyIn(client, target, chunksOf(3)), 3);
      await client.query('COMMIT');
    }
    assert.equal(await rowCount(client), 6);
  });
});

test('an aborted signal stops the copy with its reason', async () => {
  await withClient(async (client) => {
    const controller = new AbortController();
    const reason = new Error('cancelled by hand');
    const chunks = chunksOf(100_000, (row) => {
      if (row === 1000) controller.abort(reason);
    });
    await assert.rejects(copyIn(client, target, chunks, controller.signal), (error) => error === reason);
    assert.equal(await rowCount(client), 0);
    await assert.rejects(copyIn(client, target, chunksOf(1), controller.signal), (error) => error === reason);
    assert.equal(await rowCount(client), 0);
  });
});

test('what the server refuses comes out as its error, the source is closed and the client goes on', async () => {
  await withClient(async (client) => {
    let closed = false;
    async function* endless(): AsyncGenerator<Buffer> {
      try {
        while (true) yield Buffer.alloc(100_000, 7);
      } finally {
        closed = true;
      }
    }
    await assert.rejects(copyIn(client, target, endless()), (error) => error instanceof pg.DatabaseError);
    assert.ok(closed);
    assert.equal(await copyIn(client, target, chunksOf(2)), 2);
    await assert.rejects(copyIn(client, { table: 'no.such_table', columns: ['n'] }, chunksOf(2)), { code: '3F000' });
    await assert.rejects(copyIn(client, { ...target, columns: ['nope'] }, chunksOf(2)), { code: '42703' });
    assert.equal(await rowCount(client), 2);
  });
});

test('a connection that is lost during the copy is an error, not a wait without end', async () => {
  await withClient(async (client, url) => {
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    async function* endless(): AsyncGenerator<Buffer> {
      yield* chunksOf(1000);
      const other = new pg.Client({ connectionString: url });
      await other.connect();
      await other.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
      await other.end();
      while (true) yield Buffer.alloc(100_000);
    }
    await assert.rejects(copyIn(client, target, endless()));
  });
});
