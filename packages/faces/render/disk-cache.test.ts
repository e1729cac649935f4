import assert from 'node:assert/strict';
import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryFolder } from '../testing/images.js';
import { DiskCache } from './disk-cache.js';

interface Opened {
  readonly cache: DiskCache;
  readonly folder: string;
  readonly errors: unknown[];
}

async function openCache(test: TestContext, maxBytes: number): Promise<Opened> {
  const folder = join(await temporaryFolder(test), 'cache', 'pictures');
  const errors: unknown[] = [];
  return { cache: new DiskCache({ folder, maxBytes, onError: (error) => errors.push(error) }), folder, errors };
}

const kb = (count: number): Uint8Array => new Uint8Array(count * 1000).fill(count);

/** Makes a kept file look as if it was last used `seconds` seconds ago. */
async function age(folder: string, name: string, seconds: number): Promise<void> {
  const then = new Date(Date.now() - seconds * 1000);
  await utimes(join(folder, name), then, then);
}

test('gives back what was kept, also to another process, and nothing for another key', async (t) => {
  const { cache, folder, errors } = await openCache(t, 100_000);
  assert.equal(await cache.get('a1'), undefined);
  await cache.put('a1', kb(2));
  const other = new DiskCache({ folder, maxBytes: 100_000, onError: (error) => errors.push(error) });
  assert.deepEqual(Buffer.from((await other.get('a1')) ?? []), Buffer.from(kb(2)));
  assert.equal(await other.get('a2'), undefined);
  assert.deepEqual(errors, []);
});

test('never grows beyond its limit; what was not used for longest goes first', async (t) => {
  const { cache, folder } = await openCache(t, 10_000);
  for (const [index, key] of ['a', 'b', 'c', 'd', 'e'].entries()) {
    await cache.put(key, kb(2));
    await age(folder, `${key}.kept`, 100 - index);
  }
  // Read last of all: the oldest file is the youngest now.
  assert.ok(await cache.get('a'));
  await cache.put('f', kb(2));
  assert.deepEqual((await readdir(folder)).sort(), ['a.kept', 'd.kept', 'e.kept', 'f.kept']);
});

test('counts what earlier processes left', async (t) => {
  const { folder, cache } = await openCache(t, 100_000);
  for (let n = 0; n < 9; n += 1) await cache.put(`old${n}`, kb(10));
  const smaller = new DiskCache({ folder, maxBytes: 30_000, onError: (error) => assert.fail(String(error)) });
  await smaller.put('new', kb(1));
  const names = await readdir(folder);
  assert.ok(names.includes('new.kept'));
  assert.equal(names.length, 3);
});

test('does not keep what would fill it, nor anything when its size is 0', async (t) => {
  const { cache, folder, errors } = await openCache(t, 10_000);
  await cache.put('small', kb(1));
  await cache.put('huge', kb(20));
  assert.deepEqual(await readdir(folder), ['small.kept']);
  const none = await openCache(t, 0);
  await none.cache.put('small', kb(1));
  assert.equal(await none.cache.get('small'), undefined);
  assert.deepEqual([...errors, ...none.errors], []);
});

test('clears drafts of dead processes away, and takes an empty file for none', async (t) => {
  const { cache, folder } = await openCache(t, 10_000);
  await cache.put('a', kb(1));
  for (const name of ['young.draft', 'old.draft']) await writeFile(join(folder, name), 'half');
  await age(folder, 'old.draft', 3600);
  await writeFile(join(folder, 'b.kept'), '');
  assert.equal(await cache.get('b'), undefined);
  await cache.put('c', kb(1));
  await cache.put('d', kb(1));
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.endsWith('.draft')),
    ['young.draft'],
  );
});

test('a folder that cannot be written to is reported, and affects nothing else', async (t) => {
  const folder = join(await temporaryFolder(t), 'file');
  await writeFile(folder, 'in the way');
  const errors: unknown[] = [];
  const cache = new DiskCache({ folder, maxBytes: 10_000, onError: (error) => errors.push(error) });
  await cache.put('a', kb(1));
  assert.equal(await cache.get('a'), undefined);
  assert.equal(errors.length, 2);
});

test('two processes that keep and read at once do not disturb each other', async (t) => {
  const { cache, folder, errors } = await openCache(t, 20_000);
  const other = new DiskCache({ folder, maxBytes: 20_000, onError: (error) => errors.push(error) });
  await Promise.all(
    Array.from({ length: 60 }, async (_, n) => {
      const one = n % 2 === 0 ? cache : other;
      await one.put(`k${n % 12}`, kb(1 + (n % 3)));
      const bytes = await one.get(`k${(n + 5) % 12}`);
      assert.ok(bytes === undefined || bytes.every((byte) => byte === bytes[0]), 'a file is whole or not there');
    }),
  );
  assert.deepEqual(errors, []);
});
