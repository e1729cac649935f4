import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitUntil, withConsole } from './console-fixture.js';

test('what is typed into a filter stays in its field while the address follows', (t) =>
  withConsole(t, async ({ page, open }) => {
    await open('/actions', 'Actions');
    const field = page.getByLabel('Who');
    await field.focus();
    await page.evaluate(`{
      const field = document.activeElement;
      const look = () => {
        if (field.value !== document.shown?.at(-1)) (document.shown ??= []).push(field.value);
        requestAnimationFrame(look);
      };
      look();
    }`);
    await page.keyboard.insertText('user:ada ');
    await page.getByRole('button', { name: /^Take the filter Who user:ada/ }).waitFor();
    await page.keyboard.insertText('?');
    await page.getByRole('button', { name: /^Take the filter Who .*\?/ }).waitFor();
    assert.deepEqual(await page.evaluate('document.shown'), ['', 'user:ada ', 'user:ada ?']);
    await page.getByRole('button', { name: /^Take the filter Who/ }).click();
    await waitUntil(page, "document.shown.at(-1) === ''");
    // The button is gone; the focus stays among the filters.
    await waitUntil(page, "document.activeElement.matches('search')");
  }));

test('a choice behind "More filters" is taken without closing them', (t) =>
  withConsole(t, async ({ page, open }) => {
    await open('/files', 'Files');
    await page.getByRole('button', { name: 'More filters' }).click();
    const states = page.getByRole('combobox', { name: 'State' });
    for (const state of ['loaded', 'settled']) {
      await states.click();
      await page.getByRole('option', { name: state }).click();
      await page.getByRole('button', { name: new RegExp(`^Take the filter State .*${state}`) }).waitFor();
    }
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await states.waitFor({ state: 'hidden' });
    await waitUntil(page, "document.activeElement.textContent === 'More filters'");
  }));
