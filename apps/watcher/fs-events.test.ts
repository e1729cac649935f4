import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import fs from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { waitFor } from '../../test/helpers/wait.js';
import { type FsEvents, watchFsEvents } from './fs-events.js';

type Listener = (event: string, name: string | null) => void;

async function withFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-test-events-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

const fail = (error: unknown): void => assert.fail(String(error));

/** Waits until events name these paths, others perhaps as well. */
async function untilChanged(fsEvents: FsEvents, paths: readonly string[]): Promise<void> {
  const seen = new Set<string>();
  await waitFor(`${paths} are named by events`, async () => {
    for (const path of fsEvents.take().paths) seen.add(path);
    return paths.every((path) => seen.has(path)) || undefined;
  });
}

test('what happens in a watched folder is an event with its path, hidden names are none', async (t) => {
  const inbox = await withFolder(t);
  const fsEvents = watchFsEvents(inbox, fail);
  t.after(() => fsEvents.close());
  await fs.promises.mkdir(join(inbox, 'sub'));
  await fsEvents.watch('');
  await fsEvents.watch('sub');
  await fsEvents.watch('sub');
  await writeFile(join(inbox, '.hidden'), '');
  await writeFile(join(inbox, 'sub', 'b'), '');
  await writeFile(join(inbox, 'a'), '');
  await untilChanged(fsEvents, ['a', 'sub/b']);
});

test('a folder that took the place of another one is watched once it is walked', async (t) => {
  const inbox = await withFolder(t);
  const fsEvents = watchFsEvents(inbox, fail);
  t.after(() => fsEvents.close());
  await fs.promises.mkdir(join(inbox, 'sub'));
  await fsEvents.watch('sub');
  await rename(join(inbox, 'sub'), join(inbox, 'old'));
  await fs.promises.mkdir(join(inbox, 'sub'));
  await fsEvents.watch('sub');
  await writeFile(join(inbox, 'sub', 'b'), '');
  await untilChanged(fsEvents, ['sub/b']);
});

test('more events than are remembered, or than the system keeps, are an overflow; the memory is bounded', async (t) => {
  let emit: Listener = () => {};
  t.mock.method(fs, 'watch', (_path: string, _options: unknown, listener: Listener) => {
    emit = listener;
    return Object.assign(new EventEmitter(), { close() {} });
  });
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
  const fsEvents = watchFsEvents(tmpdir(), fail);
  await fsEvents.watch('');
  const emitMany = (events: number, names: number): void => {
    for (let n = 0; n < events; n += 1) emit('rename', `f${n % names}`);
  };
  emitMany(9_000, 9_000);
  assert.equal(fsEvents.take().overflowed, false);
  emitMany(12_000, 1);
  const busy = fsEvents.take();
  assert.deepEqual([busy.paths, busy.overflowed], [['f0'], true]);
  emitMany(43_201, 43_201);
  const burst = fsEvents.take();
  assert.deepEqual([burst.paths.length, burst.overflowed], [20_000, true]);
  assert.deepEqual(fsEvents.take(), { paths: [], overflowed: false });
});
