import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { browserMissing, openBrowser } from '../helpers/browser.js';
import { startApp } from '../helpers/child.js';
import { findFreePort } from '../helpers/free-port.js';
import { sampleParquet } from '../helpers/inbox.js';
import { type Platform, withPlatform } from '../helpers/platform.js';
import { collectFaults } from './console-fixture.js';

/** A browser at the console of a platform that works: watcher, worker and API are processes of their own. */
async function atConsole(
  platform: Platform,
  work: (page: Page, ask: (path: string, init?: RequestInit) => Promise<Response>) => Promise<void>,
): Promise<boolean> {
  const browser = await openBrowser();
  if (!browser) return false;
  const port = await findFreePort();
  const address = `http://127.0.0.1:${port}`;
  const api = await startApp('api', 'api', {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    DATABASE_URL: platform.databaseUrl,
    ...(platform.redisUrl === undefined ? {} : { REDIS_URL: platform.redisUrl }),
    PORT: String(port),
    INBOX_DIR: platform.inbox.dir,
    DATA_DIR: platform.inbox.at('../data'),
    LOG_FORMAT: 'json',
  });
  try {
    const context = await browser.newContext({ baseURL: address, viewport: { width: 1360, height: 900 } });
    const page = await context.newPage();
    const faults = collectFaults(page);
    await work(page, (path, init) => fetch(address + path, init));
    assert.deepEqual(faults, []);
  } finally {
    await browser.close();
    api.signal('SIGTERM');
    await api.exited;
  }
  return true;
}

const navigate = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: false }).first().click();
};

test('dropped files are watched on their way, their run and its log are found, a bad one is replayed and replaced', (t) =>
  withPlatform(t, 'postgres', { workers: 1 }, async (platform) => {
    const ran = await atConsole(platform, async (page) => {
      await platform.start();
      await page.goto('/files');
      await page.getByRole('heading', { level: 1, name: 'Files' }).waitFor();
      for (let minute = 0; minute < 3; minute++)
        await platform.inbox.moveIn(`day/${minute}.parquet`, sampleParquet(minute));
      await platform.inbox.moveIn('day/bad <b>.parquet', 'no parquet at all');

      // Nobody loads the page anew.
      const row = (path: string) => page.getByRole('row').filter({ hasText: path });
      for (let minute = 0; minute < 3; minute++) await row(`${minute}.parquet`).getByText('loaded').waitFor();
      await row('bad <b>.parquet').getByText('quarantined').waitFor();

      await navigate(page, 'Runs');
      await page.getByRole('link', { name: 'load-data-sample' }).last().click();
      await page.getByRole('heading', { level: 1, name: 'load-data-sample' }).waitFor();
      await page.getByRole('tab', { name: 'Log' }).click();
      await page
        .getByText(/loaded \d of \d files?/)
        .first()
        .waitFor();

      await navigate(page, 'Quarantine');
      await page.getByRole('button', { name: 'Replay day/bad <b>.parquet' }).click();
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /^Replay/ })
        .click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await navigate(page, 'Runs');
      await page.getByRole('row').filter({ hasText: 'load-data-sample' }).getByText('failed').first().waitFor();

      await navigate(page, 'Quarantine');
      const choosing = page.waitForEvent('filechooser');
      await page.getByRole('button', { name: 'Replace day/bad <b>.parquet' }).click();
      const dialog = page.getByRole('dialog');
      await dialog
        .getByRole('button', { name: /choose/i })
        .first()
        .click();
      await (await choosing).setFiles({
        name: 'better.parquet',
        mimeType: 'application/octet-stream',
        buffer: Buffer.from(sampleParquet(3)),
      });
      await dialog.getByText('is in the inbox').waitFor();
      await page.goto('/datasets/data-sample?view=rows');
      await page.getByText('100 rows of 4 files').waitFor();
    });
    if (!ran) t.skip(browserMissing);
  }));

test('a flow is cancelled with all below it', (t) =>
  withPlatform(t, 'redis', { workers: 1 }, async (platform) => {
    const ran = await atConsole(platform, async (page, ask) => {
      await platform.start('worker-1');
      const json = { 'content-type': 'application/json' };
      // Its runs wait until somebody resumes it.
      const paused = await ask('/api/tasks/task2/settings', {
        method: 'PATCH',
        headers: json,
        body: JSON.stringify({ paused: true }),
      });
      assert.equal(paused.status, 200, await paused.text());
      const input = { numbers: [1, 2, 3] };
      const started = await ask('/api/tasks/task1/runs', {
        method: 'POST',
        headers: json,
        body: JSON.stringify({ input }),
      });
      const { id }: { id: string } = JSON.parse(await started.text());
      await page.goto(`/runs/${id}`);
      await page.getByText('waiting').first().waitFor();
      await page.getByRole('button', { name: /^Cancel/ }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel it' }).click();
      await page.getByRole('heading', { level: 1 }).getByText('cancelled').waitFor();
      const { items }: { items: { state: string }[] } = JSON.parse(await (await ask(`/api/runs?rootId=${id}`)).text());
      assert.deepEqual(
        items.map(({ state }) => state),
        ['cancelled', 'cancelled'],
      );
    });
    if (!ran) t.skip(browserMissing);
  }));
