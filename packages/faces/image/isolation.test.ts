import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Isolation } from './isolation.js';

/** A promise to be settled by hand. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

async function rethrow(error: unknown): Promise<never> {
  throw error;
}

test('work that fails beside other work is done again by itself, and that outcome counts', async () => {
  const isolation = new Isolation();
  const other = gate();
  let running = 0;
  let most = 0;
  const neighbour = isolation.run(async () => {
    running += 1;
    await other.opened;
    running -= 1;
    return 'neighbour';
  }, rethrow);
  const tries: number[] = [];
  const failing = isolation.run(async () => {
    tries.push(running);
    if (tries.length === 1) throw new Error("the neighbour's error");
    throw new Error('its own error');
  }, rethrow);
  // What comes later waits until the failed work was done again.
  const later = isolation.run(async () => {
    most = Math.max(most, running);
    return 'later';
  }, rethrow);
  other.open();
  await assert.rejects(failing, /its own error/);
  assert.deepEqual(tries, [1, 0], 'the second time nothing else runs');
  assert.deepEqual(await Promise.all([neighbour, later]), ['neighbour', 'later']);
});

test('work that failed beside other work and succeeds by itself has succeeded', async () => {
  const isolation = new Isolation();
  const other = gate();
  const neighbour = isolation.run(() => other.opened, rethrow);
  let tries = 0;
  const result = isolation.run(async () => {
    tries += 1;
    if (tries === 1) throw new Error('only in company');
    return 'read';
  }, rethrow);
  other.open();
  assert.equal(await result, 'read');
  await neighbour;
});

test('work that fails although nothing else ran is not done again, and recovers alone', async () => {
  const isolation = new Isolation();
  let tries = 0;
  const result = await isolation.run(
    async () => {
      tries += 1;
      throw new Error('own');
    },
    async (error) => `recovered from ${String(error)}`,
  );
  assert.deepEqual([tries, result], [1, 'recovered from Error: own']);
});

test('work that succeeds is done once and waits for nothing', async () => {
  const isolation = new Isolation();
  const gates = [1, 2, 3, 4].map(gate);
  let begun = 0;
  const all = gates.map(({ opened }) =>
    isolation.run(async () => {
      begun += 1;
      await opened;
    }, rethrow),
  );
  assert.equal(begun, 4, 'all run at once');
  for (const { open } of gates) open();
  await Promise.all(all);
  assert.equal(begun, 4);
});
