import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withApi } from './api-fixture.js';

const path = '/api/tasks/load-objects-detection/runs';
const post = (input: unknown) => ({ method: 'POST' as const, body: { input } });

test('80,000 repeats of one id are one fault that counts them', () =>
  withApi(async (api) => {
    const { status, body } = await api.ask(path, post({ files: Array<string>(80_000).fill('1') }));
    assert.equal(status, 422);
    assert.equal(body.errorCount, 1);
    assert.deepEqual(body.errors, [
      {
        path: '/input/files',
        message: 'must not have duplicate items; 79999 of 80000 repeat an earlier one, the first is number 1 (from 0)',
      },
    ]);
  }));

test('of many faults the first hundred are named and all are counted', () =>
  withApi(async (api) => {
    const { status, body } = await api.ask(
      path,
      post({ files: Array.from({ length: 50_000 }, (_, index) => `x${index}`) }),
    );
    assert.equal(status, 422);
    assert.equal(body.errorCount, 50_000);
    assert.equal(body.errors.length, 100);
    assert.equal(body.errors[99].path, '/input/files/99');
    assert.match(body.detail, /and 49900 more$/);
  }));

test('files that the ledger does not know are counted in the same way', () =>
  withApi(async (api) => {
    const { status, body } = await api.ask(
      path,
      post({ files: Array.from({ length: 1_000 }, (_, index) => String(index + 1)) }),
    );
    assert.equal(status, 422);
    assert.equal(body.errorCount, 1_000);
    assert.equal(body.errors.length, 100);
    assert.match(body.errors[0].message, /names file 1, which the ledger does not know/);
  }));

test('a list that is too long is that fault alone: its items are not looked at', () =>
  withApi(async (api) => {
    const { status, body } = await api.ask(path, post({ files: Array<number>(100_001).fill(0) }));
    assert.equal(status, 422);
    assert.deepEqual(body.errors, [{ path: '/input/files', message: 'must not have more than 100000 items' }]);
  }));

test('unknown properties are named by the first of them and counted', () =>
  withApi(async (api) => {
    const unknown = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`u${index}`, 0]));
    const { status, body } = await api.ask(path, { method: 'POST', body: { input: { files: ['1'] }, ...unknown } });
    assert.equal(status, 422);
    assert.equal(body.errorCount, 5_000);
    assert.equal(body.errors.length, 100);
    assert.deepEqual(body.errors[0], { path: '', message: 'must not have "u0"' });
  }));

test('a body that is nested too deeply is refused, whatever its schema lets pass', () =>
  withApi(async (api) => {
    const nested = `{"input":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    const { status, body } = await api.ask(path, { method: 'POST', body: nested });
    assert.equal(status, 422);
    assert.match(body.errors[0].message, /nested more than 100 levels deep/);
  }));

test('a number that would be read as another one is refused by its path, and nothing is recorded', () =>
  withApi(async (api) => {
    for (const [number, read] of [
      ['9007199254740993', '9007199254740992'],
      ['1e999', 'Infinity'],
    ]) {
      const body = `{"input":{"files":["1"],"x":[1.5,${number}]}}`;
      const answer = await api.ask(path, { method: 'POST', body });
      assert.deepEqual([answer.status, answer.body.code], [422, 'invalid-request']);
      const [fault, ...others] = answer.body.errors;
      assert.deepEqual([fault.path, others], ['/input/x/1', []]);
      assert.match(
        fault.message,
        new RegExp(
          `^must be a number that is kept as it is written; got ${number}, which would be read as ${read}\\. `,
        ),
      );
    }
    const long = await api.ask(path, { method: 'POST', body: `{"input":${'9'.repeat(500_000)}}` });
    assert.equal(long.status, 422);
    assert.ok(long.body.detail.length < 500, 'a long number is not repeated as a whole');
    const setting = { method: 'PATCH', body: '{"priority":12345678901234567}' } as const;
    const refused = await api.ask('/api/tasks/load-objects-detection/settings', setting);
    assert.deepEqual([refused.status, refused.body.errors[0].path], [422, '/priority']);
    assert.equal((await api.ask(path, { method: 'POST', body: '{"input":9007199254740993' })).status, 400);
    assert.equal((await api.ask('/api/runs/counts')).body.count, 0);
  }));
