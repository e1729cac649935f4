import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shareFor } from './share-for.js';

test('work is done once for all who ask while it goes on, and for as long as its answer is good', async () => {
  let done = 0;
  let end: (value: number) => void = () => {};
  const ask = shareFor(60_000, () => {
    done += 1;
    return new Promise<number>((resolve) => {
      end = resolve;
    });
  });
  const both = [ask(), ask()];
  end(7);
  assert.deepEqual(await Promise.all([...both, ask()]), [7, 7, 7]);
  assert.equal(done, 1);
});

test('what is old at once is done again, and so is what failed', async () => {
  let done = 0;
  const ask = shareFor(0, async () => {
    done += 1;
    return done;
  });
  assert.deepEqual([await ask(), await ask()], [1, 2]);
  let tries = 0;
  const fail = shareFor(60_000, async () => {
    tries += 1;
    if (tries === 1) throw new Error('not yet');
    return tries;
  });
  await assert.rejects(Promise.all([fail(), fail()]), /not yet/);
  assert.equal(await fail(), 2);
});
