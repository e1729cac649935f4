import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newRunId } from '#database/runs/record-run.js';
import { readCurlExamples } from '../helpers/curl-examples.js';
import { type TestApi, withApi } from './api-fixture.js';

interface Seed {
  readonly task?: string;
  readonly state?: string;
  readonly error?: object;
}

async function seedRun({ pool }: TestApi, run: Seed = {}): Promise<string> {
  const id = newRunId();
  await pool.query(
    `INSERT INTO ops.run (id, root_id, task, queue, state, trigger, input, error, max_attempts, ended_at)
     VALUES ($1, $1, $2, 'loads', $3, 'api', '{}', $4, 5, now())`,
    [id, run.task ?? 'count-rows', run.state ?? 'failed', run.error ?? null],
  );
  return id;
}

test('failed runs are grouped by their cause, found by the name of their error, and retried together', () =>
  withApi(async (api) => {
    const columns = (n: number) => ({ name: 'TypeError', message: `expected ${n} columns in "part-${n}"` });
    await seedRun(api, { error: columns(1) });
    await seedRun(api, { error: columns(2) });
    const last = await seedRun(api, { error: columns(3) });
    const alone = await seedRun(api, { error: { name: 'BadInputError', code: 'empty', message: 'a.csv is empty' } });
    const other = await seedRun(api, { task: 'flow', error: columns(4) });
    const again = await seedRun(api, { state: 'delayed', error: columns(5) });
    const unnamed = await seedRun(api, { task: 'flow' });

    const { status, body } = await api.ask('/api/runs/failures');
    assert.equal(status, 200);
    assert.deepEqual([body.runs, body.more, body.causeCount], [6, false, 4]);
    const { firstAt, lastAt, ...cause } = body.causes[0];
    assert.deepEqual(cause, {
      ...{ task: 'count-rows', error: 'TypeError', code: null, message: 'expected … columns in …', count: 3 },
      example: { runId: last, message: 'expected 3 columns in "part-3"' },
    });
    assert.ok(firstAt < lastAt, `${firstAt} is before ${lastAt}`);
    const examples = body.causes.map((each: { example: { runId: string } }) => each.example.runId);
    assert.deepEqual(new Set(examples), new Set([last, alone, other, unnamed]));
    assert.equal((await api.ask('/api/runs/failures?limit=1')).body.causes.length, 1);
    assert.equal((await api.ask('/api/runs/failures?task=flow')).body.runs, 2);
    assert.equal((await api.ask('/api/runs/failures?to=2020-01-01')).body.runs, 0);
    assert.equal((await api.ask('/api/runs/failures?from=yesterday')).status, 422);

    const ids = async (query: string): Promise<string[]> =>
      (await api.ask(`/api/runs?${query}`)).body.items.map(({ id }: { id: string }) => id);
    assert.deepEqual(await ids('error=BadInputError'), [alone]);
    assert.deepEqual((await ids('error=TypeError')).slice(0, 2), [again, other]);
    assert.deepEqual(await ids('error=Type'), []);
    assert.equal((await api.ask('/api/runs/counts?error=TypeError&state=failed')).body.count, 4);
    const retried = await api.ask('/api/runs/retry', {
      method: 'POST',
      body: { task: 'count-rows', error: 'TypeError' },
    });
    assert.deepEqual(retried.body, { matched: 3, changed: 3, remaining: 0, refused: [] });
    assert.equal((await api.ask('/api/runs/failures')).body.runs, 3);
  }));

test('the examples of docs/finding.md are answered', () =>
  withApi(async (api) => {
    const examples = readCurlExamples('docs/finding.md');
    assert.ok(examples.length >= 4);
    for (const { method, path, body, command } of examples) {
      assert.ok(method === 'GET' || method === 'POST', command);
      const answer = await api.ask(`/api${path}`, { method, ...(body === undefined ? {} : { body }) });
      assert.equal(answer.status, 200, `${command}: ${JSON.stringify(answer.body)}`);
    }
  }));
