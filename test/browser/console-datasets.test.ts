import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { storeFaceComparisons } from '#database/images/face-comparisons.js';
import { transaction } from '#database/pool.js';
import { fillSummary } from '../helpers/summary.js';
import { middleFace, seedImage } from '../integration/api-rendered-images-fixture.js';
import { assertAccessible, type Console, withConsole } from './console-fixture.js';

const hostile = '<img src=x onerror=alert(1)>';

test('pictures are seen with their faces, charted, and their rows lead to files and downloads', (t) =>
  withConsole(t, async (console) => {
    await beginWithNothing(console);
    await seedImage(console.api, `party/${hostile}.jpg`);
    await seedImage(console.api, 'party/two.jpg', { faces: [middleFace, { ...middleFace, x: 10 }] });
    await seedImage(console.api, 'empty.jpg', { faces: [] });
    await lookAtGallery(console);
    await lookAtCharts(console);
    await narrow(console);
    await followRow(console);
    await download(console);
  }));

async function beginWithNothing({ page, open }: Console): Promise<void> {
  await open('/datasets', 'Datasets');
  const link = page.getByRole('link', { name: 'data-sample', exact: true });
  await link.waitFor();
  await assertAccessible(page);
  await link.click();
  await page.getByText('Nothing is loaded yet: drop files here').waitFor();
  await assertAccessible(page);
}

const pictures = (page: Page) => page.getByRole('list', { name: 'Pictures' }).getByRole('listitem');

async function lookAtGallery({ page, open }: Console): Promise<void> {
  await open('/datasets/images', 'images');
  await pictures(page).nth(2).waitFor();
  // Names are texts, whatever is in them.
  await page.getByText(hostile).waitFor();
  assert.equal(await page.locator('img[src=x]').count(), 0);
  await assertAccessible(page);
  assert.equal(await page.locator('main svg[viewBox="0 0 300 200"] rect').count(), 2 * 3, 'a box is two lines');
  await page.getByRole('switch', { name: 'Boxes' }).click();
  await page.locator('main svg[viewBox="0 0 300 200"]').first().waitFor({ state: 'detached' });
  await page.getByRole('switch', { name: 'Boxes' }).click();

  await page.getByLabel('Faces, at least').fill('2');
  await page.getByRole('button', { name: 'Take the filter Faces, at least 2 away' }).waitFor();
  await pictures(page).nth(1).waitFor({ state: 'detached' });
  await page.getByRole('link', { name: /^two\W*2 faces$/ }).click();
  await page.getByRole('heading', { level: 1, name: 'two' }).waitFor();
  await page.getByRole('row').filter({ hasText: '0.930' }).first().waitFor();
  await assertAccessible(page);
  // The filter is still there when one comes back.
  await page.goBack();
  await page.getByRole('button', { name: 'Take the filter Faces, at least 2 away' }).click();
  await pictures(page).nth(2).waitFor();
  await page.getByLabel('Order').selectOption('-faces');
  await page.getByRole('link', { name: /^two\W*2 faces$/ }).click();
  await page.getByRole('link', { name: 'Next' }).waitFor();
  await page.keyboard.press('ArrowRight');
  await page.getByRole('heading', { level: 1, name: hostile }).waitFor();
}

