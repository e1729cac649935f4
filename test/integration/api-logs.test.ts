import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newRunId } from '#database/runs/record-run.js';
import { readCurlExamples } from '../helpers/curl-examples.js';
import { readAll, type TestApi, withApi } from './api-fixture.js';

interface Line {
  readonly run: string;
  readonly task: string;
  readonly level: string;
  readonly message: string;
  readonly fields: object | null;
  /** Minutes before now. */
  readonly ago: number;
}

const at = ({ ago }: Line): string => new Date(Math.floor(Date.now() / 60_000) * 60_000 - ago * 60_000).toISOString();

async function store(api: TestApi, lines: readonly Line[]): Promise<void> {
  await api.pool.query(
    `INSERT INTO ops.log (run_id, task, attempt, at, level, message, fields)
     SELECT run, task, 1, at, level, message, fields
     FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::jsonb[]) AS l (run, task, at, level, message, fields)`,
    [
      lines.map(({ run }) => run),
      lines.map(({ task }) => task),
      lines.map(at),
      lines.map(({ level }) => level),
      lines.map(({ message }) => message),
      lines.map(({ fields }) => fields && JSON.stringify(fields)),
    ],
  );
}

const messages = async (api: TestApi, query: string, limit = 3): Promise<string[]> =>
  (await readAll(api, `/api/logs?${query}`, limit)).map(({ message }) => String(message));

test('lines of all runs are found by words, parts of paths and ids, level, task, run, flow and time, newest first', () =>
  withApi(async (api) => {
    const [root, child, other] = [newRunId(), newRunId(), newRunId()];
    await api.pool.query(
      `INSERT INTO ops.run (id, root_id, parent_id, invoke_key, task, queue, state, trigger, input, max_attempts)
       VALUES ($1, $1, NULL, NULL, 'a', 'q', 'succeeded', 'api', '{}', 1), ($2, $1, $1, 'k', 'b', 'q', 'succeeded', 'invoke', '{}', 1)`,
      [root, child],
    );
    const line = (ago: number, message: string, more: Partial<Line> = {}): Line => ({
      ...{ run: other, task: 'load', level: 'info', fields: null, ago, message },
      ...more,
    });
    const some = [
      line(1, 'loaded 1234 rows of day/2023-01-02/part_000017.parquet in 52 ms'),
      line(2, `took over from worker 019abc12-7d10-7abc-8def-0123456789ab`, { run: root, task: 'a', level: 'warn' }),
      line(3, 'Grüße aus Wien; <b>Fehler</b> & more', {
        run: child,
        task: 'b',
        level: 'error',
        fields: { city: 'Graz', n: 77 },
      }),
      line(5, 'over and took', { level: 'debug' }),
      line(60 * 24 * 40, 'loaded long ago'),
      line(60 * 24 * 400, 'loaded very long ago', { level: 'error' }),
    ];
    await store(api, some);
    const [loaded, took, fehler, over, long, veryLong] = some.map(({ message }) => message);
    const from = (n: number) => at(some[n] ?? assert.fail());
    const expected: [string, (string | undefined)[]][] = [
      ['', [loaded, took, fehler, over, long, veryLong]],
      ['text=LOADED', [loaded, long, veryLong]],
      ['text=loaded long', [long, veryLong]],
      ['text="took over"', [took]],
      ['text=took over', [took, over]],
      ['text=part_000017.parquet', [loaded]],
      ['text=day/2023-01-02', [loaded]],
      ['text=000017', [loaded]],
      ['text=1234', [loaded]],
      ['text=019abc12-7d10-7abc-8def-0123456789ab', [took]],
      ['text=0123456789ab', [took]],
      ['text=019ab*', [took]],
      ['text=part_0000*', [loaded]],
      ['text=load', []],
      ['text=load*', [loaded, long, veryLong]],
      ['text=loaded -very', [loaded, long]],
      ['text=loaded -ve*', [loaded, long]],
      ['text=fehler or 52', [loaded, fehler]],
      ['text=grüße', [fehler]],
      ['text=graz city', [fehler]],
      ['text=77', [fehler]],
      ['level=warn,error', [took, fehler, veryLong]],
      ['text=loaded&level=error', [veryLong]],
      ['task=load', [loaded, over, long, veryLong]],
      ["task=no'such\\task", []],
      ['text=level', []],
      [`runId=${root}`, [took]],
      [`rootId=${root}`, [took, fehler]],
      [`rootId=${root}&text=took`, [took]],
      [`from=${from(2)}&to=${from(1)}`, [took, fehler]],
      [`to=${from(4)}`, [long, veryLong]],
      [`from=${from(4)}&text=ago`, [long]],
    ];
    for (const [query, found] of expected)
      assert.deepEqual(await messages(api, query.replaceAll('+', '%2B')), found, query);
    const [first] = (await api.ask('/api/logs?level=error')).body.items;
    assert.deepEqual(
      [first.runId, first.task, first.attempt, first.level, first.fields],
      [child, 'b', 1, 'error', { city: 'Graz', n: 77 }],
    );
    assert.deepEqual((await readAll(api, `/api/runs/${root}/logs?text=took`, 5)).length, 1);
    assert.deepEqual((await readAll(api, `/api/runs/${root}/logs?text=grüße`, 5)).length, 0);
    for (const query of [
      'text=',
      'text=-loaded',
      'text=...',
      'text=%22%22',
      'level=loud',
      'from=yesterday',
      'runId=1',
      'cursor=x',
    ]) {
      const { status, body } = await api.ask(`/api/logs?${query}`);
      assert.equal(status, 422, query);
      assert.equal(body.code, 'invalid-request', JSON.stringify(body));
    }
    for (const text of ["'", "a' | b", 'a & !b', '((', '"open', 'a:*', '\\', '-"not this" that']) {
      assert.ok([200, 422].includes((await api.ask(`/api/logs?text=${encodeURIComponent(text)}`)).status), text);
    }
  }));

