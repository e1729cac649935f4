import assert from 'node:assert/strict';
import { test } from 'node:test';
import { transaction } from '#database/pool.js';
import { newRunId, recordRun } from '#database/runs/record-run.js';
import { seedFile } from '../integration/api-fixture.js';
import { assertAccessible, waitUntil, withConsole } from './console-fixture.js';

test('the search is opened by a key, goes where Enter says, keeps what was opened, and says how it looks', (t) =>
  withConsole(t, async ({ page, api, open }) => {
    await seedFile(api.pool, { path: 'a/part-17 <b>.json' });
    const run = await transaction(api.pool, (tx) =>
      recordRun(tx, newRunId(), {
        task: 'count-rows',
        queue: 'general',
        trigger: 'api',
        input: {},
        priority: 0,
        maxAttempts: 1,
      }),
    );
    assert.ok(run);
    await open('/workers', 'Workers');
    const field = page.getByRole('combobox', { name: /^Find a run/ });
    const chosen = page.getByRole('option', { selected: true });

    await page.keyboard.press('/');
    await field.waitFor();
    await page.keyboard.press('Escape');
    await field.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Find a run' }).focus();
    await page.keyboard.press('Control+k');
    await page.keyboard.press('Escape');
    await field.waitFor({ state: 'detached' });
    const focused = () => page.evaluate("document.activeElement.getAttribute('aria-keyshortcuts')");
    await waitUntil(page, "document.activeElement.getAttribute('aria-keyshortcuts') !== null");
    assert.equal(await focused(), '/ Control+K', 'the focus is where it was');

    // As on keyboards where the slash is on the seven.
    await page.locator('body').dispatchEvent('keydown', { key: '/', code: 'Digit7', shiftKey: true });
    await field.waitFor();
    await page.keyboard.insertText(run.id);
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/runs/${run.id}`);
    await field.waitFor({ state: 'detached' });

    await page.keyboard.press('Control+k');
    await page
      .getByRole('group', { name: 'Opened lately' })
      .getByRole('option', { name: /count-rows/ })
      .waitFor();
    await page.keyboard.type('part-17');
    const file = page.getByRole('group', { name: 'Files' }).getByRole('option', { name: 'a/part-17 <b>.json' });
    await file.waitFor();
    assert.deepEqual(await file.locator('mark').allInnerTexts(), ['part-17']);
    await assertAccessible(page);
    await page.keyboard.press('End');
    assert.match(await chosen.innerText(), /^Runs with “part-17”/);
    await page.keyboard.press('Home');
    await page.keyboard.press('Home');
    assert.match(await chosen.innerText(), /^a\/part-17 <b>\.json/);

    await field.fill('nothing is called so');
    await page.getByText('Nothing was found').waitFor();
    await page.getByRole('list', { name: 'How the search looks' }).waitFor();
    await field.fill('flow ed');
    await page.getByRole('group', { name: 'Pages' }).getByRole('option', { name: 'Flow editor' }).click();
    await page.getByRole('heading', { level: 1, name: /^Flow/ }).waitFor();
  }));

test('the search keeps what was chosen when its answer comes, and tells a failure from finding nothing', (t) =>
  withConsole(t, async ({ page, open }) => {
    const hit = (name: string) => ({ kind: 'task', id: name, title: name, detail: '', path: `/tasks/${name}` });
    const answers: Readonly<Record<string, readonly string[]>> = {
      ex: ['ex-1', 'ex-2'],
      exp: ['export', 'ex-1', 'ex-2'],
    };
    let answerLate = (): void => {};
    const late = new Promise<void>((resolve) => {
      answerLate = resolve;
    });
    await page.route('**/api/search?*', async (route) => {
      const text = new URL(route.request().url()).searchParams.get('q') ?? '';
      if (text === 'exp') await late;
      const items = answers[text]?.map(hit);
      await route.fulfill(items ? { json: { items } } : { status: 500, json: { code: 'internal', detail: 'no' } });
    });
    await open('/workers', 'Workers');
    await page.keyboard.press('/');
    const field = page.getByRole('combobox', { name: /^Find a run/ });
    const chosen = page.getByRole('option', { selected: true });
    await field.fill('ex');
    await page.getByRole('option', { name: 'ex-2' }).waitFor();
    await field.fill('exp');
    await page.keyboard.press('ArrowDown');
    assert.match(await chosen.innerText(), /^ex-2/);
    answerLate();
    await page.getByRole('option', { name: 'export' }).waitFor();
    assert.match(await chosen.innerText(), /^ex-2/);

    await field.fill('broken');
    await page.getByRole('dialog').getByRole('alert').waitFor();
    assert.equal(await page.getByText('Nothing was found').count(), 0);
  }));