async function lookAtCharts({ page, open, api }: Console): Promise<void> {
  await open('/datasets/images?view=charts', 'images');
  await page.getByRole('img', { name: /0 faces: 1 pictures; 1 faces: 1 pictures; 2 faces: 1 pictures/ }).waitFor();
  await page.getByRole('img', { name: /Share of pictures.*33\.3%/ }).waitFor();
  await page.getByRole('img', { name: /Size against faces: 3 points/ }).waitFor();
  await assertAccessible(page);
  // Figures of other filters than those that are set are seen to be old.
  const answer = await holdAnswers(page, /images\/stats\?.*minFaces=2/);
  await page.getByLabel('Faces, at least').fill('2');
  const old = page.locator('[aria-busy=true]').getByRole('img', { name: /0 faces: 1 pictures; 1 faces/ });
  await old.waitFor();
  answer();
  await old.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Take the filter Faces, at least 2 away' }).click();
  await page.getByRole('img', { name: /0 faces: 1 pictures; 1 faces/ }).waitFor();
  const png = await saveChart(page, 'Pictures by number of faces', 'PNG');
  assert.equal((await sharp(png).metadata()).format, 'png');
  assert.ok((await sharp(png).stats()).entropy > 0.1, 'something is drawn on it');
  const svg = await saveChart(page, 'Share of pictures by number of faces', 'SVG');
  assert.ok(svg.includes('33.3%'), 'with the labels of its values');
  assert.ok((await sharp(svg).stats()).entropy > 0.1, 'it is drawn without the page, too');
  await seedImage(api, 'later.jpg', { faces: [], width: 301 });
  await page.getByRole('img', { name: /0 faces: 2 pictures/ }).waitFor();
  // A bar leads to its pictures.
  await page
    .getByRole('img', { name: /^Pictures by number of faces/ })
    .locator('g[style*=pointer]')
    .first()
    .click();
  await page.getByRole('button', { name: 'Take the filter Faces, exactly 0 away' }).waitFor();
  await page.getByRole('link', { name: /^later\W*0 faces$/ }).waitFor();
}

/** What is asked for is shown, or it is said why not. */
async function narrow({ page, open, api }: Console): Promise<void> {
  await open('/datasets/images?minFaces=1.5', 'images');
  await page.getByRole('alert').getByText('minFaces').first().waitFor();
  const [{ fileId }] = (await api.ask('/api/images?name=two')).body.items;
  await open('/datasets/images', 'images');
  await page.getByRole('button', { name: 'More filters' }).click();
  await page.getByLabel('File', { exact: true }).fill(fileId);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: `Take the filter File ${fileId} away` }).waitFor();
  await pictures(page).nth(1).waitFor({ state: 'detached' });
  await page.getByRole('link', { name: /^two\W*2 faces$/ }).waitFor();
  // The order of another view is none of the rows.
  await open('/datasets/images?view=rows&filename=two&sort=at', 'images');
  await page.getByRole('cell', { name: 'two', exact: true }).waitFor();
}

/** The API’s answers to such an address wait. @returns what lets them go */
async function holdAnswers(page: Page, address: RegExp): Promise<() => void> {
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(address, async (route) => {
    await released;
    await route.continue();
  });
  return release;
}

async function saveChart(page: Page, title: string, kind: 'PNG' | 'SVG'): Promise<Buffer> {
  await page.getByRole('button', { name: `${title}: save, or show as a table`, exact: true }).click();
  const [sent] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: `Save as ${kind}` }).click(),
  ]);
  await page.getByRole('menu').waitFor({ state: 'detached' });
  return await readFile(await sent.path());
}

async function followRow({ page, open }: Console): Promise<void> {
  await open('/datasets/images?view=rows&filename=two', 'images');
  await page.getByRole('cell', { name: 'two', exact: true }).waitFor();
  await assertAccessible(page);
  await page.getByRole('link', { name: /^Why is row 0 of file \d+ here\?$/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('link', { name: 'party/two.jpg' }).waitFor();
  await assertAccessible(page);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
}

async function download({ page, open }: Console): Promise<void> {
  await open('/datasets/images?view=rows', 'images');
  await page.getByRole('button', { name: 'More filters' }).click();
  await page.getByLabel('filename contains').fill('TWO');
  await page.getByLabel('filename contains').press('Enter');
  await page.keyboard.press('Escape');
  await page.getByText('Only rows that fit all filters').waitFor();
  await page.getByRole('button', { name: 'Download' }).click();
  const [sent] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'CSV' }).click(),
  ]);
  const lines = (await readFile(await sent.path(), 'utf8')).trim().split('\r\n');
  assert.deepEqual(
    lines.map((line) => line.split(',')[1]),
    ['filename', 'two'],
  );
  await page.getByRole('tab', { name: 'Columns' }).click();
  await page.getByText('Number of faces that the model found').waitFor();
  await assertAccessible(page);
  await page.getByRole('tab', { name: 'About' }).click();
  await page.getByText(/curl 'http.*filenameContains=TWO/).waitFor();
  await assertAccessible(page);
}

