import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FencedError } from '#contracts/errors.js';
import { toEnding } from '#database/runs/attempt-ends.js';
import type { Begin, Outcome } from '#database/runs/attempt-types.js';
import { beginAttempt } from '#database/runs/attempts.js';
import type { InvokedChild } from '#database/runs/invocations.js';
import { newRunId } from '#database/runs/record-run.js';
import { listRuns, type SeenRun } from '../helpers/ledger.js';
import { type TestRecord, whileRunIsLocked, withRunRecord, workerId, writerOf } from '../helpers/run-record.js';

const succeeded = (output: unknown = { rows: 0 }): Outcome => ({ run: 'succeeded', attempt: 'succeeded', output });
const waiting: Outcome = { run: 'waiting', attempt: 'suspended' };

const childOf = (parentId: string): InvokedChild => ({
  ...{ parentId, id: newRunId(), task: 'plain', queue: 'stub', input: {}, priority: 0, maxAttempts: 1, labels: {} },
  ...{ key: 'only', held: false },
});

/** One run of each kind that a worker may be handed, by what is the matter with it. */
async function makeRuns({ pool, record, start, begin }: TestRecord): Promise<Record<string, string>> {
  const hourMs = 3_600_000;
  const runs = {
    queued: await start(),
    unknown: newRunId(),
    deleted: await start(),
    ended: await start(),
    delayed: await start(hourMs),
    due: await start(hourMs),
    lost: await start(),
    waiting: await start(),
    ready: await start(),
    locked: await start(),
    'queued last': await start(),
  };
  await pool.query('DELETE FROM ops.run WHERE id = $1', [runs.deleted]);
  await record.end(toEnding(await begin(runs.ended), succeeded()));
  await pool.query(`UPDATE ops.run SET available_at = now() - interval '1 ms' WHERE id = $1`, [runs.due]);
  await begin(runs.lost);
  await record.end(toEnding(await begin(runs.waiting), waiting, [childOf(runs.waiting)]));
  const child = childOf(runs.ready);
  await record.end(toEnding(await begin(runs.ready), waiting, [child]));
  await record.end(toEnding(await begin(child.id), succeeded()));
  return runs;
}

/** An answer without what differs between two runs of the same kind. */
const comparable = (begin: Begin | undefined): unknown => {
  if (begin?.kind === 'begun') return { ...begin.run, runId: undefined };
  return begin?.kind === 'delayed' ? 'delayed' : begin;
};

test('runs that are begun together each get the answer that they would get alone', () =>
  withRunRecord(async (database) => {
    const { pool, record, url } = database;
    const runs = await makeRuns(database);
    const alone: Record<string, unknown> = {};
    for (const [name, runId] of Object.entries(await makeRuns(database))) {
      alone[name] = comparable(await beginAttempt(pool, runId, workerId));
    }
    const answers: Record<string, Begin> = {};
    const begin = async (name: string, runId: string): Promise<void> => {
      answers[name] = await record.begin({ runId, workerId });
    };
    const waits = await whileRunIsLocked(url, runs['locked'] ?? '', async () => {
      const asked = new Map(Object.entries(runs).map(([name, runId]) => [name, begin(name, runId)]));
      const locked = asked.get('locked');
      asked.delete('locked');
      await Promise.all(asked.values());
      assert.equal(answers['locked'], undefined);
      return { locked };
    });
    await waits.locked;
    assert.deepEqual(Object.fromEntries(Object.keys(alone).map((name) => [name, comparable(answers[name])])), alone);
    assert.deepEqual(
      Object.entries(answers)
        .map(([name, { kind }]) => `${name}: ${kind}`)
        .sort(),
      [
        'delayed: delayed',
        'deleted: unknown',
        'due: begun',
        'ended: ended',
        'locked: begun',
        'lost: begun',
        'queued last: begun',
        'queued: begun',
        'ready: begun',
        'unknown: unknown',
        'waiting: waits',
      ],
    );
    const seen = new Map((await listRuns(pool)).map((run) => [run.id, run]));
    const attempts = (name: string) => seen.get(runs[name] ?? '')?.attempts;
    assert.deepEqual(
      [attempts('lost'), attempts('ready')],
      [
        ['lost', 'running'],
        ['suspended', 'running'],
      ],
    );
    assert.deepEqual(['queued', 'due', 'locked'].map(attempts), [['running'], ['running'], ['running']]);

    const writers = await Promise.all(
      ['queued', 'due', 'ready', 'queued last'].map((name) => writer(database, runs[name])),
    );
    assert.equal(new Set(writers).size, 1, `one commit: ${writers.join()}`);
    for (const name of ['lost', 'locked']) assert.ok(!writers.includes(await writer(database, runs[name])), name);
  }));

