import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, withConsole } from './console-fixture.js';

test('a schedule is made with a form that tries its rule, is paused, run, backfilled, changed and deleted', (t) =>
  withConsole(t, async ({ page, api, open }) => {
    await open('/schedules', 'Schedules');
    await page.getByText('There is no schedule yet').waitFor();
    await page.getByRole('button', { name: 'New schedule' }).click();
    const form = page.getByRole('dialog', { name: 'New schedule' });
    await form.getByLabel('Name').fill('Nightly');
    await form.getByText('must begin with a small letter').waitFor();
    await form.getByLabel('Name').fill('nightly');
    await form.getByLabel('Cron expression').fill('61 1 * * *');
    await form.getByText(/is no cron expression/).waitFor();
    await form.getByLabel('Cron expression').fill('10 1 * * *');
    await form.getByRole('combobox', { name: 'Time zone' }).fill('shangh');
    await page.getByRole('option', { name: 'Asia/Shanghai' }).click();
    await form.getByText('Every day at 01:10').waitFor();
    const times = form.getByRole('region', { name: 'Its next times' }).getByRole('listitem');
    await times
      .filter({ hasText: /01:10.*17:10 here/s })
      .nth(9)
      .waitFor();

    await form.getByRole('combobox', { name: 'Task' }).fill('export');
    await page.getByRole('option', { name: 'export', exact: true }).click();
    await form
      .getByLabel(/^dataset/i)
      .first()
      .fill('no-such');
    await assertAccessible(page);
    // What was written is there after a reload.
    await page.reload();
    await form.getByText('Every day at 01:10').waitFor();
    assert.equal(await form.getByLabel('Name').inputValue(), 'nightly');
    await form.getByRole('button', { name: 'Make it' }).click();
    await form.getByRole('alert').first().waitFor();
    const besideField = form.getByRole('group', { name: 'Input of each run' }).getByText(/expected one of/);
    await besideField.waitFor();
    await form
      .getByLabel(/^dataset/i)
      .first()
      .fill('images');
    await besideField.waitFor({ state: 'detached' });
    await form.getByRole('button', { name: 'Make it' }).click();
    await page.getByRole('heading', { level: 1, name: 'nightly' }).waitFor();
    // The way back leads to the list, not to a form that was sent.
    await page.goBack();
    await page.getByRole('link', { name: 'nightly', exact: true }).waitFor();
    assert.equal(await form.count(), 0);
    await page.getByRole('link', { name: 'nightly', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'nightly' }).waitFor();
    const made = (await api.ask('/api/schedules/nightly')).body;
    assert.deepEqual([made.cron, made.timezone, made.input], ['10 1 * * *', 'Asia/Shanghai', { dataset: 'images' }]);

    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.getByRole('button', { name: 'Run now' }).click();
    await page.getByText('nightly runs now, at no slot').waitFor();

    await page.getByRole('button', { name: 'Backfill …' }).click();
    const backfill = page.getByRole('dialog', { name: 'Backfill nightly' });
    await backfill.getByLabel('First moment').fill('2026-10-01T00:00');
    await backfill.getByLabel('Last moment').fill('2026-10-04T00:00');
    await backfill.getByText('3 slots in this span, 0 of them settled already').waitFor();
    assert.equal((await api.ask('/api/schedules/nightly/slots')).body.items.length, 0, 'it was only counted');
    await backfill.getByRole('button', { name: 'Fire 3 slots' }).click();
    await backfill.getByText('3 slots of 3 fired').waitFor();
    await backfill.getByText('0 of 3 runs ended: 3 queued').waitFor();
    await backfill.getByRole('button', { name: 'Close', exact: true }).last().click();

    // By the keys from day to day, into the month before.
    await page.goto(`${page.url()}?month=2026-10&day=2026-10-03`);
    await page.getByRole('button', { name: /3 October 2026: 1 backfilled/ }).focus();
    await page.keyboard.press('ArrowUp');
    await page.getByRole('button', { name: /26 September 2026: no slots/, pressed: true }).waitFor();
    await page.keyboard.press('ArrowDown');
    const day = page.getByRole('region', { name: /^Slots of .*3 October 2026/ });
    await day.getByRole('link', { name: 'Run of this slot: queued' }).waitFor();
    assert.match(await day.innerText(), /01:10/);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await assertAccessible(page);
    }

    await page.getByRole('button', { name: 'The next month' }).click();
    await page.getByText('Choose a day of November 2026').waitFor();

    await page.getByRole('tab', { name: 'Slots' }).click();
    await page.getByRole('table', { name: 'Slots' }).getByRole('row').nth(3).waitFor();
    await page.getByRole('tab', { name: 'Changes' }).click();
    await page.getByRole('cell', { name: 'backfilled it' }).waitFor();

    await page.getByRole('button', { name: 'Change or delete the schedule' }).click();
    await page.getByRole('menuitem', { name: 'Change it' }).click();
    const change = page.getByRole('dialog', { name: 'Change nightly' });
    // What somebody else changes after one has looked stays.
    await change.getByRole('button', { name: 'Close', exact: true }).last().click();
    await change.waitFor({ state: 'detached' });
    await api.ask('/api/schedules/nightly', { method: 'PATCH', body: { priority: 7, overlap: 'queue' } });
    await page.reload();
    await page.getByRole('button', { name: 'Change or delete the schedule' }).click();
    await page.getByRole('menuitem', { name: 'Change it' }).click();
    await change.getByText('At intervals').click();
    await change.getByRole('button', { name: 'Change it' }).click();
    await change.waitFor({ state: 'detached' });
    await page.getByText('Every 15 minutes').waitFor();
    const changed = (await api.ask('/api/schedules/nightly')).body;
    assert.deepEqual([changed.everyMs, changed.priority, changed.overlap], [900_000, 7, 'queue']);

    await page.getByRole('link', { name: 'Schedules', exact: true }).last().click();
    await page.getByRole('button', { name: 'More for nightly' }).click();
    await page.getByRole('menuitem', { name: 'Delete it' }).click();
    await page.getByRole('button', { name: 'Delete it' }).click();
    await page.getByText('There is no schedule yet').waitFor();
    assert.equal((await api.ask('/api/schedules/nightly')).status, 404);
  }));

