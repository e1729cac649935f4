import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { test } from 'node:test';
import { Budget } from './budget.js';

test('work waits until what it takes is left, in the order it came', async () => {
  const budget = new Budget(100);
  const log: string[] = [];
  const job = (name: string, bytes: number) => {
    const gate = new EventEmitter();
    const done = budget.run(bytes, async () => {
      log.push(name);
      await once(gate, 'end');
    });
    return {
      end() {
        gate.emit('end');
        return done;
      },
    };
  };
  const first = job('first', 60);
  const second = job('second', 60);
  const third = job('third', 10);
  const most = job('more than there is', 1000);
  assert.deepEqual(log, ['first'], 'the third would fit, but it is not its turn');
  await first.end();
  assert.deepEqual(log, ['first', 'second', 'third']);
  await second.end();
  assert.equal(log.length, 3);
  await third.end();
  assert.deepEqual(log.slice(3), ['more than there is']);
  await most.end();
});

test('work that fails gives back what it took', async () => {
  const budget = new Budget(100);
  await assert.rejects(
    budget.run(100, () => Promise.reject(new Error('no'))),
    /no/,
  );
  assert.equal(await budget.run(100, async () => 'yes'), 'yes');
});