test('pages of a search go on without a gap or a double where few of very many lines fit', () =>
  withApi(async (api) => {
    await api.pool.query(
      `INSERT INTO ops.log (run_id, task, attempt, at, level, message)
       SELECT $1, 'load', 1, now() - n * interval '5 minutes', CASE WHEN n % 500 = 0 THEN 'error' ELSE 'info' END,
         'line ' || n || CASE WHEN n % 1000 = 3 THEN ' rare' ELSE ' common' END FROM generate_series(0, 9999) n`,
      [newRunId()],
    );
    const numbers = async (query: string, limit: number): Promise<number[]> =>
      (await messages(api, query, limit)).map((message) => Number(message.split(' ')[1]));
    const upTo = (fits: (n: number) => boolean): number[] =>
      Array.from({ length: 10_000 }, (_none, n) => n).filter(fits);
    assert.deepEqual(
      await numbers('text=rare', 3),
      upTo((n) => n % 1000 === 3),
    );
    assert.deepEqual(
      await numbers('level=error&text=line', 4),
      upTo((n) => n % 500 === 0),
    );
    assert.deepEqual(await numbers('text=nowhere', 5), []);
    assert.deepEqual(
      await numbers('text=common&level=error', 500),
      upTo((n) => n % 500 === 0),
    );
    const { items } = (await api.ask('/api/logs?text=common&limit=40')).body;
    assert.deepEqual(
      items.map(({ message }: { message: string }) => message),
      upTo((n) => n < 41 && n !== 3).map((n) => `line ${n} common`),
    );
  }));

