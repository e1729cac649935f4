import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FencedError } from '#contracts/errors.js';
import { HiddenFile } from './hidden-file.js';
import { removeHidden } from './lake-folder.js';

async function folderFor(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-hidden-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

async function written(folder: string, token: string): Promise<HiddenFile> {
  const file = await HiddenFile.create(folder, 'part', token);
  await file.write(Buffer.from(token));
  await file.finish();
  return file;
}

test('a file that others have removed the hidden one of replaces nothing, however late it comes', async (t) => {
  const folder = await folderFor(t);
  const late = await written(folder, 'late');
  await removeHidden(folder, 'part');
  const next = await written(folder, 'next');
  await next.publish();
  await assert.rejects(late.publish(), FencedError);
  await assert.rejects(late.remove(), FencedError);
  await late.discard();
  assert.deepEqual(await readdir(folder), ['part']);
  assert.equal(await readFile(join(folder, 'part'), 'utf8'), 'next');
});

test('a file that is taken away leaves nothing, and one that is given up leaves the old one', async (t) => {
  const folder = await folderFor(t);
  await (await written(folder, 'old')).publish();
  const given = await written(folder, 'given-up');
  assert.deepEqual(await readdir(folder), ['.part.given-up.tmp', 'part']);
  await given.discard();
  assert.equal(await readFile(join(folder, 'part'), 'utf8'), 'old');
  await (await written(folder, 'none')).remove();
  assert.deepEqual(await readdir(folder), []);
});
