import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createReleasers } from './releasers.js';

test('what was opened last is released first, one after the other', async () => {
  const releasers = createReleasers();
  const order: string[] = [];
  releasers.add('pool', () => void order.push('pool'));
  releasers.add('server', async () => {
    await Promise.resolve();
    order.push('server');
  });
  assert.deepEqual(releasers.pending(), ['server', 'pool']);
  await releasers.release();
  assert.deepEqual(order, ['server', 'pool']);
  assert.deepEqual(releasers.pending(), []);
});

test('releasing twice releases once, and releasing nothing is fine', async () => {
  const releasers = createReleasers();
  let count = 0;
  releasers.add('it', () => void count++);
  await Promise.all([releasers.release(), releasers.release()]);
  await releasers.release();
  assert.equal(count, 1);
  await createReleasers().release();
});

test('a clean-up that fails does not keep the others from running, and is named', async () => {
  const releasers = createReleasers();
  const order: string[] = [];
  releasers.add('first', () => void order.push('first'));
  releasers.add('second', () => Promise.reject(new Error('no')));
  releasers.add('third', () => {
    throw new Error('neither');
  });
  await assert.rejects(releasers.release(), (error: unknown) => {
    assert.ok(error instanceof AggregateError);
    assert.match(error.message, /^third could not be released: .*neither; second could not be released: .*no$/);
    return true;
  });
  assert.deepEqual(order, ['first']);
});

test('what is opened while or after everything is released is released as well', async () => {
  const releasers = createReleasers();
  const order: string[] = [];
  releasers.add('early', () => {
    releasers.add('during', () => void order.push('during'));
  });
  await releasers.release();
  releasers.add('after', () => void order.push('after'));
  assert.deepEqual(order, ['during', 'after']);
});

test('the one that hangs is named as pending', () => {
  const releasers = createReleasers();
  releasers.add('pool', () => {});
  releasers.add('server', () => new Promise(() => {}));
  void releasers.release();
  assert.deepEqual(releasers.pending(), ['server', 'pool']);
});
