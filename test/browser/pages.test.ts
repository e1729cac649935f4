import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { transaction } from '#database/pool.js';
import { newRunId, recordRun } from '#database/runs/record-run.js';
import { addJobs } from '#queue/jobs.js';
import { browserMissing, openBrowser } from '../helpers/browser.js';
import { waitFor } from '../helpers/wait.js';
import { seedFile, type TestApi, withApi } from '../integration/api-fixture.js';

const token = 'a-token-of-a-test-0123456789';

/** Opens a page of the API, served for real, in a real browser; faults in its scripts fail the test. */
async function inBrowser(
  work: (page: Page, address: string, api: TestApi) => Promise<void>,
  queueActions: 'on' | 'off' = 'off',
): Promise<boolean> {
  const browser: Browser | undefined = await openBrowser();
  if (!browser) return false;
  try {
    await withApi(
      async (api) => {
        const address = await api.app.listen({ host: '127.0.0.1', port: 0 });
        const page = await browser.newPage();
        const faults: string[] = [];
        page.on('pageerror', (error) => faults.push(error.message));
        await work(page, address, api);
        assert.deepEqual(faults, []);
      },
      { apiToken: token, config: { queueActions } },
    );
  } finally {
    await browser.close();
  }
  return true;
}

async function logIn(page: Page, address: string, path: string): Promise<void> {
  await page.goto(address + path);
  await page.fill('#token', token);
  await page.click('button[type=submit]');
}

test('a person who is not logged in is asked for the token and then gets the page they wanted', async (t) => {
  const ran = await inBrowser(async (page, address, api) => {
    await seedFile(api.pool, { path: 'a <b>bold</b> name.jpg', state: 'quarantined' });
    await page.goto(`${address}/`);
    assert.equal(new URL(page.url()).pathname, '/login');
    await page.fill('#token', 'not the token of this test');
    await page.click('button[type=submit]');
    await page.getByRole('alert').waitFor();
    await page.fill('#token', token);
    await page.click('button[type=submit]');
    await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    assert.equal(new URL(page.url()).pathname, '/');
    await page.getByRole('link', { name: /^Quarantine/ }).click();
    await page.getByText('a <b>bold</b> name.jpg').first().waitFor();
    await page.getByRole('button', { name: 'Signed in with' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.locator('#token').waitFor();
    await page.goto(`${address}/runs`);
    assert.equal(new URL(page.url()).pathname, '/login', 'the session has ended');
  });
  if (!ran) t.skip(browserMissing);
});

test('the API documentation lists the routes', async (t) => {
  const ran = await inBrowser(async (page, address) => {
    await logIn(page, address, '/docs');
    await page.getByText('/api/tasks/{name}/runs', { exact: false }).first().waitFor();
    // A long list is rendered as far as it is seen.
    const replay = page.getByText('/api/files/{id}/replay', { exact: false });
    await waitFor('the list was scrolled to the route', async () => {
      await page.mouse.wheel(0, 400);
      return (await replay.count()) > 0 ? true : undefined;
    });
    await replay.first().waitFor();
  });
  if (!ran) t.skip(browserMissing);
});

/** What the menus of the page offer. */
async function menuItems(page: Page): Promise<string[]> {
  const items: string[] = [];
  for (const button of await page.locator('button[aria-haspopup=menu]').all()) {
    await button.click();
    await page.getByRole('menu').waitFor();
    items.push(...(await page.getByRole('menuitem').allInnerTexts()));
    await page.keyboard.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });
  }
  return items;
}

test('Bull Board offers no change of a queue', async (t) => {
  const ran = await inBrowser(async (page, address) => {
    await logIn(page, address, '/queues/queue/images');
    await page.getByRole('button', { name: 'Queue info' }).waitFor();
    assert.deepEqual(await menuItems(page), ['Millrace']);
  });
  if (!ran) t.skip(browserMissing);
});

test('a person who may slow down queues pauses one in Bull Board, and finds that in the list of actions', async (t) => {
  const ran = await inBrowser(async (page, address, api) => {
    await logIn(page, address, '/queues/queue/images');
    await page.getByRole('button', { name: 'Queue info' }).waitFor();
    const pause = page.getByRole('menuitem', { name: 'Pause' });
    // The page may still be drawing its buttons: then the last one is not yet the queue's, and opens another menu.
    await waitFor('the menu of the queue is open', async () => {
      await page.locator('button[aria-haspopup=menu]').last().click();
      const isOpen = await pause.waitFor({ timeout: 2000 }).then(
        () => true,
        () => undefined,
      );
      if (!isOpen) await page.keyboard.press('Escape');
      return isOpen;
    });
    await pause.click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Confirm' }).click();
    await waitFor('the queue is paused', async () =>
      (await api.carrier.queue('images').isPaused()) ? true : undefined,
    );
    await page.goto(`${address}/actions`);
    await page.getByRole('cell', { name: 'pause' }).first().waitFor();
  }, 'on');
  if (!ran) t.skip(browserMissing);
});

test('Bull Board shows the queues, and each job leads to its run', async (t) => {
  const ran = await inBrowser(async (page, address, api) => {
    const run = await transaction(api.pool, (tx) =>
      recordRun(tx, newRunId(), {
        task: 'detect-faces',
        queue: 'images',
        trigger: 'api',
        input: { files: ['1'] },
        priority: 0,
        maxAttempts: 1,
      }),
    );
    assert.ok(run);
    await addJobs(api.carrier, [run]);
    await logIn(page, address, '/queues/queue/images');
    await page.getByText(run.id).first().waitFor();
    await page.getByRole('link', { name: 'Run', exact: true }).first().waitFor();
    const href = await page.getByRole('link', { name: 'Run', exact: true }).first().getAttribute('href');
    assert.equal(new URL(href ?? '', address).pathname, `/runs/${run.id}`);
  });
  if (!ran) t.skip(browserMissing);
});