const writer = ({ pool }: TestRecord, runId: string | undefined) => writerOf(pool, runId ?? '');

test('a run that somebody has locked for long is tried later, as one that a long load shares as its follow-up', () =>
  withRunRecord(async ({ record, start, url }) => {
    const runId = await start();
    await whileRunIsLocked(url, runId, async () => {
      assert.deepEqual(await record.begin({ runId, workerId }), { kind: 'delayed', delayMs: 1_000 });
    });
    assert.equal((await record.begin({ runId, workerId })).kind, 'begun');
  }));

test('a run that is begun twice in one group is taken over by the second', () =>
  withRunRecord(async ({ pool, start, begin }) => {
    const [twice, other] = [await start(), await start()];
    const begun = await Promise.all([begin(twice), begin(other), begin(twice)]);
    assert.deepEqual(
      begun.map(({ attempt }) => attempt),
      [1, 1, 2],
    );
    const [run] = await listRuns(pool);
    assert.deepEqual([run?.attempt, run?.losses, run?.attempts], [2, 1, ['lost', 'running']]);
  }));

/** How each of some ends that are asked for together went: `ended`, or the name and message of its error. */
async function endTogether({ record }: TestRecord, endings: readonly Parameters<typeof toEnding>[]): Promise<string[]> {
  const settled = await Promise.allSettled(endings.map((ending) => record.end(toEnding(...ending))));
  return settled.map((each) => (each.status === 'fulfilled' ? 'ended' : String(each.reason)));
}

const inShort = (run: SeenRun | undefined): unknown => [run?.state, run?.output?.['rows'], run?.attempts];

test('attempts that end together are recorded in one commit; one that is fenced, gone or large is done alone', () =>
  withRunRecord(async (database) => {
    const { pool, start, begin } = database;
    const ids = await Promise.all(Array.from({ length: 6 }, () => start()));
    const [first, overtaken, deleted, large, failed, last] = await Promise.all(ids.map(begin));
    assert.ok(first && overtaken && deleted && large && failed && last);
    const overtaking = await begin(overtaken.runId);
    await pool.query('DELETE FROM ops.run WHERE id = $1', [deleted.runId]);
    const error = { name: 'Error', message: 'no' };
    const outcomes = await endTogether(database, [
      [first, succeeded({ rows: 1 })],
      [overtaken, succeeded({ rows: 2 })],
      [deleted, succeeded({ rows: 3 })],
      [large, succeeded({ rows: 4, text: 'x'.repeat(2 ** 17) })],
      [failed, { run: 'delayed', attempt: 'failed', error, delayMs: 3_600_000, failures: 1 }],
      [last, succeeded({ rows: 6 })],
    ]);
    const fenced = ({ runId }: { runId: string }): string =>
      String(new FencedError(`attempt 1 of run ${runId} no longer holds it; nothing was committed`));
    assert.deepEqual(outcomes, ['ended', fenced(overtaken), fenced(deleted), 'ended', 'ended', 'ended']);
    const seen = new Map((await listRuns(pool)).map((run) => [run.id, run]));
    assert.deepEqual(inShort(seen.get(first.runId)), ['succeeded', 1, ['succeeded']]);
    assert.deepEqual(inShort(seen.get(overtaken.runId)), ['running', undefined, ['lost', 'running']]);
    assert.deepEqual(inShort(seen.get(large.runId)), ['succeeded', 4, ['succeeded']]);
    assert.deepEqual(inShort(seen.get(failed.runId)), ['delayed', undefined, ['failed']]);
    assert.deepEqual([seen.get(failed.runId)?.failures, seen.get(failed.runId)?.error], [1, error]);
    assert.deepEqual(inShort(seen.get(last.runId)), ['succeeded', 6, ['succeeded']]);
    const writers = await Promise.all([first, failed, last].map(({ runId }) => writer(database, runId)));
    assert.equal(new Set(writers).size, 1, `one commit: ${writers.join()}`);
    assert.ok(!writers.includes(await writer(database, large.runId)), 'the large one has a commit of its own');
    assert.deepEqual(await endTogether(database, [[overtaking, succeeded({ rows: 7 })]]), ['ended']);
  }));

test('of two attempts of one run that end together only the one that holds it ends it', () =>
  withRunRecord(async (database) => {
    const { pool, start, begin } = database;
    const runId = await start();
    const [overtaken, other] = [await begin(runId), await begin(await start())];
    const holding = await begin(runId);
    const outcomes = await endTogether(database, [
      [overtaken, waiting, [childOf(runId)]],
      [holding, succeeded({ rows: 2 })],
      [other, succeeded({ rows: 3 })],
      // An attempt ends once.
      [other, waiting, [childOf(other.runId)]],
    ]);
    assert.deepEqual(
      outcomes.map((outcome) => outcome.split(':')[0]),
      ['FencedError', 'ended', 'ended', 'FencedError'],
    );
    assert.deepEqual((await listRuns(pool)).map(inShort), [
      ['succeeded', 2, ['lost', 'succeeded']],
      ['succeeded', 3, ['succeeded']],
    ]);
  }));

