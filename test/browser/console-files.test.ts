import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { detectionEvent } from '#samples/events.js';
import { createRandom } from '#samples/random.js';
import { createPlatform, runPlatform } from '../helpers/platform.js';
import { openTaskRunner } from '../helpers/task-runner.js';
import { seedFile } from '../integration/api-fixture.js';
import { assertAccessible, type Console, withConsole } from './console-fixture.js';

const fileOf = (name: string, text: string) => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: Buffer.from(text),
});
const events = (seed: number): string => {
  const random = createRandom(seed, 'console files');
  return JSON.stringify({ objects_detection_events: Array.from({ length: 3 }, () => detectionEvent(random)) });
};
const badName = 'objects_detection_<b>bad<i>.json';
const rowOf = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name });

test('files are uploaded, watched, mended by a replacement, and lead from a row to its worker', (t) =>
  withConsole(t, async (console) => {
    await mkdir(console.api.inbox, { recursive: true });
    const platform = await createPlatform({ databaseUrl: console.api.url, env: { INBOX_DIR: console.api.inbox } });
    await runPlatform(platform, async () => {
      await platform.start();
      await uploadFiles(console);
      await readBadFile(console);
      await replaceInQuarantine(console);
      await followRow(console);
    });
  }));

async function uploadFiles({ page, open }: Console): Promise<void> {
  await open('/upload', 'Upload');
  await page.getByLabel('Folder below the inbox').fill('day');
  await page
    .getByLabel('Files', { exact: true })
    .setInputFiles([
      fileOf('objects_detection_good.json', events(1)),
      fileOf(badName, '{"objects_detection_events": [ <script>'),
      fileOf('notes.txt', 'of no source'),
    ]);
  await rowOf(page, 'objects_detection_good.json').getByText('loaded').waitFor();
  await rowOf(page, badName).getByText('quarantined').waitFor();
  await rowOf(page, 'notes.txt').getByText('no source takes its name').waitFor();
  await assertAccessible(page);
  // The same name once more is refused with its reason, and replaced when that is wanted.
  await page.getByLabel('Files', { exact: true }).setInputFiles(fileOf('notes.txt', 'of no source either'));
  const again = rowOf(page, 'notes.txt').last();
  await again.getByText('A file of this name lies there already').waitFor();
  await again.getByRole('button', { name: 'Replace it' }).click();
  await again.getByText('sent').waitFor();
}

