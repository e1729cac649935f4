import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertAccessible, withConsole } from './console-fixture.js';
import { seedRuns } from './runs-fixture.js';

const table = (page: Page) => page.getByRole('table', { name: 'Runs', exact: true });
const rows = (page: Page) => table(page).locator('tbody tr');
/** The head is a row as well. */
const waitForRows = (page: Page, count: number): Promise<void> =>
  page.locator(`table[aria-label=Runs][aria-rowcount="${count + 1}"]`).waitFor();

test('runs are found, kept while one looks at one, and retried together after a count', (t) =>
  withConsole(t, async ({ page, api, open, address }) => {
    const columns = { name: 'BadInputError', code: 'columns' };
    const ids = await seedRuns(api, [
      ...Array.from({ length: 12 }, (_, n) => ({ ago: 30 + n })),
      ...[3, 9, 12].map((n) => ({
        state: 'failed',
        error: { ...columns, message: `expected 17 columns, got ${n}` },
        labels: { team: 'shop' },
      })),
      { state: 'failed', error: { name: 'TypeError', message: '<img src=x onerror="document.title=1"> is no row' } },
      { state: 'failed', task: 'count-rows', input: {}, error: { name: 'Error', message: 'the disk is full' } },
    ]);
    await open('/runs', 'Runs');
    await waitForRows(page, 17);
    await page.getByRole('img', { name: /17 runs/ }).waitFor();
    await assertAccessible(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    await assertAccessible(page);

    // Words about what is in a row, under the pointer: the exact time, and what a state means.
    const tip = page.getByRole('tooltip');
    await table(page).locator('time').first().hover();
    await tip.getByText(/ · \d{4}-\d\d-\d\dT[\d:.]+Z$/).waitFor();
    await page.keyboard.press('Escape');
    await tip.waitFor({ state: 'detached' });
    await table(page).getByText('succeeded').first().hover();
    await tip.getByText('Done').waitFor();
    await page.getByRole('heading', { level: 1 }).hover();
    await tip.waitFor({ state: 'detached' });

    // Filters: said in words, in the address, and there again after a look at a run.
    const states = page.getByRole('group', { name: 'State of the runs' });
    await states.getByRole('button', { name: 'failed 5' }).click();
    await waitForRows(page, 5);
    await page.getByText('1 filter', { exact: true }).waitFor();
    assert.equal(await page.getByText('<img src=x onerror="document.title=1"> is no row').count(), 1, 'HTML is text');
    await page.getByRole('searchbox', { name: 'Text or run id' }).fill('columns');
    await waitForRows(page, 3);
    await table(page).getByRole('link', { name: 'reload-day' }).first().click();
    await page.getByRole('heading', { level: 1, name: /reload-day/ }).waitFor();
    await page.goBack();
    await waitForRows(page, 3);
    assert.match(page.url(), /state=failed/);
    assert.equal(await page.getByRole('searchbox', { name: 'Text or run id' }).inputValue(), 'columns');

    // By its id.
    await page.getByRole('searchbox', { name: 'Text or run id' }).fill(ids[0] ?? '');
    await page.waitForURL(`${address}/runs/${ids[0]}`);

    // All of one cause.
    await open('/runs?tab=failures', 'Runs');
    const cause = page.getByRole('row', { name: /expected … columns, got …/ });
    assert.equal(await cause.getByRole('cell').first().textContent(), '3');
    await cause.getByRole('button', { name: /Retry/ }).click();
    await page.getByRole('dialog').getByText('3 runs', { exact: true }).waitFor();
    await assertAccessible(page);
    await page.getByRole('button', { name: 'Retry 3 runs' }).click();
    await page.getByText('3 runs were queued again').waitFor();
    await page.getByRole('dialog').getByText('Close', { exact: true }).click();

    // Those that are chosen, and all that the filters find.
    await open('/runs?state=queued', 'Runs');
    await waitForRows(page, 3);
    await rows(page).first().getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('button', { name: 'Cancel 1 run' }).click();
    await page.getByText('1 run cancelled').waitFor();
    await page.getByRole('dialog').getByText('Close', { exact: true }).click();
    await waitForRows(page, 2);
    await page.getByRole('button', { name: 'All that match' }).click();
    await page.getByRole('menuitem', { name: /Cancel all/ }).click();
    await page.getByLabel(/Why/).fill('not wanted');
    await page.getByRole('button', { name: 'Cancel 2 runs' }).click();
    await page.getByText('2 runs were cancelled').waitFor();
    const { rows: counts } = await api.pool.query(
      `SELECT state::text, count(*)::int FROM ops.run WHERE error->>'code' = 'columns' OR state = 'cancelled' GROUP BY state`,
    );
    assert.deepEqual(counts, [{ state: 'cancelled', count: 3 }]);
    const { items } = (await api.ask('/api/actions?action=cancel-runs')).body;
    assert.equal(items.length, 1);
    assert.equal(items[0].detail.reason, 'not wanted');
  }));

test('a cause of failures is retried as it was when somebody asked for it, whatever fails meanwhile', (t) =>
  withConsole(t, async ({ page, api, open }) => {
    const failed = (message: string) => ({ ago: 1, state: 'failed', error: { name: 'TypeError', message } });
    await seedRuns(api, [failed('the disk is full'), failed('no network')]);
    let counted = 0;
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/api/runs/retry')) counted += 1;
    });
    await open('/runs?tab=failures&since=24h', 'Runs');
    await page.getByText('Live', { exact: true }).waitFor();
    const cause = page.getByRole('row', { name: /the disk is full/ });
    const causes = page.getByRole('table', { name: 'Causes of failures' }).locator('tbody tr');
    await cause.getByRole('button', { name: /Retry/ }).click();
    await page.getByRole('dialog').getByText('1 run', { exact: true }).waitFor();
    await seedRuns(api, [failed('the disk is full')]);
    await page.getByText('2 causes of 3 failed runs').waitFor();
    assert.equal(counted, 1, 'the runs of the dialog are those of its beginning');
    await page.getByRole('dialog').getByText('Leave it').click();

    await cause.hover();
    const before = await causes.locator('td:nth-child(3)').allInnerTexts();
    await seedRuns(api, [failed('no network'), failed('no network'), failed('no memory'), failed('no memory')]);
    await page.getByText('3 causes of 7 failed runs').waitFor();
    const after = await causes.locator('td:nth-child(3)').allInnerTexts();
    assert.deepEqual(after.slice(0, 2), before, 'no row has moved, though another cause has more runs by now');
  }));