test('the list says in words when schedules fire, and what became of their slots; one of a folder is not changed here', (t) =>
  withConsole(t, async ({ page, api, open }) => {
    const rules = [
      ['*/15 8-18 * * 1-5', 'Every 15 minutes from 08:00 to 18:59, Monday to Friday'],
      ['0 0 1,15 * *', 'On days 1 and 15 of the month at 00:00'],
      ['30 2 * * 0', 'Every Sunday at 02:30'],
      ['0 12 * 3-5 *', 'Every day in March to May at 12:00'],
      ['@hourly', 'Every hour at :00'],
      ['0 6 * * 1#2', '0 6 * * 1#2'],
    ] as const;
    for (const [index, [cron]] of rules.entries()) {
      const body = { name: `s${index}`, task: 'refresh-star', input: { source: 'data-sample' }, cron };
      assert.equal((await api.ask('/api/schedules', { method: 'POST', body })).status, 201);
    }
    await api.pool.query(`UPDATE ops.schedule SET origin = 'task' WHERE name = 's1'`);
    await api.pool.query(
      `INSERT INTO ops.slot (schedule_id, slot_at, state, cause, reason, decided_at)
       SELECT id, now() - interval '1 hour', 'failed', 'time', '<b>no</b>', now() FROM ops.schedule WHERE name = 's0'`,
    );
    await open('/schedules', 'Schedules');
    const row = (name: string) => page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
    for (const [index, [, words]] of rules.entries())
      await row(`s${index}`).getByText(words, { exact: true }).waitFor();
    assert.match(await row('s0').innerText(), /failed[\s\S]*1 failed/);
    await row('s1').getByRole('button', { name: 'More for s1' }).click();
    await page.getByText('It is changed in the folder of the task refresh-star').waitFor();
    assert.equal(await page.getByRole('menuitem', { name: 'Change it' }).getAttribute('data-disabled'), 'true');
    await page.keyboard.press('Escape');
    const search = page.getByRole('searchbox', { name: 'Name' });
    await search.fill('s0');
    await row('s5').waitFor({ state: 'detached' });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await assertAccessible(page);
    }
    await row('s0').getByRole('link', { name: 's0', exact: true }).click();
    await page.getByRole('tab', { name: 'Slots' }).click();
    await page.getByText('<b>no</b>').waitFor();
    await page.goBack();
    await page.goBack();
    await row('s0').waitFor();
    assert.equal(await search.inputValue(), 's0', 'the filter is there when one comes back');
  }));