async function readBadFile({ page }: Console): Promise<void> {
  await page.getByRole('link', { name: badName }).click();
  await page.getByRole('heading', { level: 1, name: `day/${badName}` }).waitFor();
  await page.getByText('What to do:').waitFor();
  const region = page.getByRole('region', { name: 'Where the file is broken' });
  assert.equal(await region.locator('mark').innerText(), '<');
  assert.match(await region.innerText(), /\[ <script>/);
  const life = page.getByRole('list', { name: 'Life of the file' });
  assert.deepEqual(await life.locator('[data-state]').allInnerTexts(), [
    'arriving',
    'settled',
    'loading',
    'quarantined',
  ]);
  await page.emulateMedia({ colorScheme: 'dark' });
  await assertAccessible(page);
  await page.emulateMedia({ colorScheme: 'light' });
}

async function replaceInQuarantine({ page }: Console): Promise<void> {
  await page.getByRole('link', { name: 'Quarantine' }).first().click();
  await page.getByRole('heading', { name: 'bad-json in objects-detection' }).waitFor();
  await assertAccessible(page);
  await page.getByRole('button', { name: `Replace day/${badName}` }).click();
  await page.getByLabel('File', { exact: true }).setInputFiles(fileOf('whole.json', events(2)));
  await page.getByText('whole.json is in the inbox').waitFor();
  await page.getByRole('button', { name: 'Close', exact: true }).last().click();
  await page.getByText('Nothing is in quarantine').waitFor();
}

async function followRow({ page, open }: Console): Promise<void> {
  await open('/files', 'Files');
  await page.getByLabel('Path').fill('*<b>bad*');
  await page.getByRole('button', { name: /^loaded/ }).click();
  await page.getByRole('button', { name: 'Take the filter Path *<b>bad* away' }).waitFor();
  await assertAccessible(page);
  await page.getByRole('link', { name: badName }).click();
  await page.getByText('version 1', { exact: true }).waitFor();
  await page.getByLabel('Which row?').fill('1');
  await page.getByRole('button', { name: 'Why is it here?' }).click();
  const way = page.getByRole('list', { name: 'Where the row comes from' });
  await way.getByText('Worker').waitFor();
  assert.deepEqual(
    (await way.getByRole('listitem').allInnerTexts()).map((text) => text.split('\n')[0]),
    ['File', 'Run', 'Attempt', 'Worker'],
  );
  await assertAccessible(page);
  await page.keyboard.press('Escape');
  await way.waitFor({ state: 'hidden' });
  // Coming back, the filters are as they were: by the link above the title, and by the browser's way back.
  await page.getByRole('navigation', { name: 'Where this is' }).getByRole('link', { name: 'Files' }).click();
  await page.getByRole('button', { name: 'Take the filter Path *<b>bad* away' }).waitFor();
  await page.goBack();
  await page.goBack();
  await page.goBack();
  await page.goBack();
  await page.getByRole('button', { name: 'Take the filter Path *<b>bad* away' }).waitFor();
  assert.equal(await page.getByRole('row').count(), 2, 'the head, and the one loaded version');
}

test('quarantined files are counted before all of a cause are discarded, and the rest replayed', (t) =>
  withConsole(t, async ({ page, api, open }) => {
    for (let n = 0; n < 7; n += 1) {
      await seedFile(api.pool, {
        path: `cut/${n}.json`,
        state: 'quarantined',
        code: 'truncated',
        reason: `${n} is <b>cut</b>`,
      });
    }
    await seedFile(api.pool, {
      path: 'a.jpg',
      source: 'images',
      state: 'quarantined',
      code: 'corrupt',
      reason: 'damaged',
    });
    await open('/quarantine', 'Quarantine');
    const group = page.getByRole('region', { name: 'truncated in objects-detection' });
    await group.getByText('6 is <b>cut</b>').waitFor();
    await group.getByRole('link', { name: 'All 7 of them' }).waitFor();
    await group.getByRole('button', { name: 'Discard all 7' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Discard 7 files' }).click();
    await group.waitFor({ state: 'hidden' });
    assert.equal((await api.ask('/api/files?state=discarded')).body.items.length, 7);
    await open('/quarantine?source=images', 'Quarantine');
    await page.getByRole('button', { name: 'Discard 1 file' }).waitFor();
    await page.getByRole('button', { name: 'Clear all' }).click();
    await page.getByRole('button', { name: 'Replay all' }).click();
    await dialog.getByRole('button', { name: 'Replay 1 file' }).click();
    await page.getByText('Nothing is in quarantine').waitFor();
    await page.emulateMedia({ colorScheme: 'dark' });
    await assertAccessible(page);
    // A filter that is left in the address is not what empties it.
    await open('/quarantine?code=truncated', 'Quarantine');
    await page.getByText('Nothing is in quarantine').waitFor();
  }));

test('what comes into quarantine moves nothing that somebody is about to replay, and what is gone leaves', (t) =>
  withConsole(t, async ({ page, api, open }) => {
    const seed = (path: string, code: string) =>
      seedFile(api.pool, { path, state: 'quarantined', code, reason: 'it is cut' });
    const ids = [await seed('one.json', 'truncated'), await seed('two.json', 'truncated')];
    await open('/quarantine', 'Quarantine');
    const group = page.getByRole('region', { name: 'truncated in objects-detection' });
    const link = (name: string) => page.getByRole('link', { name });
    await link('two.json').hover();
    await seed('three.json', 'truncated');
    // The cause with the most files is the first.
    for (const name of ['four.json', 'five.json', 'six.json', 'seven.json']) await seed(name, 'empty');
    await group.getByRole('button', { name: 'Replay all 3' }).waitFor();
    const more = page.getByRole('button', { name: 'Show 1 new cause' });
    await more.waitFor();
    for (const name of ['three.json', 'four.json']) assert.equal(await link(name).count(), 0, name);
    assert.equal((await api.ask(`/api/files/${ids[0]}/discard`, { method: 'POST', body: {} })).status, 202);
    await link('one.json').waitFor({ state: 'detached' });
    await more.click();
    await link('four.json').waitFor();
    await page.getByRole('heading', { name: 'Quarantine' }).hover();
    await link('three.json').waitFor();
  }));

test('a file that is loaded while somebody looks at it shows where its rows come from', (t) =>
  withConsole(t, async ({ page, api, open }) => {
    const runner = await openTaskRunner({ url: api.url, pool: api.pool }, api.inbox, {});
    try {
      const id = await runner.drop('objects-detection', 'objects_detection_late.json', Buffer.from(events(3)));
      await open(`/files/${id}`, 'objects_detection_late.json');
      await page.getByText('No dataset has rows of this file.').waitFor();
      assert.equal((await runner.run('load-objects-detection', { files: [id] })).state, 'succeeded');
      await page.getByRole('button', { name: 'Why is it here?' }).click();
      await page.getByRole('list', { name: 'Where the row comes from' }).getByText('Worker').waitFor();
    } finally {
      await runner.close();
    }
  }));

test('the ledger stands still while it is read, counts what is new, and says what narrows it', (t) =>
  withConsole(t, async ({ page, api, open }) => {
    await seedFile(api.pool, { path: 'first.json' });
    await open('/files?source=objects-detection', 'Files');
    await page.getByRole('link', { name: 'first.json' }).hover();
    await seedFile(api.pool, { path: 'second.json' });
    const more = page.getByRole('button', { name: 'Show 1 new file' });
    await more.waitFor();
    assert.equal(await page.getByRole('link', { name: 'second.json' }).count(), 0);
    await more.click();
    await page.getByRole('link', { name: 'second.json' }).waitFor();
    await page.getByRole('group', { name: 'Filters at work' }).getByText('1 filter').waitFor();
    await page.getByLabel('Path').fill('nothing');
    await page.getByText('No file fits these filters').waitFor();
    await page.reload();
    await page.getByText('No file fits these filters').waitFor();
    await page.getByRole('button', { name: 'Clear all' }).click();
    await page.getByRole('link', { name: 'first.json' }).waitFor();
  }));