test('the data sample shows its days, and which minutes of a day are missing', (t) =>
  withConsole(t, async ({ page, api, open }) => {
    await fillSummary(api.pool, 3000);
    await api.pool.query(
      `DELETE FROM dwh.data_sample_summary s USING ops.file f
       WHERE f.id = s.file_id AND f.mtime_ns BETWEEN 1440 + 55 AND 1440 + 64`,
    );
    await page.emulateMedia({ colorScheme: 'dark' });
    await open('/datasets/data-sample', 'data-sample');
    await page.getByRole('img', { name: /Rows by day: 5,722,860 rows/ }).waitFor();
    await page.getByRole('heading', { name: '10 minutes without rows' }).waitFor();
    await assertAccessible(page);
    await page.getByRole('link', { name: '2023-01-02 00:55' }).click();
    await page.getByRole('img', { name: '1,430 of 1,440 minutes of 2023-01-02 have rows' }).waitFor();
    await assertAccessible(page);
    await page.reload();
    await page.getByText('1,430 minutes of 1,440 have rows.').waitFor();
    // Until another day is there, the one before is shown under its own name.
    const answer = await holdAnswers(page, /completeness.*2023-01-03.*minute/);
    await page.getByRole('link', { name: '2023-01-03 →' }).click();
    await page.getByText('Reading …').waitFor();
    await page.getByRole('img', { name: '1,430 of 1,440 minutes of 2023-01-02 have rows' }).waitFor();
    answer();
    await page.getByRole('img', { name: /^1\d\d of 1,440 minutes of 2023-01-03 have rows/ }).waitFor();
    await page.getByRole('region', { name: 'Minutes of 2023-01-03 that have rows' }).locator('rect').first().click();
    await page.waitForURL((url) => url.searchParams.get('createAtTo') === '2023-01-03T00:00:59');
  }));

test('a comparison of models that is under way shows its pictures once it has succeeded', (t) =>
  withConsole(t, async ({ page, api, open }) => {
    const fileId = await seedImage(api, 'both.jpg');
    const { rows } = await api.pool.query<{ id: string }>(
      `INSERT INTO ops.run (id, root_id, task, queue, state, trigger, input, max_attempts)
       SELECT id, id, 'compare-face-models', 'images', 'running', 'api', '{}', 1 FROM gen_random_uuid() id RETURNING id`,
    );
    const runId = rows[0]?.id ?? '';
    await open('/datasets/images?view=compare', 'images');
    await page.getByText('This comparison is running').waitFor();
    const found = { fileId, filename: 'both', facesA: 1, facesB: 0, matched: 0, onlyA: [middleFace], onlyB: [] };
    await transaction(api.pool, (tx) => storeFaceComparisons(tx, runId, [found]));
    const output = {
      ...{ a: { model: 'yunet', threshold: 0.5 }, b: { model: 'blazeface', threshold: 0.5 } },
      ...{ compared: 10, failed: 0, agreement: 90, meanDifference: -0.1, mae: 0.1, matched: 9, onlyInA: 1, onlyInB: 0 },
      ...{ differing: 1, counts: [21, 2, 5].map((pictures, a) => ({ a, b: 0, pictures })) },
    };
    await api.pool.query(`UPDATE ops.run SET state = 'succeeded', output = $2, ended_at = now() WHERE id = $1`, [
      ...[runId, output],
    ]);
    const list = page.getByRole('list', { name: 'Pictures on which they differ' });
    await list.getByText('a: 1 face, 1 of them not found by b').waitFor();
    await page.getByRole('button', { name: '21 pictures with 0 faces in a and 0 in b' }).waitFor();
    await page.emulateMedia({ colorScheme: 'dark' });
    await assertAccessible(page);
  }));