test('an outcome that the database refuses harms only its own run', () =>
  withRunRecord(async (database) => {
    const { pool, start, begin } = database;
    await pool.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'refused by the test'; END $$`);
    await pool.query(`CREATE TRIGGER refuse BEFORE UPDATE ON ops.run FOR EACH ROW
      WHEN (NEW.output ? 'refuse') EXECUTE FUNCTION refuse()`);
    const ids = await Promise.all(Array.from({ length: 4 }, () => start()));
    const [first, refused, overtaken, last] = await Promise.all(ids.map(begin));
    assert.ok(first && refused && overtaken && last);
    await begin(overtaken.runId);
    const outcomes = await endTogether(database, [
      [first, succeeded({ rows: 1 })],
      [refused, succeeded({ refuse: true })],
      [overtaken, succeeded({ rows: 3 })],
      [last, succeeded({ rows: 4 })],
    ]);
    assert.match(outcomes[2] ?? '', /^FencedError: attempt 1 /);
    assert.deepEqual(outcomes.toSpliced(2, 1), ['ended', 'error: refused by the test', 'ended']);
    const seen = new Map((await listRuns(pool)).map((run) => [run.id, run]));
    assert.deepEqual(inShort(seen.get(first.runId)), ['succeeded', 1, ['succeeded']]);
    assert.deepEqual(inShort(seen.get(refused.runId)), ['running', undefined, ['running']]);
    assert.deepEqual(inShort(seen.get(last.runId)), ['succeeded', 4, ['succeeded']]);
    // It may still end in another way, together with others again.
    assert.deepEqual(await endTogether(database, [[refused, { run: 'failed', attempt: 'failed', failures: 1 }]]), [
      'ended',
    ]);
  }));

test('steps of several runs share a commit; that of an attempt that was overtaken is refused', () =>
  withRunRecord(async (database) => {
    const { pool, url, record, start, begin } = database;
    const ids = await Promise.all(Array.from({ length: 4 }, () => start()));
    const [one, overtaken, two, locked] = await Promise.all(ids.map(begin));
    assert.ok(one && overtaken && two && locked);
    await begin(overtaken.runId);
    const waits = await whileRunIsLocked(url, locked.runId, async () => {
      const [first, second, refused, other, last] = [
        record.step({ fence: one, key: 'a', output: '{"b":1,"a":2}' }),
        record.step({ fence: one, key: 'b', output: null }),
        record.step({ fence: overtaken, key: 'a', output: '3' }),
        record.step({ fence: two, key: 'a', output: '4' }),
        record.step({ fence: locked, key: 'a', output: '5' }),
      ];
      await assert.rejects(refused, FencedError);
      await Promise.all([first, second, other]);
      return { last };
    });
    await waits.last;
    const { rows } = await pool.query<{ run_id: string; key: string; output: unknown; xmin: string }>(
      'SELECT run_id, key, attempt, output::text, xmin::text FROM ops.step ORDER BY run_id, key',
    );
    const recorded = (run: { runId: string }) =>
      rows.filter((row) => row.run_id === run.runId).map(({ key, output }) => [key, output]);
    assert.deepEqual(recorded(one), [
      ['a', '{"b":1,"a":2}'],
      ['b', null],
    ]);
    assert.deepEqual([recorded(overtaken), recorded(two), recorded(locked)], [[], [['a', '4']], [['a', '5']]]);
    const writers = rows.filter((row) => row.run_id !== locked.runId).map((row) => row.xmin);
    assert.equal(new Set(writers).size, 1, `one commit: ${writers.join()}`);
  }));

test('a log line of a run that was deleted is stored like any other', () =>
  withRunRecord(async ({ pool, record, start, begin }) => {
    const [kept, deleted] = await Promise.all([begin(await start()), begin(await start())]);
    await pool.query('DELETE FROM ops.run WHERE id = $1', [deleted.runId]);
    const line = { at: new Date(), level: 'info', message: 'here' } as const;
    await Promise.all([kept, deleted].map((fence) => record.log([{ ...line, fence }])));
    const { rows } = await pool.query('SELECT run_id FROM ops.log ORDER BY run_id');
    assert.deepEqual(
      rows,
      [kept.runId, deleted.runId].sort().map((run_id) => ({ run_id })),
    );
  }));
