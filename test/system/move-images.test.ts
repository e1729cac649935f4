import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { PHOTOS, unlessPresent, YUNET_2023_PATH, YUNET_PATH } from '#faces/testing/shared.js';
import { type Millrace, startMillrace } from '../helpers/millrace.js';
import { waitFor } from '../helpers/wait.js';
import { readProjectFile } from '../structure/project.js';

const photos = ['azure_Family1-Dad3.jpg', 'azure_Family1-Daughter2.jpg', 'azure_Family2-Lady1.jpg'];

interface Stats {
  readonly pictures: number;
  readonly faces: number;
  readonly byModel: readonly { readonly model: string; readonly pictures: number }[];
}

/** Starts Millrace on a folder of its own with one model and then another. All ends, then the folder goes. */
async function prepare(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-move-'));
  let running: Millrace | undefined;
  const stop = async (): Promise<void> => {
    running?.signal('SIGTERM');
    await running?.exited;
  };
  t.after(async () => {
    await stop();
    await rm(folder, { recursive: true, force: true });
  });
  const startWith = async (model: string): Promise<Millrace> => {
    await stop();
    running = await startMillrace({ folder, env: { FACE_MODEL: model, SETTLE_MS: '200' } });
    return running;
  };
  return { folder, startWith };
}

async function statsOf({ url, token }: Millrace): Promise<Stats> {
  const reply = await fetch(`${url}/api/images/stats`, { headers: { authorization: `Bearer ${token}` } });
  const stats: Stats = JSON.parse(await reply.text());
  return stats;
}

test('the script of docs/move-images.md has all images of an old model counted by the one in use', {
  skip: unlessPresent(YUNET_PATH, YUNET_2023_PATH, ...photos.map((name) => join(PHOTOS, name))),
}, async (t) => {
  const script = /```js\n(\/\/ move-images\.mjs\n[^`]*(?:`[^`\n]*`[^`]*)*?)```\n/.exec(
    readProjectFile('docs/move-images.md'),
  )?.[1];
  assert.ok(script, 'the page has the script');
  const { folder, startWith } = await prepare(t);
  await mkdir(join(folder, 'inbox'));
  for (const name of photos) await copyFile(join(PHOTOS, name), join(folder, 'inbox', name));
  const path = join(folder, 'move-images.mjs');
  await writeFile(path, script);

  const first = await startWith(YUNET_2023_PATH);
  const before = await waitFor('the images are loaded', async () => {
    const stats = await statsOf(first);
    return stats.pictures === photos.length ? stats : undefined;
  });
  const [old] = before.byModel;
  assert.match(old?.model ?? '', /^yunet-2023mar@/);

  const millrace = await startWith(YUNET_PATH);
  const move = (model: string) =>
    promisify(execFile)(process.execPath, [path, model], {
      env: { API: `${millrace.url}/api`, API_TOKEN: millrace.token },
    });
  const { stdout } = await move(old?.model ?? '');
  assert.match(stdout, /^\d{4}-\d\d-\d\d: 3 images of yunet-2023mar@[0-9a-f]{12}, succeeded \{.*loaded: 3/);
  const after = await statsOf(millrace);
  assert.deepEqual([after.pictures, after.faces, after.byModel.length], [3, before.faces, 1]);
  const [present] = after.byModel;
  assert.match(present?.model ?? '', /^yunet-n@/);

  assert.equal((await move(old?.model ?? '')).stdout, '', 'there is nothing left to move');
  await assert.rejects(move(present?.model ?? ''), /expected the name of an old model, got yunet-n@/);
});
