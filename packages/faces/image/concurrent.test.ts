import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { mixedImages } from '../testing/mixed.js';
import { outcomeOf } from '../testing/outcome.js';
import { ODD_IMAGES, unlessPresent } from '../testing/shared.js';

/** Decodes all images, again and again, some at a time, as a child process does. */
async function assertSameTogether(images: readonly Buffer[], rounds: number): Promise<void> {
  const alone: string[] = [];
  for (const image of images) alone.push(await outcomeOf(image));
  assert.ok(new Set(alone).size > 5, 'different outcomes');

  const queue = Array.from({ length: rounds }, () => [...images.entries()]).flat();
  const mixed: string[] = [];
  const worker = async () => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const [index, image] = next;
      const together = await outcomeOf(image);
      if (together !== alone[index]) mixed.push(`${alone[index]}\n  became ${together}`);
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  assert.equal(mixed.length, 0, `${mixed.length} of ${rounds * images.length}, the first:\n${mixed[0]}`);
}

test('images decoded together have the outcome, code and reason that each has alone', async () => {
  await assertSameTogether(await mixedImages(), 5);
});

test('odd images decoded together have the outcome, code and reason that each has alone', {
  skip: unlessPresent(ODD_IMAGES),
}, async () => {
  const names = (await readdir(ODD_IMAGES)).filter((name) => !name.endsWith('.csv'));
  const odd = names.filter((name) => !name.endsWith('.png') || /broken|truncated|syntax/.test(name));
  await assertSameTogether(await Promise.all(odd.map((name) => readFile(join(ODD_IMAGES, name)))), 2);
});
