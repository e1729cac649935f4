import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PageMemory } from './page-memory.js';

const mebibyte = 2 ** 20;
/** More than a file's share. */
const large = 20 * mebibyte;

/** Whether a promise is settled once everything that can go on has gone on. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  void promise.then(
    () => (done = true),
    () => (done = true),
  );
  await new Promise((resolve) => setImmediate(resolve));
  return done;
}

test('two files that hold pages and both need more than their share are served one after the other', async () => {
  const memory = new PageMemory(128 * mebibyte);
  const [a, b] = [await memory.open(), await memory.open()];
  assert.ok(a.claim(10 * mebibyte) && b.claim(10 * mebibyte));
  assert.equal(a.claim(large), true);
  assert.equal(b.claim(large), false, 'the rest is lent already');
  const waiting = b.take(large);
  assert.equal(await settled(waiting), false);
  assert.equal(a.claim(large), true, 'who has the rest waits for nobody');
  a.giveBack(large);
  assert.equal(await settled(waiting), false);
  a.giveBack(large);
  await waiting;
  assert.equal(b.used, 30 * mebibyte);
  a.close();
  b.close();
  assert.ok(memory.idle);
});

test('files beyond those read at a time wait for a share, in order', async () => {
  const memory = new PageMemory(128 * mebibyte);
  const open = [await memory.open(), await memory.open(), await memory.open()];
  const waiting = [memory.open(), memory.open()];
  assert.deepEqual(await Promise.all(waiting.map(settled)), [false, false]);
  open[0]?.close();
  assert.deepEqual(await Promise.all(waiting.map(settled)), [true, false]);
  for (const share of open) share.close();
  for (const share of await Promise.all(waiting)) share.close();
  assert.ok(memory.idle);
});

test('a waiter that is aborted leaves the queue and takes nothing', async () => {
  const memory = new PageMemory(128 * mebibyte);
  const shares = [await memory.open(), await memory.open(), await memory.open()];
  const [a, b, c] = shares;
  assert.ok(a?.claim(large));
  const stop = new AbortController();
  const forRest = b?.take(large, stop.signal);
  const after = c?.take(large);
  const forShare = memory.open(stop.signal);
  stop.abort(new Error('the run is cancelled'));
  await assert.rejects(async () => await forRest, /the run is cancelled/);
  await assert.rejects(forShare, /the run is cancelled/);
  await assert.rejects(memory.open(stop.signal), /the run is cancelled/);
  a?.close();
  await after;
  for (const share of shares) share.close();
  assert.ok(memory.idle);
});

test('a file never gets more than the memory leaves beside the shares of others', async () => {
  const memory = new PageMemory(128 * mebibyte);
  assert.equal(memory.most, 96 * mebibyte);
  const share = await memory.open();
  assert.throws(() => share.claim(memory.most + 1), /expected at most 100663296 bytes, got 100663297/);
  await assert.rejects(share.take(memory.most + 1), RangeError);
  assert.equal(share.used, 0);
  assert.ok(share.claim(memory.most));
  share.close();
  share.close();
  assert.ok(memory.idle);
});
