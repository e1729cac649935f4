import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { newRunId } from '#database/runs/record-run.js';
import { waitFor } from '../helpers/wait.js';
import { assertAccessible, withConsole } from './console-fixture.js';
import { seedLines, seedRuns } from './runs-fixture.js';

const log = (page: Page) => page.getByRole('region', { name: 'Log' });

test('a run is repeated with another input, which is refused, kept and mended', (t) =>
  withConsole(t, async ({ page, api, open }) => {
    const [id = ''] = await seedRuns(api, [
      { state: 'failed', error: { name: 'Error', message: '<b>no</b> such day' }, labels: { team: 'shop' } },
    ]);
    await open(`/runs/${id}`, /reload-day/);
    await page.getByText('<b>no</b> such day').first().waitFor();
    await assertAccessible(page);
    const edit = async (): Promise<void> => page.getByRole('button', { name: /another input/ }).click();
    const input = page.getByLabel('Input (JSON)');
    await edit();
    await input.fill('{ "source": "data-sample",\n  "day": "tomorrow" }');
    await page.getByRole('button', { name: 'Run it' }).click();
    await page.getByText(/line 2/).waitFor();
    await page.getByRole('dialog').getByText('Close', { exact: true }).click();
    await page.reload();
    await edit();
    assert.match(await input.inputValue(), /tomorrow/, 'what was typed is still there');
    await input.fill('{ "source": "data-sample",\n  "day": "2023-01-02" ');
    await page.getByText(/this is no JSON/).waitFor();
    await input.fill('{ "source": "data-sample",\n  "day": 9007199254740993 }');
    await page
      .getByText(/this number is not kept as it is written: 9007199254740993 would become 9007199254740992/)
      .waitFor();
    await page.getByRole('button', { name: 'line 2' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Run it' }).isDisabled(), true);
    await input.fill('{ "source": "data-sample",\n  "day": "2023-01-02" }');
    await page.getByRole('button', { name: 'Run it' }).click();
    await page.getByRole('link', { name: `${id.slice(0, 8)}…${id.slice(-4)}` }).waitFor();
    const { items } = (await api.ask(`/api/runs?retryOf=${id}&include=input`)).body;
    assert.deepEqual([items[0].input.day, items[0].labels], ['2023-01-02', { team: 'shop' }]);

    await open(`/runs/${id}`, /failed/);
    await page.getByRole('button', { name: 'Retry', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Retry' }).click();
    await page.getByRole('heading', { level: 1, name: /queued/ }).waitFor();
    await page.getByRole('tab', { name: 'History' }).click();
    await page.getByRole('table', { name: 'Done by hand' }).getByText('retry run').first().waitFor();
    await page.getByText('somebody on this machine').first().waitFor();
    await assertAccessible(page);

    await open(`/runs/${newRunId()}`, /Run/);
    await page.getByText('No run has this id').waitFor();
  }));

test('a log of any length follows its end, stops when one scrolls up, and says what its level filter hides', (t) =>
  withConsole(t, async ({ page, api, open }) => {
    const [id = ''] = await seedRuns(api, [{ state: 'running' }]);
    await seedLines(api, id, {
      ...{ first: 0, count: 30_000, message: `'line ' || n` },
      level: `CASE WHEN n % 100 = 0 THEN 'warn' ELSE 'info' END`,
    });
    await open(`/runs/${id}?tab=log`, /reload-day/);
    await log(page).getByText('line 29999').waitFor();
    await page.getByText('Following').waitFor();
    await assertAccessible(page);
    // A progress bar that is printed over itself is one row, with what it showed last.
    await seedLines(api, id, { first: 0, count: 1, message: `'0 %' || chr(13) || '50 %' || chr(13) || '100 % done'` });
    await log(page).getByText('100 % done', { exact: true }).waitFor();
    assert.ok((await log(page).locator('time').count()) < 200, 'only the lines in sight are in the page');

    await log(page).hover();
    await page.mouse.wheel(0, -3_000);
    await page.getByText('Not following').waitFor();
    const [before] = await log(page).locator('time + span + span').allTextContents();
    await seedLines(api, id, { first: 30_000, count: 5, message: `'line ' || n` });
    await page.getByText('5 new lines').waitFor();
    assert.equal((await log(page).locator('time + span + span').allTextContents())[0], before);
    await page.getByRole('button', { name: 'Follow' }).click();
    await log(page).getByText('line 30004').waitFor();

    const levels = page.getByRole('group', { name: 'Levels of lines' });
    await levels.getByRole('button', { name: 'info' }).click();
    await page.getByText(/29,706 lines are hidden/).waitFor();
    assert.equal(await log(page).getByText('line 29999').count(), 0);
    await log(page).getByText('line 29900').waitFor();
    await page.getByRole('button', { name: 'Show all levels' }).click();
    await page.getByLabel('Search in the log').fill('"line 12345"');
    await log(page).getByText('12345').waitFor();
    await page.getByLabel('Search in the log').fill('');
    await log(page).getByText('line 30004').waitFor();
    await page.getByRole('button', { name: 'Beginning' }).click();
    await log(page).getByText('line 0', { exact: true }).waitFor();

    // Lines that were asked for before one went elsewhere are not put beside those from there.
    await page.route(/before=/, () => {
      // Never answered: it is given up.
    });
    const asked = page.waitForEvent('request', (request) => request.url().includes('before='));
    const givenUp = page.waitForEvent('requestfailed', (request) => request.url().includes('before='));
    await page.getByRole('button', { name: 'End' }).click();
    await log(page).getByText('line 30004').waitFor();
    await log(page).evaluate((element) => element.scrollTo({ top: 0 }));
    await asked;
    await page.getByRole('button', { name: 'Beginning' }).click();
    await log(page).getByText('line 0', { exact: true }).waitFor();
    await givenUp;
    await page.getByText('500 lines in the page').waitFor();
  }));

test('a log is downloaded while it follows, as its filters leave it, with the session, and reads as what is copied', (t) => {
  const apiToken = 'a-token-of-the-log-test';
  return withConsole(
    t,
    async ({ page, api, address }) => {
      const [id = ''] = await seedRuns(api, [{ state: 'running' }]);
      await seedLines(api, id, {
        ...{ first: 0, count: 1_200, message: `CASE WHEN n = 700 THEN E'two\\nrows\\x07' ELSE 'line ' || n END` },
        level: `CASE WHEN n % 100 = 0 THEN 'warn' ELSE 'info' END`,
      });
      await api.pool.query(
        `UPDATE ops.log SET fields = '{"file": "a b", "stack": "Error: no\\n\\tat run", "rows": 1}' WHERE message = 'line 900'`,
      );
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
      await page.goto(`${address}/runs/${id}?tab=log`);
      await page.fill('#token', apiToken);
      await page.click('button[type=submit]');
      await log(page).getByText('line 1199').waitFor();
      const download = async (): Promise<string> => {
        const [sent] = await Promise.all([
          page.waitForEvent('download'),
          page.getByRole('link', { name: 'Download' }).click(),
        ]);
        assert.equal(sent.suggestedFilename(), `reload-day-${id}.log`);
        return await readFile(await sent.path(), 'utf8');
      };
      const linesIn = (text: string): number => text.split('\n').filter((row) => /^\d/.test(row)).length;
      assert.equal(linesIn(await download()), 1_200);
      await page.getByRole('group', { name: 'Levels of lines' }).getByRole('button', { name: 'info' }).click();
      await page.getByText('12 lines in the page').waitFor();
      await seedLines(api, id, { first: 0, count: 1, message: `'said meanwhile'`, level: `'warn'` });
      await log(page).getByText('said meanwhile').waitFor();
      const stored = await download();
      assert.match(stored, /#1 two\n {4}rows\\u\{7\}\n/);
      assert.match(stored, /#1 line 900 file="a b" rows=1\n {4}stack=Error: no\n {4}\tat run\n/);
      assert.equal(linesIn(stored), 13);
      await page.getByRole('button', { name: 'Copy', exact: true }).click();
      await page.getByText('13 lines copied').waitFor();
      assert.equal(`${await page.evaluate('navigator.clipboard.readText()')}\n`, stored);
    },
    { apiToken },
  );
});

test('what is asked and typed about one run is not there for the next', (t) =>
  withConsole(t, async ({ page, api, open }) => {
    const [root = ''] = await seedRuns(api, [{ task: 'task1', state: 'waiting' }]);
    const [child = ''] = await seedRuns(api, [{ task: 'task2', state: 'delayed', parent: root, key: 'a' }]);
    await open(`/runs/${child}`, /task2/);
    assert.match((await page.getByRole('heading', { level: 1 }).innerText()) ?? '', /–/, 'who waits does not go on');
    await page.getByRole('button', { name: 'Cancel …' }).click();
    await page.getByLabel(/Why/).fill('of the child');
    await page.getByRole('link', { name: `${root.slice(0, 8)}…${root.slice(-4)}` }).dispatchEvent('click');
    await page.getByRole('heading', { level: 1, name: /task1/ }).waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Cancel the flow …' }).click();
    assert.equal(await page.getByLabel(/Why/).inputValue(), '');
  }));

test('a run of a flow stays as the stream said, though a page that was read meanwhile is older', (t) =>
  withConsole(t, async ({ page, api, open }) => {
    const [root = ''] = await seedRuns(api, [{ task: 'task1', state: 'waiting' }]);
    const [first = ''] = await seedRuns(api, [{ task: 'task2', state: 'running', parent: root, key: 'first' }]);
    await open(`/runs/${root}?tab=flow`, /task1/);
    const tree = page.getByRole('region', { name: 'Tree of the flow' });
    await tree.getByText('first').waitFor();
    await page.getByText('1 run below it', { exact: true }).waitFor();
    let read = 0;
    let deliver = (): void => {};
    const isUpdated = new Promise<void>((resolve) => {
      deliver = resolve;
    });
    await page.route(/\/flow\?/, async (route) => {
      const response = await route.fetch();
      read += 1;
      await isUpdated;
      await route.fulfill({ response }).catch(() => {});
    });
    await seedRuns(api, [{ task: 'task2', state: 'running', parent: root, key: 'second' }]);
    await waitFor('the flow to be read', async () => (read > 0 ? true : undefined));
    await api.pool.query(`UPDATE ops.run SET state = 'succeeded', output = '{}', ended_at = now() WHERE id = $1`, [
      first,
    ]);
    await tree.locator('[data-state=succeeded]').waitFor();
    deliver();
    await tree.getByText('second').waitFor();
    assert.equal(await tree.locator('[data-state=succeeded]').count(), 1);
  }));

test('a flow of ten thousand runs is drawn, folded, searched and cancelled', (t) =>
  withConsole(t, async ({ page, api, open }) => {
    const [root = ''] = await seedRuns(api, [{ task: 'task1', state: 'waiting' }]);
    await api.pool.query(
      `INSERT INTO ops.run (id, root_id, parent_id, invoke_key, task, queue, state, trigger, input, max_attempts, attempt, created_at, started_at, ended_at, error)
       SELECT ('01999999-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, $1, $1, 'part/' || n, 'task2', 'general',
         (CASE WHEN n = 7777 THEN 'failed' WHEN n < 9000 THEN 'succeeded' ELSE 'queued' END)::ops.run_state, 'invoke', '{}', 1, 1,
         now(), CASE WHEN n < 9000 THEN now() + n * interval '1 ms' END, CASE WHEN n < 9000 THEN now() + n * interval '2 ms' END,
         CASE WHEN n = 7777 THEN '{"name":"Error","message":"the one that failed"}'::jsonb END
       FROM generate_series(0, 9999) n`,
      [root],
    );
    await open(`/runs/${root}?tab=timeline`, /task1/);
    const timeline = page.getByRole('region', { name: 'Runs over time' });
    await page.getByText('10,001 runs').waitFor();
    assert.ok((await timeline.getByRole('link').count()) < 300, 'only the rows in sight are in the page');
    await assertAccessible(page);
    await timeline.evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
    await timeline.getByText('part/9999').waitFor();

    await page.getByRole('tab', { name: /^Flow/ }).click();
    const tree = page.getByRole('region', { name: 'Tree of the flow' });
    await tree.getByText('part/0', { exact: true }).waitFor();
    await page.getByText('10,000 runs below it').waitFor();
    await page
      .getByRole('group', { name: 'State of the runs below it' })
      .getByRole('button', { name: 'failed' })
      .click();
    await tree.getByText('the one that failed').waitFor();
    assert.equal(await tree.getByRole('link').count(), 1);
    await assertAccessible(page);
    const find = page.getByRole('searchbox', { name: 'Find in the flow' });
    await find.fill('part/7777');
    await page.reload();
    await tree.getByText('the one that failed').waitFor();
    assert.equal(await find.inputValue(), 'part/7777', 'what was looked for is in the address');
    await page.getByText('Graph', { exact: true }).click();
    await page.getByRole('link', { name: 'part × 8,999' }).waitFor();
    await page.getByRole('link', { name: 'part × 1,000' }).waitFor();
    await assertAccessible(page);

    await page.getByRole('button', { name: 'Cancel the flow …' }).click();
    await page.getByRole('button', { name: 'Cancel it' }).click();
    await page.getByRole('heading', { level: 1, name: /cancelled/ }).waitFor();
    const { rows } = await api.pool.query(`SELECT count(*)::int AS count FROM ops.run WHERE state = 'cancelled'`);
    assert.equal(rows[0].count, 1_001);
  }));
