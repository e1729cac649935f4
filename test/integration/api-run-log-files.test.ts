import assert from 'node:assert/strict';
import { finished } from 'node:stream/promises';
import { test } from 'node:test';
import { plainLine } from '#contracts/log-text.js';
import { newRunId } from '#database/runs/record-run.js';
import { waitFor } from '../helpers/wait.js';
import { readAll, type TestApi, withApi } from './api-fixture.js';
import { bytesOf, checkedOut, countPages, listen, waitUntilStill } from './exports-fixture.js';

/** A run with a log of so many lines; SQL over `n` says what each has. */
async function seedLog(
  { pool }: TestApi,
  count: number,
  { message = `'line ' || n`, level = `'info'`, fields = 'NULL' } = {},
): Promise<string> {
  const id = newRunId();
  await pool.query(
    `INSERT INTO ops.run (id, root_id, task, queue, state, trigger, input, max_attempts) VALUES ($1, $1, 'mail', 'q', 'failed', 'api', '{}', 2)`,
    [id],
  );
  await pool.query(
    `INSERT INTO ops.log (run_id, task, attempt, at, level, message, fields)
     SELECT $1, 'mail', CASE WHEN n < $2 / 2 THEN 1 ELSE 2 END, timestamptz '2026-11-22T10:00:00Z' + n * interval '1 ms', ${level}, ${message}, ${fields}
     FROM generate_series(0, $2::int - 1) n ORDER BY n`,
    [id, count],
  );
  // Of another run, in between for who reads by ids alone.
  await pool.query(
    `INSERT INTO ops.log (run_id, task, attempt, at, level, message) VALUES ($1, 'mail', 1, now(), 'info', 'of another run')`,
    [newRunId()],
  );
  return id;
}

const messagesIn = (ndjson: string): string[] =>
  ndjson
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line).message);

test('a log of several parts is one file, as text and as NDJSON, with the lines and fields of the list', () =>
  withApi(async (api) => {
    // A line of 3 MB ends a part before it has its number of lines.
    const run = await seedLog(api, 2_500, {
      message: `CASE WHEN n IN (100, 101) THEN repeat('x', 3000000) WHEN n = 7 THEN E'one\\n2026-11-22T10:00:00.000Z error #1 two' ELSE 'line ' || n END`,
      fields: `CASE WHEN n = 8 THEN '{"file": "a b.parquet", "stack": "Error: no\\n    at run (a.ts:1)"}'::jsonb END`,
    });
    const listed = await readAll(api, `/api/runs/${run}/logs`, 500);
    const parts = countPages(api, 'bytes_before');
    const ndjson = await api.app.inject(`/api/runs/${run}/logs.ndjson`);
    assert.equal(parts(), 4, 'the first one ends with the second long line, two others after 1,000 lines');
    assert.equal(ndjson.headers['content-type'], 'application/x-ndjson; charset=utf-8');
    assert.match(
      String(ndjson.headers['content-disposition']),
      new RegExp(`^attachment; filename="mail-${run}.ndjson"`),
    );
    assert.ok(ndjson.body === listed.map((line) => `${JSON.stringify(line)}\n`).join(''), 'the lines of the list');
    const text = await api.app.inject(`/api/runs/${run}/logs.txt`);
    assert.equal(text.headers['content-type'], 'text/plain; charset=utf-8');
    assert.match(String(text.headers['content-disposition']), new RegExp(`^attachment; filename="mail-${run}.log"`));
    const rows = text.body.split('\n');
    assert.deepEqual(rows.slice(6, 13), [
      '2026-11-22T10:00:00.006Z info  #1 line 6',
      '2026-11-22T10:00:00.007Z info  #1 one',
      '    2026-11-22T10:00:00.000Z error #1 two',
      '2026-11-22T10:00:00.008Z info  #1 line 8 file="a b.parquet"',
      '    stack=Error: no',
      '        at run (a.ts:1)',
      '2026-11-22T10:00:00.009Z info  #1 line 9',
    ]);
    assert.equal(rows.filter((row) => /^\d/.test(row)).length, 2_500, 'each line begins a row, and nothing else does');
    assert.equal(rows.at(-2), '2026-11-22T10:00:02.499Z info  #2 line 2499');
    assert.deepEqual(
      rows.filter((row) => row.length > 1_000_000).map((row) => row.length),
      [3_000_034, 3_000_034],
    );
  }));