test('a filter is set beside the others by a label, finds what repeats a run, and a window that there is not is none', (t) =>
  withConsole(t, async ({ page, api, open }) => {
    const labels = { team: 'shop' };
    const [first = ''] = await seedRuns(api, [{ labels }, { labels, task: 'count-rows' }, {}]);
    await api.pool.query('UPDATE ops.run SET retry_of = $1 WHERE id <> $1', [first]);
    await open('/runs?task=reload-day&since=2h', 'Runs');
    await waitForRows(page, 2);
    await table(page).getByRole('link', { name: 'team shop' }).click();
    await waitForRows(page, 1);
    assert.match(page.url(), /task=reload-day/);
    await rows(page).first().getByRole('checkbox').check();
    await page.getByText('1 chosen').waitFor();
    await page.getByRole('button', { name: 'Clear all' }).click();
    await page.getByRole('button', { name: 'All that match' }).click();
    await page.getByText('Set a filter first').waitFor();
    await page.goto(`${page.url().split('?')[0]}?retryOf=${first}`);
    await waitForRows(page, 2);
    await page.getByRole('img', { name: /Runs recorded in the last 24 hours/ }).waitFor();
  }));

test('a list that somebody reads stands still, and says how many runs came', (t) =>
  withConsole(t, async ({ page, api, open }) => {
    await seedRuns(
      api,
      Array.from({ length: 3 }, () => ({})),
    );
    await open('/runs', 'Runs');
    await waitForRows(page, 3);
    await page.getByText('Live', { exact: true }).waitFor();
    await seedRuns(api, [{ ago: 0 }]);
    await waitForRows(page, 4);

    await rows(page).nth(1).hover();
    const [first] = await rows(page).allTextContents();
    await seedRuns(api, [
      { ago: 0, task: 'count-rows' },
      { ago: 0, task: 'count-rows' },
    ]);
    await page.getByRole('button', { name: '2 new runs' }).waitFor();
    assert.equal(await rows(page).count(), 4);
    assert.equal((await rows(page).allTextContents())[0], first);
    await page.getByRole('button', { name: '2 new runs' }).click();
    await waitForRows(page, 6);
    assert.match((await rows(page).first().textContent()) ?? '', /count-rows/);
  }));
