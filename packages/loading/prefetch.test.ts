import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prefetch } from './prefetch.js';

/** Counts what is begun and freed. */
function work(fail: readonly number[] = []) {
  const begun: number[] = [];
  const freed: number[] = [];
  return {
    begun,
    freed,
    begin: (item: number): Promise<number> => {
      begun.push(item);
      return fail.includes(item) ? Promise.reject(new Error(`no ${item}`)) : Promise.resolve(item * 10);
    },
    dispose: (result: number): Promise<void> => {
      freed.push(result);
      return Promise.resolve();
    },
  };
}

test('items come in order, begun no further prefetch than asked for, each freed after its turn', async () => {
  const { begun, freed, begin, dispose } = work();
  const results: number[] = [];
  for await (const { item, result } of prefetch([1, 2, 3, 4, 5], 2, begin, dispose)) {
    assert.equal(begun.length, Math.min(item + 1, 5));
    assert.equal(freed.length, item - 1);
    results.push(await result);
  }
  assert.deepEqual(results, [10, 20, 30, 40, 50]);
  assert.deepEqual(freed, results);
});

test('what was begun is freed when its turn never comes, and a failure is reported only in its turn', async () => {
  const { freed, begin, dispose } = work([2, 4]);
  const seen: string[] = [];
  for await (const { item, result } of prefetch([1, 2, 3, 4, 5], 4, begin, dispose)) {
    seen.push(await result.then(String, (error: Error) => error.message));
    if (item === 2) break;
  }
  assert.deepEqual(seen, ['10', 'no 2']);
  assert.deepEqual(freed, [10, 30, 50]);
});
