import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { mixedPictures } from '../testing/mixed.js';
import { outcomeOf } from '../testing/outcome.js';
import { ODD_PICTURES, unlessPresent } from '../testing/shared.js';

/** Decodes all pictures, again and again, some at a time, as a child process does. */
async function assertSameTogether(pictures: readonly Buffer[], rounds: number): Promise<void> {
  const alone: string[] = [];
  for (const picture of pictures) alone.push(await outcomeOf(picture));
  assert.ok(new Set(alone).size > 5, 'different outcomes');

  const queue = Array.from({ length: rounds }, () => [...pictures.entries()]).flat();
  const mixed: string[] = [];
  const worker = async () => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const [index, picture] = next;
      const together = await outcomeOf(picture);
      if (together !== alone[index]) mixed.push(`${alone[index]}\n  became ${together}`);
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  assert.equal(mixed.length, 0, `${mixed.length} of ${rounds * pictures.length}, the first:\n${mixed[0]}`);
}

test('pictures decoded together have the outcome, code and reason that each has alone', async () => {
  await assertSameTogether(await mixedPictures(), 5);
});

test('odd pictures decoded together have the outcome, code and reason that each has alone', {
  skip: unlessPresent(ODD_PICTURES),
}, async () => {
  const names = (await readdir(ODD_PICTURES)).filter((name) => !name.endsWith('.csv'));
  const odd = names.filter((name) => !name.endsWith('.png') || /broken|truncated|syntax/.test(name));
  await assertSameTogether(await Promise.all(odd.map((name) => readFile(join(ODD_PICTURES, name)))), 2);
});