test('the log of a run is read from its beginning, from its end, and on from a line, and its lines are counted', () =>
  withApi(async (api) => {
    const run = newRunId();
    await api.pool.query(
      `INSERT INTO ops.run (id, root_id, task, queue, state, trigger, input, max_attempts) VALUES ($1, $1, 'a', 'q', 'failed', 'api', '{}', 2)`,
      [run],
    );
    const levels = ['debug', 'info', 'info', 'warn', 'error'];
    await store(
      api,
      Array.from({ length: 10 }, (_, n) => {
        const level = levels[n % levels.length] ?? assert.fail();
        return { run, task: 'a', fields: null, ago: 1, level, message: `line ${n}` };
      }),
    );
    await api.pool.query(`UPDATE ops.log SET attempt = 2 WHERE message >= 'line 7'`);
    const numbers = async (query: string): Promise<number[]> =>
      (await readAll(api, `/api/runs/${run}/logs?${query}`, 3)).map(({ message }) => Number(String(message).slice(5)));
    assert.deepEqual(await numbers(''), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.deepEqual(await numbers('sort=-at'), [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    assert.deepEqual(await numbers('sort=-at&level=warn,error&attempt=1'), [4, 3]);
    const { items } = (await api.ask(`/api/runs/${run}/logs?sort=-at&limit=4`)).body;
    assert.deepEqual(await numbers(`sort=-at&before=${items[3].id}`), [5, 4, 3, 2, 1, 0]);
    assert.deepEqual(await numbers(`after=${items[3].id}&level=info`), [7]);

    const countsOf = async (query: string) => (await api.ask(`/api/runs/${run}/logs/counts?${query}`)).body;
    assert.deepEqual(await countsOf(''), {
      count: 10,
      isComplete: true,
      groups: [
        { level: 'debug', attempt: 1, count: 2 },
        { level: 'error', attempt: 1, count: 1 },
        { level: 'info', attempt: 1, count: 3 },
        { level: 'warn', attempt: 1, count: 1 },
        { level: 'error', attempt: 2, count: 1 },
        { level: 'info', attempt: 2, count: 1 },
        { level: 'warn', attempt: 2, count: 1 },
      ],
    });
    assert.equal((await countsOf('level=info&text="line 1"')).count, 1);
    assert.deepEqual((await countsOf('attempt=3')).groups, []);

    for (const path of ['logs', 'logs/counts']) {
      assert.equal((await api.ask(`/api/runs/${newRunId()}/${path}`)).status, 404);
      const { status, body } = await api.ask(`/api/runs/${run}/${path}?before=x`);
      assert.deepEqual([status, body.errors[0].path], [422, 'before']);
    }
    assert.equal((await api.ask(`/api/runs/${run}/logs?sort=level`)).status, 422);
  }));

test('a question about a run’s log or a worker that takes the database too long is given up, and says what to ask by', () =>
  withApi(async (api) => {
    await api.pool.query(`INSERT INTO ops.worker (id, host, pid) VALUES ('one', 'host', 1)`);
    const lock = await api.pool.connect();
    try {
      await lock.query('BEGIN; LOCK TABLE ops.log, ops.attempt IN ACCESS EXCLUSIVE MODE');
      const log = `/api/runs/${newRunId()}/logs`;
      const asked = [log, `${log}/counts`, '/api/workers/one/attempts?state=failed'];
      const answers = await Promise.all(asked.map((path) => api.ask(path)));
      for (const { status, body } of answers) assert.deepEqual([status, body.code], [503, 'query-too-slow']);
      assert.match(answers[0]?.body.detail, /ask for less: a level, an attempt, or other words/);
      assert.match(answers[2]?.body.detail, /ask for the attempts of all states/);
    } finally {
      await lock.query('ROLLBACK');
      lock.release();
    }
  }));

test('the examples of docs/history.md find what the page says', () =>
  withApi(async (api) => {
    const run = newRunId();
    const line = { run, fields: null, ago: 1 };
    await store(api, [
      { ...line, task: 'load-data-sample', level: 'warn', message: 'worker 7 took over' },
      { ...line, task: 'load-data-sample', level: 'info', message: 'loaded day/part-17.parquet' },
      { ...line, task: 'load-data-sample', level: 'debug', message: 'debug: read day/part-17.parquet' },
      { ...line, task: 'mail', level: 'error', message: 'failed: no such address' },
    ]);
    const found: number[] = [];
    await api.pool.query(
      `INSERT INTO ops.run (id, root_id, task, queue, state, trigger, input, max_attempts) VALUES ($1, $1, 'a', 'q', 'failed', 'api', '{}', 2)`,
      [run],
    );
    for (const { path } of readCurlExamples('docs/history.md')) {
      const { statusCode, body } = await api.app.inject(`/api${path.replace('$id', run)}`);
      assert.equal(statusCode, 200, path);
      const isFile = /logs\.(txt|ndjson)/.test(path);
      const answer = isFile ? { count: body.split('\n').length - 1 } : JSON.parse(body);
      found.push(answer.items?.length ?? answer.count);
    }
    assert.deepEqual(found, [2, 1, 1, 1, 4, 4, 0, 4, 4, 2]);
  }));
