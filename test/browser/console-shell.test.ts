import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitUntil, withConsole } from './console-fixture.js';

test('after an update of the server a page is loaded anew when one goes to another, not when one points at it', (t) =>
  withConsole(t, async ({ page: own, address }) => {
    // A page of its own: that its file is gone is an error of its scripts.
    const page = await own.context().browser()?.newPage();
    assert.ok(page);
    await page.goto(`${address}/workers`);
    await page.getByRole('heading', { level: 1, name: 'Workers' }).waitFor();
    // Gone until the page itself is asked for again.
    let isGone = true;
    page.on('request', (request) => {
      if (request.isNavigationRequest()) isGone = false;
    });
    await page.route('**/assets/actions-page*.js', (route) =>
      isGone ? route.fulfill({ status: 404 }) : route.continue(),
    );
    // Hears of it after the page's own listener.
    await page.evaluate(
      "document.isOld = true; addEventListener('vite:preloadError', () => { document.hasFailed = true; })",
    );
    const link = page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Actions' });
    await link.hover();
    await waitUntil(page, 'document.hasFailed === true');
    assert.ok(isGone, 'nobody has asked for the page anew');
    assert.equal(await page.evaluate('document.isOld'), true);
    await link.click();
    await page.getByRole('heading', { level: 1, name: 'Actions' }).waitFor();
    assert.equal(await page.evaluate('document.isOld'), undefined);
  }));

test('a form keeps what was typed and only that, and works where the browser keeps nothing', (t) =>
  withConsole(t, async ({ page, open }) => {
    const kept = () => page.evaluate("sessionStorage.getItem('millrace.draft.schedule')");
    const form = page.getByRole('dialog');
    await open('/schedules', 'Schedules');
    await page.getByRole('button', { name: 'New schedule' }).click();
    await form.waitFor();
    await page.keyboard.press('Escape');
    await form.waitFor({ state: 'detached' });
    assert.equal(await kept(), null);
    await page.getByRole('button', { name: 'New schedule' }).click();
    await form.getByLabel('Name').fill('nightly');
    await page.keyboard.press('Escape');
    await form.waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('button', { name: 'New schedule' }).click();
    assert.equal(await form.getByLabel('Name').inputValue(), 'nightly');

    const refuse = "{ get() { throw new DOMException('refused', 'SecurityError'); } }";
    await page.addInitScript(`for (const store of ['sessionStorage', 'localStorage'])
      Object.defineProperty(window, store, ${refuse});`);
    await open('/schedules', 'Schedules');
    await page.getByRole('button', { name: 'New schedule' }).click();
    await form.getByLabel('Name').fill('weekly');
    assert.equal(await form.getByLabel('Name').inputValue(), 'weekly');
  }));
