import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Disk, openDisk } from './disk.js';
import type { FoundFile, Step } from './walk.js';

async function withInbox(t: TestContext): Promise<{ dir: string; disk: Disk }> {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-test-disk-'));
  const disk = openDisk(dir);
  t.after(async () => {
    await disk.close();
    await rm(dir, { recursive: true });
  });
  return { dir, disk };
}

async function found(disk: Disk, path: string): Promise<FoundFile> {
  const [look] = await disk.look([path]);
  assert.equal(look?.kind, 'file');
  return look.file;
}

test('a file is hashed as it was seen; one that changed, is gone, or is none is distinguished from it', async (t) => {
  const { dir, disk } = await withInbox(t);
  const bytes = Buffer.alloc(3 * 2 ** 20 + 7, 'millrace');
  for (const name of ['good', 'empty', 'changed', 'touched'])
    await writeFile(join(dir, name), name === 'empty' ? '' : bytes);
  const seen = await Promise.all(['good', 'empty', 'changed', 'touched'].map((name) => found(disk, name)));
  await writeFile(join(dir, 'changed'), 'other');
  await utimes(join(dir, 'touched'), 1, 1);
  await symlink(join(dir, 'good'), join(dir, 'link'));
  await mkdir(join(dir, 'folder'));
  execFileSync('mkfifo', [join(dir, 'pipe')]);
  const others = ['link', 'folder', 'pipe', 'gone', 'good/below'].map((path) => ({ path, size: 1n, mtimeNs: 1n }));
  const hashed = await disk.hash([...seen, ...others]);
  const sha256 = (content: Buffer | string): string => createHash('sha256').update(content).digest('hex');
  assert.deepEqual(hashed.slice(0, 2), [
    { kind: 'hashed', sha256: sha256(bytes) },
    { kind: 'hashed', sha256: sha256('') },
  ]);
  assert.deepEqual(hashed[2], { kind: 'changed', file: await found(disk, 'changed') });
  assert.deepEqual(hashed[3], { kind: 'changed', file: await found(disk, 'touched') });
  assert.deepEqual(
    hashed.slice(4).map((each) => each.kind),
    ['gone', 'gone', 'gone', 'gone', 'gone'],
  );
});

test('while a huge file is hashed others have their turn, and closing does not wait for its end', {
  timeout: 20_000,
}, async (t) => {
  const { dir, disk } = await withInbox(t);
  await writeFile(join(dir, 'huge'), '');
  // Takes no room on the disk, and half a minute or more to read.
  await truncate(join(dir, 'huge'), 64 * 2 ** 30);
  await writeFile(join(dir, 'small'), 'small');
  const huge = disk.hash([await found(disk, 'huge')]);
  const [small] = await disk.hash([await found(disk, 'small')]);
  assert.equal(small?.kind, 'hashed');
  await Promise.all([assert.rejects(huge, /ended/), disk.close()]);
  await assert.rejects(disk.look(['small']), /stops/);
});

test('a walk yields each folder before its files, files sorted, and leaves out what is hidden or a link', async (t) => {
  const { dir, disk } = await withInbox(t);
  for (const folder of ['b', 'b/in', '.hidden']) await mkdir(join(dir, folder));
  for (const path of ['z', 'a', '.x', 'b/2', 'b/1', 'b/in/0', '.hidden/y']) await writeFile(join(dir, path), path);
  await symlink(dir, join(dir, 'circle'));
  const steps: (string | string[])[] = [];
  const describe = (step: Step): string | string[] => {
    if (step.kind === 'files') return step.files.map((file) => file.path);
    return step.kind === 'misnamed' ? [...step.paths] : step.path;
  };
  for await (const step of disk.walk('')) steps.push(describe(step));
  assert.deepEqual(steps, ['', ['a', 'z'], 'b', ['b/1', 'b/2'], 'b/in', ['b/in/0']]);
  const below: (string | string[])[] = [];
  for await (const step of disk.walk('nowhere')) below.push(step.kind);
  assert.deepEqual(below, ['folder', 'unreadable']);
});

test('nothing is hashed in a folder that was replaced by a symbolic link, also one that leads to the same file', async (t) => {
  const { dir, disk } = await withInbox(t);
  const outside = await mkdtemp(join(tmpdir(), 'millrace-test-outside-'));
  t.after(() => rm(outside, { recursive: true }));
  await mkdir(join(dir, 'folder/inner'), { recursive: true });
  await writeFile(join(dir, 'folder/inner/file'), 'secret');
  const seen = await found(disk, 'folder/inner/file');
  const [before] = await disk.hash([seen]);
  assert.equal(before?.kind, 'hashed');
  // The very same file, so that neither size nor mtime nor inode shows it.
  await rename(join(dir, 'folder'), join(outside, 'folder'));
  await symlink(join(outside, 'folder'), join(dir, 'folder'));
  assert.deepEqual(await disk.hash([seen]), [{ kind: 'gone' }]);
});

test('an inbox that is a symbolic link is read', async (t) => {
  const { dir } = await withInbox(t);
  await writeFile(join(dir, 'file'), 'bytes');
  await symlink(dir, `${dir}-link`);
  t.after(() => rm(`${dir}-link`));
  const disk = openDisk(`${dir}-link`);
  t.after(() => disk.close());
  const [hashed] = await disk.hash([await found(disk, 'file')]);
  assert.equal(hashed?.kind, 'hashed');
});