test('a file has the lines that the filters leave, however few and far between', () =>
  withApi(async (api) => {
    const run = await seedLog(api, 4_000, {
      message: `CASE WHEN n % 1900 = 50 THEN 'rare ' ELSE 'line ' END || n`,
      level: `CASE WHEN n % 1000 = 5 THEN 'warn' WHEN n = 10 THEN 'error' ELSE 'info' END`,
    });
    const found = async (query: string): Promise<string[]> => {
      const [ndjson, text] = await Promise.all(
        ['ndjson', 'txt'].map((ending) => api.app.inject(`/api/runs/${run}/logs.${ending}?${query}`)),
      );
      const lines = (ndjson?.body ?? '').split('\n').slice(0, -1);
      assert.equal(text?.body, lines.map((line) => `${plainLine(JSON.parse(line))}\n`).join(''), query);
      return messagesIn(ndjson?.body ?? '');
    };
    assert.deepEqual(await found('text=rare'), ['rare 50', 'rare 1950', 'rare 3850']);
    assert.deepEqual(await found('level=warn,error'), ['line 5', 'line 10', 'line 1005', 'line 2005', 'line 3005']);
    assert.deepEqual(await found('level=warn&attempt=2'), ['line 2005', 'line 3005']);
    assert.deepEqual(await found('text=nowhere'), []);
    const { items } = (await api.ask(`/api/runs/${run}/logs?limit=10`)).body;
    assert.deepEqual(await found(`after=${items[3].id}&before=${items[6].id}`), ['line 4', 'line 5']);
    assert.deepEqual(await found(`after=${items[9].id}&text=rare&attempt=1`), ['rare 50', 'rare 1950']);
    assert.deepEqual(await found(`before=${items[0].id}`), []);
  }));

test('a run without lines gives an empty file, an unknown run and a wrong parameter a problem', () =>
  withApi(async (api) => {
    const silent = await seedLog(api, 0);
    for (const ending of ['txt', 'ndjson']) {
      const { statusCode, body } = await api.app.inject(`/api/runs/${silent}/logs.${ending}`);
      assert.deepEqual([statusCode, body], [200, '']);
      const unknown = await api.ask(`/api/runs/${newRunId()}/logs.${ending}`);
      assert.deepEqual([unknown.status, unknown.body.code], [404, 'not-found']);
      for (const [query, path] of [
        ['level=loud', 'level'],
        ['text=...', 'text'],
        ['attempt=0', 'attempt'],
        ['before=x', 'before'],
        ['sort=-at', ''],
        ['limit=5', ''],
      ]) {
        const refused = await api.ask(`/api/runs/${silent}/logs.${ending}?${query}`);
        assert.equal(refused.status, 422, query);
        assert.equal(refused.body.errors[0].path, path);
      }
      assert.equal((await api.ask(`/api/runs/1/logs.${ending}`)).status, 404);
    }
    const { statusCode } = await api.app.inject(`/api/runs/${silent}/logs.csv`);
    assert.equal(statusCode, 404);
  }));

test('a log is read no faster than its client takes it, holds nothing meanwhile, and is given up when the client leaves', () =>
  withApi(async (api) => {
    const run = await seedLog(api, 20_000, { message: `repeat('x', 900) || n` });
    const parts = countPages(api, 'bytes_before');
    const ask = await listen(api);
    for (const ending of ['txt', 'ndjson']) {
      const before = parts();
      const response = await ask(`/api/runs/${run}/logs.${ending}`);
      await new Promise((resolve) => response.once('readable', resolve));
      await waitUntilStill(parts);
      assert.ok(parts() - before < 16, `${parts() - before} of 20 parts were read for a client that does not read`);
      assert.equal(checkedOut(api), 0, 'no connection is held while the client is waited for');
      response.destroy();
      await waitFor('the connection is closed', async () => {
        const open = await new Promise((resolve) => api.app.server.getConnections((_error, count) => resolve(count)));
        return open === 0 || undefined;
      });
    }
    const atEnd = parts();
    await api.app.close();
    assert.equal(parts(), atEnd, 'nobody reads on');
  }));

test('a file ends where the log ended at the request, and one that the database fails half-way breaks off', () =>
  withApi(async (api) => {
    const run = await seedLog(api, 20_000, { message: `repeat('x', 900) || n` });
    const parts = countPages(api, 'bytes_before');
    const ask = await listen(api);
    const path = `/api/runs/${run}/logs.ndjson`;
    const response = await ask(path);
    await new Promise((resolve) => response.once('readable', resolve));
    await waitUntilStill(parts);
    await api.pool.query(
      `INSERT INTO ops.log (run_id, task, attempt, at, level, message) VALUES ($1, 'mail', 2, now(), 'info', 'too late')`,
      [run],
    );
    const whole = messagesIn((await bytesOf(response)).toString());
    assert.deepEqual([whole.length, whole.at(-1)?.slice(900)], [20_000, '19999']);

    const failing = await ask(path);
    await new Promise((resolve) => failing.once('readable', resolve));
    await waitUntilStill(parts);
    await api.pool.query('ALTER TABLE ops.log RENAME TO log_away');
    await assert.rejects(finished(failing.resume()), { code: 'ECONNRESET' });
  }));
