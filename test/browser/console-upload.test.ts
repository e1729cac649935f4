import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { withConsole } from './console-fixture.js';

const note = { name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('some words') };

test('a file that is paused and resumed at once is sent once, also by a page that came over plain http', (t) =>
  withConsole(t, async ({ page, api, open }) => {
    // As for a page of another machine without https.
    await page.addInitScript('delete Crypto.prototype.randomUUID');
    await open('/upload', 'Upload');
    let begun = 0;
    page.on('request', (request) => {
      if (request.method() === 'POST' && new URL(request.url()).pathname === '/api/uploads') begun += 1;
    });
    // What sends is loaded with the first file.
    let goOn = (): void => {};
    const loading = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    await page.route('**/assets/*.js', async (route) => {
      await loading;
      await route.continue();
    });
    await page.getByLabel('Files', { exact: true }).setInputFiles(note);
    await page.getByRole('button', { name: 'Pause note.txt' }).click();
    await page.getByRole('button', { name: 'Go on with note.txt' }).click();
    await page.getByRole('button', { name: 'Pause note.txt' }).waitFor();
    goOn();
    await page.getByRole('button', { name: 'Take 1 done from this list' }).waitFor();
    assert.equal(begun, 1);
    assert.ok((await readdir(api.inbox)).includes('note.txt'));
  }));

test('a drop without a file says what was expected', (t) =>
  withConsole(t, async ({ page, open }) => {
    await open('/upload', 'Upload');
    const data = await page.evaluateHandle('new DataTransfer()');
    await page
      .getByRole('region', { name: 'Drop files or folders here' })
      .dispatchEvent('drop', { dataTransfer: data });
    await page.getByRole('alert').getByText('folders with files in them').waitFor();
  }));
