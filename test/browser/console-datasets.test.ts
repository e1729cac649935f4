import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
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
  }));
