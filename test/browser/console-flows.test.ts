import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { waitFor } from '../helpers/wait.js';
import { flowTasks, withFlowApi } from '../integration/flow-fixture.js';
import { assertAccessible, withConsoleOf } from './console-fixture.js';

const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true });

async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: label, exact: true }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

test('a flow is composed by hand: refused at its step, mended, renamed, kept over a reload, run, and taken up again', (t) =>
  withFlowApi(t, 'postgres', flowTasks, (api) =>
    withConsoleOf(t, api, async ({ page, open }) => {
      await open('/flows', 'Flow editor');
      await page.getByRole('button', { name: 'Add a step' }).click();
      await choose(page, 'Task', 'count');
      await field(page, 'text').fill('a b c');
      await page.getByRole('button', { name: 'Add a step' }).click();
      await choose(page, 'Task', 'double');
      await page.getByRole('button', { name: 'Check', exact: true }).click();
      await page.getByText('One thing is wrong with the flow').waitFor();
      await page.getByRole('region', { name: 'Step double' }).getByText('is needed').waitFor();
      await assertAccessible(page);

      await page.getByRole('button', { name: 'Take n from an output' }).click();
      await choose(page, 'n', 'count → words (integer)');
      await choose(page, 'Runs', 'if an output is so');
      await choose(page, 'How it is compared', 'is more than');
      await field(page, 'What it is compared with').fill('9007199254740993');
      await page.getByText('is compared as a text').waitFor();
      await field(page, 'What it is compared with').fill('2');
      // Text that is no list yet is not sent as the one that stood there before, nor is a condition.
      const check = page.getByRole('button', { name: 'Check', exact: true });
      await page.getByLabel('Once for each element of a list').check();
      await field(page, 'list').fill('[1,');
      await page.getByText('JSON with a fault in it cannot be checked or started').waitFor();
      assert.equal(await check.isDisabled(), true);
      await page.getByLabel('Once for each element of a list').uncheck();
      await choose(page, 'Runs', 'if several hold (as JSON)');
      const condition = field(page, 'Condition');
      const written = await condition.inputValue();
      await condition.fill('{ "all": [');
      await page.getByText('JSON with a fault in it cannot be checked or started').waitFor();
      assert.equal(await check.isDisabled(), true);
      await condition.fill(written);
      assert.equal(await check.isEnabled(), true);
      // The focus goes along with a step that is moved.
      await page.getByRole('button', { name: 'Move double up' }).focus();
      await page.keyboard.press('Enter');
      await page.locator('button[aria-label="Move double down"]:focus').waitFor();
      await page.keyboard.press('Enter');
      await page.locator('button[aria-label="Move double up"]:focus').waitFor();
      // Renaming the first step takes its references along.
      await page.getByRole('button', { name: 'count count' }).first().click();
      await field(page, 'Key').fill('words');
      await field(page, 'Key').press('Enter');
      await page.getByRole('button', { name: 'Check', exact: true }).click();
      await page.getByText('Nothing is wrong with the flow').waitFor();

      await page.emulateMedia({ colorScheme: 'dark' });
      await page.reload();
      await page.getByText('if words → words is more than 2').waitFor();
      await assertAccessible(page);
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.locator('[data-state=succeeded]').waitFor();
      const run = await waitFor('the run of the flow', async () => {
        const { body } = await api.ask('/api/runs?task=flow&include=input,output');
        return body.items[0];
      });
      assert.equal(run.output.steps.double.output.n, 6);
      assert.deepEqual(run.input.steps[1], {
        key: 'double',
        task: 'double',
        input: { n: { $output: 'words', pointer: '/words' } },
        after: ['words'],
        when: { $output: 'words', pointer: '/words', greaterThan: 2 },
      });

      await page.getByRole('button', { name: 'New, import, export' }).click();
      await page.getByRole('menuitem', { name: 'New flow' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Replace it' }).click();
      await page.getByText('The flow has no steps yet').waitFor();
      await open(`/runs/${run.id}`, /flow/);
      await page.getByRole('link', { name: 'Open in the flow editor' }).click();
      await page.getByRole('button', { name: 'double double' }).first().waitFor();
      // Who starts it as JSON sees what becomes of it as well.
      await page.getByText('JSON', { exact: true }).click();
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.getByRole('region', { name: 'Started here' }).locator('[data-state=succeeded]').nth(1).waitFor();
    }),
  ));
