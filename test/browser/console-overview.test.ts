import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Pool } from '#database/pool.js';
import { newRunId } from '#database/runs/record-run.js';
import { seedFile } from '../integration/api-fixture.js';
import { assertAccessible, waitUntil, withConsole } from './console-fixture.js';

/** A run that failed for a reason with HTML in it. */
async function seedFailedRun(pool: Pool, task: string): Promise<string> {
  const id = newRunId();
  const error = JSON.stringify({ name: 'TypeError', message: 'expected <b> columns, got 3' });
  await pool.query(
    `INSERT INTO ops.run (id, root_id, task, queue, state, trigger, input, error, max_attempts, ended_at)
     VALUES ($1, $1, $2, 'general', 'failed', 'api', '{}', $3, 1, now())`,
    [id, task, error],
  );
  return id;
}

test('the overview says how to begin, then what happens and what needs attention, each with the way there', (t) =>
  withConsole(t, async ({ page, api, open }) => {
    await open('/', 'Overview');
    await page.getByRole('heading', { name: 'Drop files in' }).waitFor();
    await page.getByText('npm run samples').waitFor();
    await page.getByText('none gives signs of life').waitFor();
    await api.pool.query(
      `INSERT INTO ops.worker (id, host, pid, seen_at, beat_ms, gone_ms) VALUES ('w', 'h', 1, now(), 600000, 3600000)`,
    );
    await assertAccessible(page);

    await seedFile(api.pool, { path: 'a.json', rows: 1_234 });
    await seedFile(api.pool, { path: 'b.json', state: 'quarantined' });
    for (let run = 0; run < 3; run += 1) await seedFailedRun(api.pool, 'count-rows');
    await page.reload();
    const attention = page.getByRole('region', { name: 'Needs attention' });
    const cause = attention.getByRole('link', { name: /count-rows.*expected <b> columns, got ….*3 runs/ });
    await cause.waitFor();
    assert.equal(await page.getByText('none gives signs of life').count(), 0);
    assert.equal(await page.getByRole('heading', { name: 'Drop files in' }).count(), 0);
    await page.getByRole('link', { name: 'failed', exact: false }).first().waitFor();
    await page.getByRole('row', { name: /objects-detection 1,234 1/ }).waitFor();
    await page.getByRole('img', { name: /^Rows loaded, by source: .*objects-detection/ }).waitFor();

    await page.getByText('7 d', { exact: true }).click();
    await page.getByRole('heading', { name: 'The last 7 days' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'The last 7 days' }).waitFor();
    await cause.waitFor();
    await page.getByText('30 d', { exact: true }).click();
    await page.getByRole('button', { name: /^Runs recorded.*as a table/ }).click();
    await page.getByRole('menuitem', { name: 'Show as a table' }).click();
    await page.getByRole('menu').waitFor({ state: 'detached' });
    // Slices of a day are days of UTC, wherever the viewer is.
    await page.getByRole('row', { name: /\(UTC\) 3$/ }).waitFor();
    await assertAccessible(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    await assertAccessible(page);

    await cause.click();
    await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
    const address = new URL(page.url());
    assert.equal(address.pathname, '/runs');
    assert.deepEqual(
      ['state', 'task', 'error'].map((name) => address.searchParams.get(name)),
      ['failed', 'count-rows', 'TypeError'],
    );
    await waitUntil(page, "document.activeElement.textContent === 'Runs'");
    await page.goBack();
    await attention.getByRole('link', { name: /objects-detection.*1 file/ }).click();
    await page.getByRole('heading', { level: 1, name: 'Quarantine' }).waitFor();
    assert.equal(new URL(page.url()).searchParams.get('source'), 'objects-detection');
  }));

test('an empty platform is filled with samples at a click', (t) =>
  withConsole(t, async ({ page, api, open }) => {
    await open('/', 'Overview');
    await page.getByRole('button', { name: 'Drop in the sample files' }).click();
    await page.getByRole('heading', { level: 1, name: 'Upload' }).waitFor();
    await page.getByRole('button', { name: 'Take 30 done from this list' }).waitFor();
    const names = await readdir(join(api.inbox, 'samples'), { recursive: true });
    assert.equal(names.filter((name) => /\.[^/]+$/.test(name)).length, 30);
  }));

test('a browser that may not copy says so', (t) =>
  withConsole(t, async ({ page, open }) => {
    await page.addInitScript('delete Navigator.prototype.clipboard');
    await open('/', 'Overview');
    await page.getByRole('button', { name: 'Copy the first query in SQL' }).click();
    await page.getByRole('tooltip').getByText('does not allow that here').waitFor();
  }));

test('what changes is shown without a click', (t) =>
  withConsole(t, async ({ page, api, open }) => {
    await seedFile(api.pool, { path: 'a.json' });
    await open('/', 'Overview');
    await page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
    await seedFailedRun(api.pool, 'export');
    await page
      .getByRole('region', { name: 'Needs attention' })
      .getByRole('link', { name: /export/ })
      .waitFor();
  }));
